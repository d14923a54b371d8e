"""How every run begins: numbers for both hospitals, three patients with confirmed accounts."""

import msgspec

from ledgerd.ledger.operations import encode_operation
from tests.naive.choosing import Act
from tests.naive.world import ACCOUNTS, Hand, hand
from tests.unit.ledgerd.ledger.world import (
    FINANCE,
    HOSPITAL,
    HOSPITAL_2,
    MEDICARE,
    allotment,
    confirmation,
    enrolment,
)


def opening_acts() -> list[Act]:
    acts = [
        _act(hand(FINANCE, "clerk"), allotment(HOSPITAL, 1, 60)),
        _act(hand(FINANCE, "clerk"), allotment(HOSPITAL_2, 61, 60)),
    ]
    for account in ACCOUNTS[:3]:
        enrol = enrolment(account)
        if account == ACCOUNTS[2]:  # whoever has no key comes to the counter
            enrol = msgspec.structs.replace(enrol, device_key=None, sealing_key=None)
        acts.append(_act(hand(HOSPITAL, "clerk"), enrol))
        acts.append(_act(hand(MEDICARE, "reviewer"), confirmation(account)))
    return acts


def _act(by: Hand, operation: object) -> Act:
    return Act(by, (encode_operation(operation),))  # type: ignore[arg-type]
