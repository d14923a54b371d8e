"""State objects are bounded and small."""

import pytest

from ledgerd.ledger import (
    axis_objects,
    book_objects,
    care_objects,
    case_objects,
    governance_objects,
    number_objects,
    objects,
    patient_objects,
)
from ledgerd.ledger.objects import Bill, Claim, Origin, PayerState
from ledgerd.primitives.canonical import unbounded_fields
from tests.unit.ledgerd.ledger.story import told_story

RECORDS = [
    v for v in vars(objects).values() if isinstance(v, type) and hasattr(v, "__struct_config__")
]
MODULES = (
    axis_objects, book_objects, care_objects, case_objects, governance_objects, number_objects,
    objects, patient_objects,
)  # fmt: skip
ENUMERATED = {"file", "state", "bill_type", "public", "purpose", "reason", "payers[].state"}


@pytest.mark.parametrize("type_", RECORDS, ids=lambda t: t.__name__)
def test_every_field_has_a_bound(type_: type) -> None:
    places = {place.split(".", 1)[1] for place in unbounded_fields(type_)}

    assert places <= ENUMERATED


def test_the_tags_of_records_are_unique() -> None:
    types = {v for m in MODULES for v in vars(m).values() if hasattr(v, "__struct_config__")}
    tags = [type_.__struct_config__.tag for type_ in types]
    given = [tag for tag in tags if tag is not None and tag >= 80]

    assert len(given) == len(set(given)) > 30


def test_a_bill_with_its_whole_life_stays_small() -> None:
    sizes = [len(v) for k, v in told_story().world.state.items() if k.startswith(b"b")]

    assert max(sizes) < 900


def test_open_states_are_filed_and_decided() -> None:
    entries = [
        objects.PayerPosition(payer="x", state=state, reserved_fen=1, paid_fen=2, claim=None)
        for state in PayerState
    ]

    assert [entry.state for entry in entries if entry.is_open] == [1, 2]
    assert {entry.borne_fen for entry in entries} == {3}


def test_records_are_values() -> None:
    origin = Origin(height=1, transaction=2, operation=3, request=bytes(16))

    assert origin.position.height == 1
    assert {Bill, Claim} <= set(RECORDS)
