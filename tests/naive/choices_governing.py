"""What random administrators propose and how they vote."""

from typing import Any

import msgspec

from ledgerd.chain.genesis import OperatorKey
from ledgerd.ledger.governance_operations import (
    Admission,
    Propose,
    Reinstatement,
    Suspension,
    Vote,
)
from tests.naive.choices_bills import day
from tests.naive.choosing import Chooser, Drawn, choice
from tests.naive.world import KINDS, VALIDATORS
from tests.unit.ledgerd.ledger.world import (
    FINANCE,
    HOSPITAL_2,
    INSURER_2,
    REGULATOR,
    institution,
    uscc,
)

SUSPECTS = (REGULATOR, REGULATOR, INSURER_2, HOSPITAL_2, FINANCE)


def admission(g: Chooser) -> Admission:
    name = uscc(f"123300000000{g.rng.randrange(20):05d}")
    host = g.pick(VALIDATORS) if g.chance(90) else g.pick((None, *sorted(KINDS)))
    candidate = institution(name, g.pick(("hospital", "insurer")), host)
    if g.chance(5):
        keys = (*candidate.operator_keys, OperatorKey(role="office", public_key=bytes(32)))
        candidate = msgspec.structs.replace(candidate, operator_keys=keys)
    if g.chance(5):
        candidate = msgspec.structs.replace(candidate, institution_id=name[:-1] + "A")
    return Admission(candidate=candidate)


@choice(4)
def propose(g: Chooser) -> Drawn:
    suspended = [name for name, its in g.model.state.members.items() if its.is_suspended]
    subject: Any = admission(g)
    if suspended and g.chance(70):
        subject = Reinstatement(institution=g.pick(suspended))
    elif g.chance(40):
        subject = Suspension(institution=g.pick(SUSPECTS))
    operation = Propose(client_ref=g.ref("propose"), date=day(g), subject=subject)
    return g.member_key(g.pick(sorted(KINDS)), "admin"), operation


@choice(6)
def vote(g: Chooser) -> Drawn | None:
    key = g.hot(list(g.model.state.of("proposal")))
    if key is None:
        return None
    voter = g.pick((*VALIDATORS, *sorted(KINDS)))
    operation = Vote(client_ref=g.ref("vote"), proposal=key, approve=g.chance(80))
    return g.member_key(voter, "admin"), operation
