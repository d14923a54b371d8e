"""The authorisation matrix against the table written by hand from the domain."""

import csv
from pathlib import Path

import pytest

from ledgerd.ledger.operations import OPERATION_TYPES, operation_name
from ledgerd.ledger.reject_codes import RejectCode
from ledgerd.ledger.rights import ALL_KINDS, ALL_ROLES, RIGHTS
from tests.unit.ledgerd.ledger.samples import SAMPLES
from tests.unit.ledgerd.ledger.world import ANNA, KINDS, ROLES, World

TABLE = Path(__file__).parents[3] / "data" / "who_may.csv"
with TABLE.open(encoding="ascii", newline="") as file:
    ROWS = {row["operation"]: row for row in csv.DictReader(file)}
BY_KIND = {kind: name for name, kind in reversed(KINDS.items())}
REFUSED = (RejectCode.KIND_NOT_ALLOWED, RejectCode.ROLE_NOT_ALLOWED)
CELLS = [(operation, kind) for operation in SAMPLES for kind in ALL_KINDS]


def test_every_operation_has_a_row_in_both_tables() -> None:
    assert set(ROWS) >= {type_.__name__ for type_ in OPERATION_TYPES}
    assert set(RIGHTS) == set(OPERATION_TYPES)


@pytest.mark.parametrize(
    ("operation", "kind"), CELLS, ids=lambda v: v if isinstance(v, str) else operation_name(v)
)
def test_a_role_of_a_kind_may_what_the_table_says(operation, kind: str) -> None:
    codes = {role: World().code(BY_KIND[kind], role, operation) for role in ROLES}

    allowed = {role for role, code in codes.items() if code not in REFUSED}
    said = ROWS[operation_name(operation)][kind].replace("-", "").replace("*", " ".join(ROLES))
    assert allowed == set(said.split())


@pytest.mark.parametrize("operation", SAMPLES, ids=operation_name)
def test_a_patient_may_what_the_table_says(operation) -> None:
    world = World()
    world.enrol()

    code = world.code(ANNA, "device", operation)

    said = ROWS[operation_name(operation)]["patient"]
    assert {"yes": False, "no": True}[said] == (code is RejectCode.KIND_NOT_ALLOWED)


def test_the_roles_are_those_of_the_domain() -> None:
    assert sorted(ALL_ROLES) == sorted(ROLES)
