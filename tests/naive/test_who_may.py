"""The table of who may do what, cell by cell: keys, relations, deputies, and changed rights."""

import csv

import pytest

from ledgerd.ledger import (
    assistance_operations as ao,
    axis_operations as xo,
    bill_operations as bo,
    care_operations as ca,
    case_operations as ko,
    claim_operations as co,
    governance_operations as go,
    keeping_operations as ke,
    patient_operations as po,
    redress_operations as ro,
)
from ledgerd.ledger.operations import OPERATION_TYPES
from ledgerd.ledger.reject_codes import RejectCode as Code
from ledgerd.ledger.rights import ALL_KINDS, ALL_ROLES, RIGHTS, Right, tag_of, tags_for_others
from tests.naive.model import TABLE
from tests.naive.witnesses import (
    change_account,
    make_keys_wait,
    retire_keys,
    stranger_to,
    witnesses,
    world_with_strangers,
)
from tests.unit.ledgerd.ledger.samples import SAMPLES
from tests.unit.ledgerd.ledger.world import ANNA, KINDS, World

with TABLE.open(encoding="ascii", newline="") as _file:
    ROWS = list(csv.DictReader(_file))
BY_NAME = {row["operation"]: row for row in ROWS}
TYPES = {type_.__name__: type_ for type_ in OPERATION_TYPES}
BY_KIND = {kind: name for name, kind in reversed(KINDS.items())}
SAMPLE = {type(sample).__name__: sample for sample in SAMPLES}
REFUSED = (Code.KIND_NOT_ALLOWED, Code.ROLE_NOT_ALLOWED)
NAMES = sorted(BY_NAME)
BY_PATIENTS = sorted(name for name, row in BY_NAME.items() if row["patient"] == "yes")


def test_every_operation_has_one_row_and_nothing_else_has() -> None:
    assert sorted(row["operation"] for row in ROWS) == sorted(TYPES)


@pytest.mark.parametrize("row", ROWS, ids=[row["operation"] for row in ROWS])
def test_no_cell_is_missing(row: dict[str, str]) -> None:
    codes = {code.name for code in Code} | {"-"}
    for kind in ALL_KINDS:
        assert row[kind] in {"-", "*"} or set(row[kind].split()) <= set(ALL_ROLES), kind
    for column in ("patient", "proxy", "assisted"):
        assert row[column] in {"yes", "no"}, column
    for column in ("unconfirmed", "waiting", "retired", "stranger"):
        assert row[column] in codes, column
    assert row["relation"]
    assert (row["unconfirmed"] == "-") == (row["waiting"] == "-") == (row["patient"] == "no")


@pytest.mark.parametrize("name", NAMES)
def test_a_key_that_is_retired_does_nothing(name: str) -> None:
    witness = witnesses()[name]
    world = witness.world()
    retire_keys(world, witness.who)

    assert witness.code_of(witness.who, witness.role, world).name == BY_NAME[name]["retired"]


@pytest.mark.parametrize("name", NAMES)
def test_somebody_of_the_same_kind_without_the_relation_gets_the_code_of_the_table(
    name: str,
) -> None:
    row, witness = BY_NAME[name], witnesses()[name]
    if row["stranger"] == "-":
        assert row["relation"] == "own"
        return
    world = world_with_strangers(witness)
    if name == "AllotNumbers":  # the first allotment decides whose the code is
        world.allot(first=10**6)

    code = witness.code_of(stranger_to(witness.who), witness.role, world)

    assert code.name == row["stranger"]


@pytest.mark.parametrize("name", BY_PATIENTS)
def test_a_key_that_waits_reads_and_does_what_the_table_says(name: str) -> None:
    witness = witnesses()[name]
    if not isinstance(witness.who, bytes):
        pytest.skip("the story tells it of an institution")
    world = witness.world()
    make_keys_wait(world, witness.who)

    assert witness.code_of(witness.who, witness.role, world).name == BY_NAME[name]["waiting"]


