"""Nested changes of objects over a state that is only read."""

import pytest

from ledgerd.errors import DecodeError
from ledgerd.ledger.book_objects import RangeUse
from ledgerd.ledger.overlay import OBJECT_BYTES_MAX, Overlay, decode_object
from ledgerd.primitives.canonical import encode

ONE, TWO, THREE = (RangeUse(highest=number) for number in (1, 2, 3))


class Reader:
    """Holds one object, and counts how often it is asked."""

    def __init__(self) -> None:
        self.asked: list[bytes] = []

    def get(self, key: bytes) -> bytes | None:
        self.asked.append(key)
        return {b"old": encode(ONE)}.get(key)


def test_reads_go_through_to_the_state() -> None:
    overlay = Overlay(Reader())

    assert (overlay.find(b"old", RangeUse), overlay.find(b"new", RangeUse)) == (ONE, None)
    assert (overlay.get(b"old"), overlay.get(b"new")) == (encode(ONE), None)


def test_the_state_is_asked_once_for_a_key_whether_it_is_there_or_not() -> None:
    reader = Reader()
    overlay = Overlay(reader)

    first = overlay.find(b"old", RangeUse)
    overlay.find(b"new", RangeUse)

    assert overlay.find(b"old", RangeUse) is first
    assert overlay.find(b"new", RangeUse) is None
    assert reader.asked == [b"old", b"new"]


def test_the_innermost_object_wins_and_a_rollback_forgets_it() -> None:
    overlay = Overlay(Reader())
    overlay.put(b"old", TWO)
    overlay.begin()
    overlay.put(b"old", THREE)
    overlay.put(b"new", THREE)
    overlay.put(b"new", TWO)

    inside = (overlay.get(b"old"), overlay.find(b"new", RangeUse))
    overlay.rollback()

    assert inside == (encode(THREE), TWO)
    assert overlay.find(b"new", RangeUse) is None
    assert overlay.changes() == {b"old": encode(TWO)}


def test_a_rollback_of_the_outer_level_forgets_what_an_inner_one_committed() -> None:
    overlay = Overlay(Reader())
    overlay.begin()
    overlay.put(b"old", TWO)
    overlay.begin()
    overlay.put(b"old", THREE)
    overlay.commit()
    overlay.rollback()

    assert overlay.find(b"old", RangeUse) == ONE
    assert overlay.changes() == {}


def test_a_commit_moves_changes_one_level_out() -> None:
    overlay = Overlay(Reader())
    overlay.begin()
    overlay.begin()
    overlay.put(b"b", ONE)
    overlay.put(b"a", TWO)
    overlay.commit()
    overlay.commit()

    assert list(overlay.changes().items()) == [(b"a", encode(TWO)), (b"b", encode(ONE))]


def test_a_level_after_a_committed_one_rolls_back_its_own_changes_only() -> None:
    overlay = Overlay(Reader())
    overlay.begin()
    overlay.put(b"a", ONE)
    overlay.commit()
    overlay.begin()
    overlay.put(b"a", TWO)
    overlay.rollback()

    assert overlay.changes() == {b"a": encode(ONE)}


def test_an_object_of_the_state_is_bounded_in_bytes() -> None:
    with pytest.raises(DecodeError):
        decode_object(bytes(OBJECT_BYTES_MAX + 1), RangeUse)
