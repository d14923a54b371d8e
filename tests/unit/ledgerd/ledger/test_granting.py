"""Consent and the delivery of keys."""

import pytest

from ledgerd.ledger.axis_operations import RevokeAccess
from ledgerd.ledger.bill_operations import ReportUnreadable
from ledgerd.ledger.claim_operations import DeliverKey, GrantAccess
from ledgerd.ledger.days import DAY_MS
from ledgerd.ledger.fields import BillRef, PublicPosition, Purpose, UnreadableReason
from ledgerd.ledger.queries import delivery_of, grant_of, report_of
from ledgerd.ledger.reject_codes import RejectCode
from tests.unit.ledgerd.ledger.world import (
    ANNA,
    BERT,
    FINANCE,
    HOSPITAL,
    INSURER,
    INSURER_2,
    MEDICARE,
    MEDICARE_2,
    World,
    bill_ref,
    enrolment,
    hash_of,
    salt_of,
    sidecar,
)
from tests.unit.ledgerd.ledger.world_axes import bind, revoke


@pytest.fixture
def world() -> World:
    return World()


def grant(world: World, ref: BillRef, **changes: object) -> GrantAccess:
    values: dict[str, object] = {
        "client_ref": "grant",
        "bill": ref,
        "salt": salt_of(ref),
        "reader": INSURER,
        "parts": 3,
        "purpose": Purpose.CLAIM,
        "until_ms": world.time_ms + DAY_MS,
    }
    return GrantAccess(**{**values, **changes})


def delivery(ref: BillRef, grant_id: bytes, **changes: object) -> DeliverKey:
    values: dict[str, object] = {
        "client_ref": "deliver",
        "bill": ref,
        "grant": grant_id,
        "own_delivery": None,
        "key_number": 1,
        "document": sidecar("document"),
    }
    return DeliverKey(**{**values, **changes})


def granted_bill(world: World, **changes: object) -> tuple[BillRef, bytes]:
    world.allot()
    world.enrol()
    ref = world.bill(1, **changes)
    return ref, world.must(ANNA, "device", grant(world, ref))[-16:]


def test_the_owner_grants_and_nobody_else(world: World) -> None:
    ref, grant_id = granted_bill(world)
    world.enrol(BERT)
    wrong_salt = grant(world, ref, client_ref="b", salt=hash_of("guess"))

    found = grant_of(world, ref, grant_id)
    assert found is not None
    assert (found.account, found.reader) == (ANNA, INSURER)
    assert world.code(BERT, "device", grant(world, ref)) is RejectCode.NOT_THE_OWNER
    assert world.code(ANNA, "device", wrong_salt) is RejectCode.NOT_THE_OWNER


def test_an_unconfirmed_account_cannot_grant(world: World) -> None:
    world.allot()
    world.must(HOSPITAL, "clerk", enrolment(ANNA))
    ref = world.bill(1)

    assert world.code(ANNA, "device", grant(world, ref)) is RejectCode.ACCOUNT_NOT_CONFIRMED


def test_a_grant_lies_in_the_future_and_names_a_bill_and_a_reader(world: World) -> None:
    ref, _ = granted_bill(world)
    past = grant(world, ref, client_ref="p", until_ms=world.time_ms)
    nobody = grant(world, ref, client_ref="n", reader="0" * 18)
    no_bill = grant(world, bill_ref(9))

    assert world.code(ANNA, "device", past) is RejectCode.GRANT_EXPIRED
    assert world.code(ANNA, "device", nobody) is RejectCode.UNKNOWN_INSTITUTION
    assert world.code(ANNA, "device", no_bill) is RejectCode.NOT_FOUND


def test_the_issuer_delivers_the_keys_of_a_grant(world: World) -> None:
    ref, grant_id = granted_bill(world)

    key = world.must(HOSPITAL, "office", delivery(ref, grant_id))

    found = delivery_of(world, ref, key[-16:])
    assert found is not None
    assert (found.reader, found.document) == (INSURER, sidecar("document"))


