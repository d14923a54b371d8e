"""What random administrators propose and how they vote."""

from typing import Any

import msgspec

from ledgerd.chain.genesis import OperatorKey
from ledgerd.chain.params import DAY_MS, HOUR_MS
from ledgerd.ledger.governance_operations import (
    Admission,
    NewParams,
    NewProtocol,
    ParamChange,
    Propose,
    Reinstatement,
    Suspension,
    Vote,
)
from tests.naive.choices_bills import day
from tests.naive.choosing import Chooser, Drawn, choice
from tests.naive.passkeys import ELSEWHERE
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
VALUES: dict[str, tuple[int | str, ...]] = {
    "relying_party": ("ledger.invalid", "ledger.invalid", ELSEWHERE),
    "filing_days": (8, 12, 20),
    "retention_days": (8, 10),
    "decision_ms": (DAY_MS, 2 * DAY_MS, 4 * DAY_MS),
    "supplement_ms": (HOUR_MS, DAY_MS),
    "public_dispute_ms": (HOUR_MS, DAY_MS),
    "valid_until_ms_max": (2 * HOUR_MS, DAY_MS),
    "key_delay_ms": (HOUR_MS, DAY_MS),
    "presence_ms": (HOUR_MS, 4 * HOUR_MS),
    "archive_ms": (HOUR_MS, DAY_MS),
    "proposal_ms": (DAY_MS, 2 * DAY_MS),
    "four_eyes_fen": (100, 150, 300),
    "assisted_fen": (10, 20, 60),
    "auto_decide_fen": (30, 60, 120),
    "auto_pay_fen": (30, 60, 120),
    "supplement_count_max": (1, 2, 3),
    "office_day_count_max": (6, 8, 10),
    "office_day_fen_max": (500, 700, 900),
}
BAD_CHANGES = (
    ParamChange(name="no_such_field", value=1),
    ParamChange(name="version", value=1),
    ParamChange(name="presence_ms", value=1),
    ParamChange(name="supplement_count_max", value=9),
    ParamChange(name="relying_party", value=""),
    ParamChange(name="relying_party", value=7),
    ParamChange(name="filing_days", value="long"),
)


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


def new_params(g: Chooser) -> NewParams:
    """Draw small changes, sometimes of what is no parameter, out of its bounds, or named twice."""
    names = g.rng.sample(sorted(VALUES), g.rng.randrange(1, 4))
    changes = [ParamChange(name=name, value=g.pick(VALUES[name])) for name in names]
    if g.chance(12):
        changes.append(g.pick((*BAD_CHANGES, changes[0])))
    return NewParams(changes=tuple(changes))


@choice(9)
def propose(g: Chooser) -> Drawn:
    suspended = [name for name, its in g.model.state.members.items() if its.is_suspended]
    subject: Any = admission(g)
    if suspended and g.chance(70):
        subject = Reinstatement(institution=g.pick(suspended))
    elif g.chance(30):
        subject = new_params(g)
    elif g.chance(6):
        subject = NewProtocol(protocol_version=g.rng.randrange(4))
    elif g.chance(40):
        subject = Suspension(institution=g.pick(SUSPECTS))
    operation = Propose(client_ref=g.ref("propose"), date=day(g), subject=subject)
    return g.member_key(g.pick(sorted(KINDS)), "admin"), operation


@choice(10)
def vote(g: Chooser) -> Drawn | None:
    key = g.hot(list(g.model.state.of("proposal")))
    if key is None:
        return None
    voter = g.pick((*VALIDATORS, *sorted(KINDS)))
    operation = Vote(client_ref=g.ref("vote"), proposal=key, approve=g.chance(80))
    return g.member_key(voter, "admin"), operation
