"""Entries: what they need, what they stop, and that they count against double reimbursement."""

import pytest
from msgspec.structs import replace

from ledgerd.ledger.axis_queries import entry_of
from ledgerd.ledger.claim_operations import DecideClaim
from ledgerd.ledger.days import DAY_MS
from ledgerd.ledger.fields import PublicPosition, Purpose
from ledgerd.ledger.objects import EMPLOYER, Bill, PayerPosition, PayerState
from ledgerd.ledger.queries import bill_of
from ledgerd.ledger.reject_codes import RejectCode
from ledgerd.ledger.state_keys import bill_key
from ledgerd.primitives.canonical import encode
from tests.unit.ledgerd.ledger.world import (
    ANNA,
    FINANCE,
    HOSPITAL,
    INSURER,
    World,
    bill_ref,
    claim,
)
from tests.unit.ledgerd.ledger.world_axes import (
    announce,
    enter,
    entered,
    entry_grant,
    reverse,
    revoke,
    taken_back,
    unenter,
)


@pytest.fixture
def world() -> World:
    world = World()
    world.allot()
    world.enrol()
    return world


def bill_in(world: World, number: int = 1) -> Bill:
    bill = bill_of(world, bill_ref(number))
    assert bill is not None
    return bill


def test_an_entry_counts_as_what_the_employer_paid(world: World) -> None:
    ref = world.bill(1)

    entry = entered(world, ref, 40_00)

    position = bill_in(world).payer(EMPLOYER)
    found = entry_of(world, ref, entry)
    assert position is not None
    assert found is not None
    assert (position.state, position.paid_fen, position.claim) == (PayerState.PAID, 40_00, None)
    assert (found.finance, found.amount_fen, found.revoked) == (FINANCE, 40_00, None)


def test_an_entry_of_the_whole_share_stops_claims_and_one_of_a_part_does_not(
    world: World,
) -> None:
    whole, part = world.bill(1), world.bill(2)
    entered(world, whole, 100_00)
    entered(world, part, 99_99)

    assert world.code(ANNA, "device", claim((whole,), world.today)) is RejectCode.ENTERED
    assert world.code(ANNA, "device", claim((part,), world.today)) is RejectCode.OK


def test_the_whole_share_is_what_public_payers_leave(world: World) -> None:
    settled = world.settle(100_00, 60_00)
    named = {"public_fen": 60_00, "public": PublicPosition.SETTLED, "settlement": settled}
    ref = world.bill(1, **named)
    grant = entry_grant(world, ref)

    too_much = world.code(FINANCE, "clerk", enter(ref, grant, 40_01))
    world.must(FINANCE, "clerk", enter(ref, grant, 40_00))

    assert too_much is RejectCode.OVER_PRIVATE_SHARE
    assert world.code(ANNA, "device", claim((ref,), world.today)) is RejectCode.ENTERED


def test_an_insurer_decides_on_what_an_entry_leaves(world: World) -> None:
    settled = world.settle(100_00, 0)
    ref = world.bill(1, public=PublicPosition.SETTLED, settlement=settled)
    key = world.must(ANNA, "device", claim((ref,), world.today))
    entered(world, ref, 70_00)
    over = DecideClaim(client_ref="over", claim=key, amounts=(30_01,))
    within = DecideClaim(client_ref="within", claim=key, amounts=(30_00,))

    assert world.code(INSURER, "office", over) is RejectCode.OVER_PRIVATE_SHARE
    assert world.code(INSURER, "office", within) is RejectCode.OK


def test_an_entry_needs_the_patients_grant_for_it(world: World) -> None:
    ref = world.bill(1)
    other_reader = entry_grant(world, ref, client_ref="a", reader=INSURER)
    other_purpose = entry_grant(world, ref, client_ref="b", purpose=Purpose.CARE)
    revoked = entry_grant(world, ref, client_ref="c")
    world.must(ANNA, "device", revoke(ref, revoked))
    short = entry_grant(world, ref, client_ref="d", until_ms=world.time_ms + 10_000)
    good = entry_grant(world, ref, client_ref="e", until_ms=world.time_ms + 2 * DAY_MS)
    world.time_ms += DAY_MS

    def code(grant: bytes) -> RejectCode:
        return world.code(FINANCE, "clerk", enter(ref, grant, 1))

    assert code(bytes(16)) is RejectCode.NOT_FOUND
    assert code(other_reader) is RejectCode.SCOPE_NOT_HELD
    assert code(other_purpose) is RejectCode.GRANT_EXPIRED
    assert code(revoked) is RejectCode.GRANT_EXPIRED
    assert code(short) is RejectCode.GRANT_EXPIRED
    assert code(good) is RejectCode.OK