def test_a_delivery_needs_its_grant_in_force(world: World) -> None:
    ref, grant_id = granted_bill(world)
    unknown = delivery(ref, bytes(16))
    world.time_ms += 2 * DAY_MS

    assert world.code(HOSPITAL, "office", unknown) is RejectCode.NOT_FOUND
    assert world.code(HOSPITAL, "office", delivery(ref, grant_id)) is RejectCode.GRANT_EXPIRED


def test_who_cannot_read_all_of_it_cannot_hand_it_on(world: World) -> None:
    ref, both = granted_bill(world)
    face = world.must(ANNA, "device", grant(world, ref, client_ref="face", parts=1))[-16:]

    assert world.code(INSURER_2, "office", delivery(ref, both)) is RejectCode.SCOPE_NOT_HELD
    assert world.code(FINANCE, "office", delivery(ref, both)) is RejectCode.SCOPE_NOT_HELD
    assert world.code(FINANCE, "office", delivery(ref, face)) is RejectCode.OK


def test_the_settling_bureau_can_hand_on(world: World) -> None:
    world.allot()
    world.enrol()
    settled = world.settle(100_00, 0)
    ref = world.bill(1, public=PublicPosition.SETTLED, settlement=settled)
    grant_id = world.must(ANNA, "device", grant(world, ref))[-16:]

    assert world.code(MEDICARE_2, "office", delivery(ref, grant_id)) is RejectCode.SCOPE_NOT_HELD
    assert world.code(MEDICARE, "office", delivery(ref, grant_id)) is RejectCode.OK


def test_a_reader_by_delivery_can_hand_on_what_it_was_given(world: World) -> None:
    ref, grant_id = granted_bill(world)
    own = world.must(HOSPITAL, "office", delivery(ref, grant_id))[-16:]
    other = grant(world, ref, client_ref="second", reader=INSURER_2)
    second = world.must(ANNA, "device", other)[-16:]
    handed_on = delivery(ref, second, own_delivery=own)

    assert world.code(INSURER_2, "office", handed_on) is RejectCode.SCOPE_NOT_HELD
    assert world.code(INSURER, "office", handed_on) is RejectCode.OK


def test_a_revoked_grant_is_served_no_more_and_revoked_once(world: World) -> None:
    ref, grant_id = granted_bill(world)

    world.must(ANNA, "device", revoke(ref, grant_id))

    found = grant_of(world, ref, grant_id)
    assert found is not None
    assert found.revoked is not None
    assert world.code(HOSPITAL, "office", delivery(ref, grant_id)) is RejectCode.GRANT_EXPIRED
    again = revoke(ref, grant_id, "again")
    assert world.code(ANNA, "device", again) is RejectCode.GRANT_EXPIRED


def test_only_who_granted_revokes_and_only_what_runs(world: World) -> None:
    ref, grant_id = granted_bill(world)
    world.enrol(BERT)
    unknown = RevokeAccess(client_ref="u", bill=ref, grant=bytes(16))

    assert world.code(BERT, "device", revoke(ref, grant_id)) is RejectCode.NOT_A_PARTY
    assert world.code(ANNA, "device", unknown) is RejectCode.NOT_FOUND
    world.time_ms += 2 * DAY_MS
    assert world.code(ANNA, "device", revoke(ref, grant_id)) is RejectCode.GRANT_EXPIRED


def test_a_reader_hands_on_only_while_its_own_grant_runs(world: World) -> None:
    ref, grant_id = granted_bill(world)
    own = world.must(HOSPITAL, "office", delivery(ref, grant_id))[-16:]
    other = grant(world, ref, client_ref="second", reader=INSURER_2)
    second = world.must(ANNA, "device", other)[-16:]
    world.must(ANNA, "device", revoke(ref, grant_id))

    handed_on = delivery(ref, second, own_delivery=own)

    assert world.code(INSURER, "office", handed_on) is RejectCode.GRANT_EXPIRED


def test_the_owners_devices_are_served_without_a_name(world: World) -> None:
    ref, _ = granted_bill(world)

    key = world.must(HOSPITAL, "office", delivery(ref, None, key_number=0))

    found = delivery_of(world, ref, key[-16:])
    assert found is not None
    assert (found.grant, found.reader, found.report, found.parts) == (None, None, None, 3)
    assert ANNA not in world.changed[key]