@pytest.mark.parametrize("name", BY_PATIENTS)
def test_an_account_that_nobody_confirmed_does_what_the_table_says(name: str) -> None:
    witness = witnesses()[name]
    if not isinstance(witness.who, bytes):
        pytest.skip("the story tells it of an institution")
    world = witness.world()
    change_account(world, witness.who, confirmed=None)

    assert witness.code_of(witness.who, witness.role, world).name == BY_NAME[name]["unconfirmed"]


def test_deputies_may_what_the_table_says() -> None:
    by_proxy = {tag_of(TYPES[row["operation"]]) for row in ROWS if row["proxy"] == "yes"}
    assisted = {tag_of(TYPES[row["operation"]]) for row in ROWS if row["assisted"] == "yes"}

    assert by_proxy == assisted == set(tags_for_others())


def cells_that_differ(name: str) -> list[str]:
    """Ask the ledger for each cell of a row, and name those in which it answers otherwise."""
    row, sample, wrong = BY_NAME[name], SAMPLE[name], []
    for kind in ALL_KINDS:
        said = set(ALL_ROLES) if row[kind] == "*" else set(row[kind].replace("-", "").split())
        for role in ALL_ROLES:
            code = World().code(BY_KIND[kind], role, sample)
            if (code not in REFUSED) != (role in said):
                wrong.append(f"{kind} / {role}")
    world = World()
    world.enrol()
    is_allowed = world.code(ANNA, "device", sample) is not Code.KIND_NOT_ALLOWED
    if is_allowed != (row["patient"] == "yes"):
        wrong.append("patient")
    if (tag_of(TYPES[name]) in tags_for_others()) != (row["proxy"] == "yes"):
        wrong.append("proxy")
    return wrong


CHANGES = (
    (bo.AllotNumbers, Right(("finance", "hospital"), ("clerk", "office"))),
    (bo.IssueBill, Right(("hospital",), ("office", "cashier", "clerk"))),
    (bo.RecordPayment, Right(("hospital",), ("cashier",))),
    (bo.Countersign, Right(("finance", "medicare"), ("office", "clerk"))),
    (bo.ReverseBill, Right(("hospital",), ("cashier", "office"))),
    (bo.Settle, Right(("medicare", "insurer"), ("office", "clerk"))),
    (co.EnrolPatient, Right(("hospital", "medicare"), ("clerk", "office"))),
    (co.ConfirmPatient, Right(("medicare", "hospital"), ("reviewer",))),
    (co.FileClaim, Right(patients=True)),
    (co.DecideClaim, Right(("medicare", "insurer"), ("office", "reviewer", "cashier"))),
    (co.PayClaim, Right(("medicare", "insurer"), ("office",))),
    (co.ReleaseExpired, Right(ALL_KINDS, ALL_ROLES)),
    (go.Propose, Right(ALL_KINDS, ("admin", "clerk"))),
    (po.AttestPresence, Right(ALL_KINDS, ("terminal", "office"))),
    (po.RevokeProxy, Right(("medicare",), ("reviewer",))),
    (xo.EnterBill, Right(("finance", "insurer"), ("clerk",))),
    (ca.Prescribe, Right(("hospital", "insurer"), ("clerk", "office"))),
    (ko.AppealCase, Right(("hospital",), ("clerk",))),
    (ke.ApproveErasure, Right(("finance",), ("reviewer",))),
    (ro.RecoverPayment, Right(("medicare", "insurer"), ("cashier",))),
    (ao.DecideAssistance, Right(("medicare",), ("reviewer", "office"))),
)


@pytest.mark.parametrize(("type_", "changed"), CHANGES, ids=[t.__name__ for t, _ in CHANGES])
def test_a_change_of_the_rights_fails_a_cell(
    type_: type, changed: Right, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert cells_that_differ(type_.__name__) == []

    monkeypatch.setitem(RIGHTS, type_, changed)

    assert cells_that_differ(type_.__name__)