def test_a_grant_for_care_is_none_for_an_entry(world: World) -> None:
    ref = world.bill(1)
    care = entry_grant(world, ref, purpose=Purpose.CARE)

    assert world.code(FINANCE, "clerk", enter(ref, care, 1)) is RejectCode.PURPOSE_DIFFERS


def test_an_entry_needs_a_supervised_bill_that_stands(world: World) -> None:
    fresh, announced, gone = world.issued(1), world.bill(2), world.bill(3)
    grants = {ref: entry_grant(world, ref) for ref in (fresh, announced, gone)}
    world.must(HOSPITAL, "cashier", announce(announced))
    taken_back(world, gone)
    red = entry_grant(world, bill_ref(900))

    def code(ref, grant: bytes) -> RejectCode:
        return world.code(FINANCE, "clerk", enter(ref, grant, 1))

    assert code(fresh, grants[fresh]) is RejectCode.NOT_SUPERVISED
    assert code(announced, grants[announced]) is RejectCode.REVERSAL_ANNOUNCED
    assert code(gone, grants[gone]) is RejectCode.REVERSED
    assert code(bill_ref(900), red) is RejectCode.RED_BILL


def test_a_bill_is_entered_once_also_after_a_revocation(world: World) -> None:
    ref = world.bill(1)
    entry = entered(world, ref, 10_00)
    more = entry_grant(world, ref, client_ref="more")

    twice = world.code(FINANCE, "clerk", enter(ref, more, 1, "twice"))
    world.must(FINANCE, "clerk", unenter(ref, entry))

    assert twice is RejectCode.ALREADY_ENTERED
    later = world.code(FINANCE, "clerk", enter(ref, more, 1, "later"))
    assert later is RejectCode.ALREADY_ENTERED


def test_a_revoked_entry_bears_nothing(world: World) -> None:
    ref = world.bill(1)
    entry = entered(world, ref, 100_00)

    world.must(FINANCE, "clerk", unenter(ref, entry))

    position = bill_in(world).payer(EMPLOYER)
    assert position is not None
    assert (position.state, position.paid_fen) == (PayerState.RECOVERED, 0)
    assert world.code(ANNA, "device", claim((ref,), world.today)) is RejectCode.OK
    again = unenter(ref, entry, "again")
    assert world.code(FINANCE, "clerk", again) is RejectCode.ENTRY_REVOKED


def test_only_the_finance_that_entered_revokes(world: World) -> None:
    ref = world.bill(1)
    entry = entered(world, ref, 1)
    key = next(k for k in world.changed if len(k) == 36)
    found = entry_of(world, ref, entry)
    assert found is not None
    world.state[key] = encode(replace(found, finance=HOSPITAL))

    assert world.code(FINANCE, "clerk", unenter(ref, entry)) is RejectCode.NOT_A_PARTY
    assert world.code(FINANCE, "clerk", unenter(ref, bytes(16))) is RejectCode.NOT_FOUND


def test_an_entered_bill_is_reversed_only_after_the_entry_is_revoked(world: World) -> None:
    ref = world.bill(1)
    entry = entered(world, ref, 1)
    world.must(HOSPITAL, "cashier", announce(ref))

    stopped = world.code(HOSPITAL, "cashier", reverse(world, ref))
    world.must(FINANCE, "clerk", unenter(ref, entry))

    assert stopped is RejectCode.ENTERED
    assert world.code(HOSPITAL, "cashier", reverse(world, ref)) is RejectCode.OK


def test_a_bill_has_a_bounded_number_of_payers(world: World) -> None:
    ref = world.bill(1)
    grant = entry_grant(world, ref)
    bill = bill_in(world)
    others = tuple(
        PayerPosition(
            payer=f"payer{i}",
            state=PayerState.WITHDRAWN,
            reserved_fen=0,
            paid_fen=0,
            claim=bytes(39),
        )
        for i in range(16)
    )
    world.state[bill_key(ref.code, ref.number)] = encode(replace(bill, payers=others))

    assert world.code(FINANCE, "clerk", enter(ref, grant, 1)) is RejectCode.TOO_MANY