def test_devices_are_served_by_readers_and_only_where_there_is_an_owner(world: World) -> None:
    world.allot()
    ref = world.issued(1, owner=None)
    nobody = delivery(ref, None)
    unbound = world.code(HOSPITAL, "office", nobody)
    world.must(HOSPITAL, "cashier", bind(ref))

    assert unbound is RejectCode.NOT_THE_OWNER
    assert world.code(INSURER, "office", nobody) is RejectCode.SCOPE_NOT_HELD
    assert world.code(HOSPITAL, "office", nobody) is RejectCode.OK


def test_the_bureau_that_bound_a_bill_serves_the_owners_devices(world: World) -> None:
    world.allot()
    ref = world.issued(1, owner=None)
    before = world.code(MEDICARE, "office", delivery(ref, None, client_ref="before"))
    world.must(MEDICARE, "clerk", bind(ref))

    assert before is RejectCode.NOT_THE_OWNER
    assert world.code(MEDICARE, "office", delivery(ref, None)) is RejectCode.OK
    other = delivery(ref, None, client_ref="other")
    assert world.code(MEDICARE_2, "office", other) is RejectCode.SCOPE_NOT_HELD


def report(ref: BillRef, **changes: object) -> ReportUnreadable:
    reason = UnreadableReason.DOES_NOT_OPEN
    values = {"client_ref": "report", "bill": ref, "reason": reason}
    return ReportUnreadable(**{**values, **changes})


def test_who_should_read_reports_and_the_issuer_answers_in_time(world: World) -> None:
    world.allot()
    ref = world.issued(1)
    report_id = world.must(FINANCE, "office", report(ref))[-16:]
    found = report_of(world, ref, report_id)
    assert found is not None
    assert (found.parts, found.answered) == (1, None)
    assert found.due_ms == world.time_ms + 3 * DAY_MS

    key = world.must(HOSPITAL, "office", delivery(ref, None, report=report_id))

    answered, delivered = report_of(world, ref, report_id), delivery_of(world, ref, key[-16:])
    assert answered is not None
    assert delivered is not None
    assert answered.answered is not None
    assert (delivered.reader, delivered.parts, delivered.report) == (FINANCE, 1, report_id)
    again = delivery(ref, None, report=report_id, client_ref="again")
    assert world.code(HOSPITAL, "office", again) is RejectCode.WRONG_STATE


def test_only_who_should_read_reports(world: World) -> None:
    ref, grant_id = granted_bill(world)
    own = world.must(HOSPITAL, "office", delivery(ref, grant_id))[-16:]

    assert world.code(HOSPITAL, "office", report(ref)) is RejectCode.NOT_A_PARTY
    assert world.code(INSURER_2, "office", report(ref)) is RejectCode.SCOPE_NOT_HELD
    foreign = report(ref, own_delivery=own)
    assert world.code(INSURER_2, "office", foreign) is RejectCode.SCOPE_NOT_HELD
    assert world.code(INSURER, "office", foreign) is RejectCode.OK
    assert world.code(MEDICARE, "office", report(ref)) is RejectCode.OK
    assert world.code(FINANCE, "office", report(bill_ref(9))) is RejectCode.NOT_FOUND


def test_a_bureau_that_settled_nothing_reads_no_settled_bill(world: World) -> None:
    world.allot()
    settled = world.settle(100_00, 0)
    ref = world.issued(1, public=PublicPosition.SETTLED, settlement=settled)

    assert world.code(MEDICARE_2, "office", report(ref)) is RejectCode.SCOPE_NOT_HELD
    assert world.code(MEDICARE, "office", report(ref)) is RejectCode.OK


def test_a_delivery_has_one_reason(world: World) -> None:
    ref, grant_id = granted_bill(world)
    report_id = world.must(FINANCE, "office", report(ref))[-16:]
    both = delivery(ref, grant_id, report=report_id)
    unknown = delivery(ref, None, report=bytes(16))

    assert world.code(HOSPITAL, "office", both) is RejectCode.DUPLICATE_ITEM
    assert world.code(HOSPITAL, "office", unknown) is RejectCode.NOT_FOUND
