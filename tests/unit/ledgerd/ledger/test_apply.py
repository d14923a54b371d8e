"""Executing transactions: total, alone or together, in order."""

import pytest
from hypothesis import given, strategies as st
from msgspec.structs import replace

from ledgerd.chain.params import DAY_MS
from ledgerd.ledger.apply import execute_transaction
from ledgerd.ledger.events import BillIssued, PaymentRecorded
from ledgerd.ledger.overlay import Overlay
from ledgerd.ledger.queries import bill_of
from ledgerd.ledger.reject_codes import RejectCode
from tests.unit.ledgerd.ledger.world import (
    ANNA,
    BERT,
    FINANCE,
    HOSPITAL,
    INSURER,
    World,
    allotment,
    as_read,
    bill_ref,
    claim,
    issue,
    key_of,
    payment,
)


@pytest.fixture
def world() -> World:
    world = World()
    world.allot()
    return world


def test_operations_fail_alone(world: World) -> None:
    receipts = world.run(
        HOSPITAL,
        "office",
        issue(1, world.today),
        issue(5000, world.today),
        payment(bill_ref(1), 100_00),
    )

    codes = [receipt.code for receipt in receipts]
    assert codes == [RejectCode.OK, RejectCode.NUMBER_OUT_OF_RANGE, RejectCode.OK]
    assert [receipt.operation for receipt in receipts] == [0, 1, 2]


def test_an_atomic_transaction_fails_together_and_tells_nobody(world: World) -> None:
    receipts = world.run(
        HOSPITAL, "office", issue(1, world.today), issue(5000, world.today), atomic=True
    )

    codes = [receipt.code for receipt in receipts]
    assert codes == [RejectCode.ATOMIC_FAILED, RejectCode.NUMBER_OUT_OF_RANGE]
    assert receipts[0].events == ()
    assert world.changed == {}


def test_an_atomic_transaction_holds_together_when_all_is_well(world: World) -> None:
    issued = issue(1, world.today)
    receipts = world.run(HOSPITAL, "office", issued, payment(issued.bill, 100_00), atomic=True)

    assert [receipt.code for receipt in receipts] == [RejectCode.OK] * 2
    assert receipts[0].events[0] == BillIssued(
        bill=issued.bill, issuer=HOSPITAL, sidecar=issued.sealed.sidecar
    )
    assert receipts[1].events == (PaymentRecorded(bill=issued.bill, paid_fen=100_00),)
    assert bill_of(world, issued.bill) is not None


def test_bytes_that_are_no_operation_get_a_receipt(world: World) -> None:
    transaction = world.transaction(HOSPITAL, "office", issue(1, world.today))
    broken = replace(transaction, operations=(b"\x90", *transaction.operations))

    receipts = world.execute(broken)[0]

    assert [receipt.code for receipt in receipts] == [RejectCode.MALFORMED, RejectCode.OK]


@given(st.lists(st.binary(min_size=1, max_size=64), min_size=1, max_size=3))
def test_any_bytes_get_receipts(operations: list[bytes]) -> None:
    world = World()
    transaction = world.transaction(HOSPITAL, "office", allotment())
    any_bytes = replace(transaction, operations=tuple(operations))

    receipts = execute_transaction(as_read(any_bytes), 0, Overlay(world), world.context())

    assert {receipt.code for receipt in receipts} == {RejectCode.MALFORMED}


def test_every_flipped_byte_of_an_operation_gets_a_receipt(world: World) -> None:
    transaction = world.transaction(HOSPITAL, "office", issue(1, world.today))
    data = transaction.operations[0]

    for index in range(len(data)):
        flipped = data[:index] + bytes((data[index] ^ 1,)) + data[index + 1 :]
        overlay = Overlay(world)
        changed = replace(transaction, operations=(flipped,))
        (receipt,) = execute_transaction(as_read(changed), 0, overlay, world.context())
        assert receipt.is_in_force == (overlay.changes() != {})


def test_the_same_transactions_give_the_same_changes(world: World) -> None:
    transaction = world.transaction(HOSPITAL, "office", issue(1, world.today))
    first, second = Overlay(world), Overlay(world)

    receipts = execute_transaction(as_read(transaction), 0, first, world.context())

    assert execute_transaction(as_read(transaction), 0, second, world.context()) == receipts
    assert list(first.changes().items()) == list(second.changes().items())


def test_an_expired_transaction_does_nothing(world: World) -> None:
    transaction = world.transaction(HOSPITAL, "office", issue(1, world.today))
    late = replace(transaction, valid_until_ms=world.time_ms + 999)
    in_time = replace(transaction, valid_until_ms=world.time_ms + 2000)

    assert world.execute(late)[0][0].code is RejectCode.EXPIRED
    assert world.execute(in_time)[0][0].code is RejectCode.OK


def test_a_transaction_is_valid_for_a_day_at_most(world: World) -> None:
    transaction = world.transaction(HOSPITAL, "office", issue(1, world.today))
    long = replace(transaction, valid_until_ms=world.time_ms + 1000 + DAY_MS + 1)
    day = replace(transaction, valid_until_ms=world.time_ms + 2000 + DAY_MS)

    assert world.execute(long)[0][0].code is RejectCode.VALID_TOO_LONG
    assert world.execute(day)[0][0].code is RejectCode.OK


def test_a_transaction_of_another_chain_does_nothing(world: World) -> None:
    transaction = world.transaction(HOSPITAL, "office", issue(1, world.today))

    other = replace(transaction, chain_id=bytes(32))

    assert world.execute(other)[0][0].code is RejectCode.WRONG_CHAIN


def test_the_signer_is_a_current_key_of_the_author(world: World) -> None:
    world.enrol()
    foreign = replace(
        world.transaction(HOSPITAL, "office", issue(1, world.today)),
        public_key=key_of(FINANCE, "office"),
    )
    stranger = replace(
        world.transaction(ANNA, "device", claim((bill_ref(1),), world.today)),
        public_key=key_of(BERT),
    )

    assert world.execute(foreign)[0][0].code is RejectCode.SIGNER_NOT_CURRENT
    assert world.execute(stranger)[0][0].code is RejectCode.SIGNER_NOT_CURRENT


def test_an_unknown_author_may_nothing(world: World) -> None:
    unknown = "9" * 18

    codes = {
        world.code(unknown, "office", issue(1, world.today)),
        world.code(BERT, "device", claim((bill_ref(1),), world.today)),
        world.code(BERT, "device", issue(1, world.today)),
    }

    assert codes == {RejectCode.UNKNOWN_AUTHOR}


def test_patients_and_institutions_keep_to_their_operations(world: World) -> None:
    world.enrol()

    assert world.code(ANNA, "device", issue(1, world.today)) is RejectCode.KIND_NOT_ALLOWED
    assert (
        world.code(INSURER, "office", claim((bill_ref(1),), world.today))
        is RejectCode.KIND_NOT_ALLOWED
    )
