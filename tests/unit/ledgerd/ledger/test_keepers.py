"""Who keeps the sealed bytes of a bill: chosen by everybody alike, from the bill's key alone."""

import hashlib
from collections import Counter

from ledgerd.ledger.bill_operations import ReverseBill
from ledgerd.ledger.fields import BillRef
from ledgerd.ledger.keepers import bills_sealed_in, keepers_of
from ledgerd.ledger.operations import encode_operation
from tests.unit.ledgerd.ledger.world import (
    HOSPITAL,
    allotment,
    bill_ref,
    issue,
    sealed_parts,
    uscc,
)

MEMBERS = tuple(uscc(f"1133000000000{number:04}") for number in range(10, 20))
BILLS = [BillRef(code="33010126", number=f"{number:010}") for number in range(2_000)]
TODAY = 20260922


def test_a_bill_has_exactly_two_keepers_of_the_members() -> None:
    for bill in BILLS:
        keepers = keepers_of(bill, MEMBERS)
        assert len(set(keepers)) == len(keepers) == 2
        assert set(keepers) <= set(MEMBERS)


def test_few_members_keep_all_bills() -> None:
    assert keepers_of(BILLS[0], MEMBERS[:1]) == MEMBERS[:1]
    assert set(keepers_of(BILLS[0], MEMBERS[:2])) == set(MEMBERS[:2])


def test_the_choice_is_that_of_the_formats_page_and_of_no_order() -> None:
    def draw(member: str) -> bytes:
        text = "33010126" + "0000000007" + member
        return hashlib.sha256(b"ldg/keeper\0\0\0\0\0\0" + text.encode()).digest()

    expected = tuple(sorted(MEMBERS, key=draw)[:2])
    assert keepers_of(BILLS[7], MEMBERS) == expected
    assert keepers_of(BILLS[7], reversed(MEMBERS)) == expected


def test_bills_spread_evenly_over_the_members() -> None:
    kept = Counter(keeper for bill in BILLS for keeper in keepers_of(bill, MEMBERS))

    assert set(kept) == set(MEMBERS)
    assert min(kept.values()) > 320  # 400 on average
    assert max(kept.values()) < 480


def test_a_member_that_leaves_moves_only_the_bills_that_it_kept() -> None:
    gone, *left = MEMBERS
    for bill in BILLS:
        before = keepers_of(bill, MEMBERS)
        assert gone in before or keepers_of(bill, left) == before


def test_bills_are_found_in_the_operations_that_create_them() -> None:
    blue = issue(1, TODAY)
    red = ReverseBill(
        client_ref="red",
        bill=blue.bill,
        red=bill_ref(2),
        range_id=blue.range_id,
        issue_date=TODAY,
        owner=None,
        sealed=sealed_parts("red"),
    )
    operations = [encode_operation(one) for one in (allotment(HOSPITAL), blue, red)]

    assert bills_sealed_in([*operations, b"no operation"]) == (
        (blue.bill, blue.sealed.sidecar.sidecar_hash),
        (bill_ref(2), sealed_parts("red").sidecar.sidecar_hash),
    )
