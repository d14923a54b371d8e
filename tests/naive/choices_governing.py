"""What random administrators propose and how they vote."""

import msgspec

from ledgerd.chain.genesis import OperatorKey
from ledgerd.ledger.governance_operations import Propose, Vote
from tests.naive.choices_bills import day
from tests.naive.choosing import Chooser, Drawn, choice
from tests.naive.world import KINDS, VALIDATORS
from tests.unit.ledgerd.ledger.world import institution, uscc


@choice(3)
def propose(g: Chooser) -> Drawn:
    name = uscc(f"123300000000{g.rng.randrange(20):05d}")
    host = g.pick(VALIDATORS) if g.chance(90) else g.pick((None, *sorted(KINDS)))
    candidate = institution(name, g.pick(("hospital", "insurer")), host)
    if g.chance(5):
        keys = (*candidate.operator_keys, OperatorKey(role="office", public_key=bytes(32)))
        candidate = msgspec.structs.replace(candidate, operator_keys=keys)
    if g.chance(5):
        candidate = msgspec.structs.replace(candidate, institution_id=name[:-1] + "A")
    operation = Propose(client_ref=g.ref("propose"), date=day(g), candidate=candidate)
    return g.member_key(g.pick(sorted(KINDS)), "admin"), operation


@choice(6)
def vote(g: Chooser) -> Drawn | None:
    key = g.hot(list(g.model.state.of("proposal")))
    if key is None:
        return None
    voter = g.of_kind(g.pick(("finance", "medicare", "medicare", "hospital")))
    operation = Vote(client_ref=g.ref("vote"), proposal=key, approve=g.chance(80))
    return g.member_key(voter, "admin"), operation
