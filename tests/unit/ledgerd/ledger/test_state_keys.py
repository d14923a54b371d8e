"""The key scheme: neighbours together, no key the beginning of another."""

import itertools

from ledgerd.ledger import state_keys
from ledgerd.ledger.fields import OBJECT_KEY_BYTES
from tests.unit.ledgerd.ledger.story import told_story
from tests.unit.ledgerd.ledger.world import CODE, INSURER


def test_no_key_of_a_whole_story_is_the_beginning_of_another() -> None:
    keys = sorted(told_story().world.state)

    assert [a for a, b in itertools.pairwise(keys) if b.startswith(a)] == []


def test_everything_about_a_bill_stands_side_by_side() -> None:
    keys = sorted(told_story().world.state)
    prefix = state_keys.bill_prefix(CODE, "0000000001")

    places = [place for place, key in enumerate(keys) if key.startswith(prefix)]

    assert len(places) > 3
    assert places == list(range(places[0], places[0] + len(places)))


def test_bills_stand_in_the_order_of_their_numbers() -> None:
    assert state_keys.bill_key(CODE, "0000000009") < state_keys.bill_key(CODE, "0000000010")


def test_dated_keys_stand_in_the_order_of_days_and_have_one_length() -> None:
    early = state_keys.claim_key(INSURER, 2026_09_30, b"\xff" * 16)
    late = state_keys.claim_key(INSURER, 2026_10_01, bytes(16))

    assert early < late
    assert len(early) == len(late) == OBJECT_KEY_BYTES


def test_the_scheme_is_what_it_was() -> None:
    assert state_keys.bill_key("33010126", "0000000001") == b"b330101260000000001\x00"
    assert state_keys.grant_key("33010126", "0000000001", b"r" * 16) == (
        b"b330101260000000001\x01" + b"r" * 16
    )
    assert state_keys.claim_key("9" * 18, 0x01020304, b"r" * 16) == (
        b"c" + b"9" * 18 + b"\x01\x02\x03\x04" + b"r" * 16
    )
