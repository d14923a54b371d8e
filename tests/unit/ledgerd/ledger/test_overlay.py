"""Nested changes over a state that is only read."""

from ledgerd.ledger.overlay import Overlay


class Reader:
    def get(self, key: bytes) -> bytes | None:
        return {b"old": b"1"}.get(key)


def test_reads_go_through_to_the_state() -> None:
    overlay = Overlay(Reader())

    assert (overlay.get(b"old"), overlay.get(b"new")) == (b"1", None)


def test_the_innermost_value_wins_and_a_rollback_forgets_it() -> None:
    overlay = Overlay(Reader())
    overlay.put(b"old", b"2")
    overlay.begin()
    overlay.put(b"old", b"3")
    overlay.put(b"new", b"4")

    inside = overlay.get(b"old")
    overlay.rollback()

    assert inside == b"3"
    assert overlay.changes() == {b"old": b"2"}


def test_a_commit_moves_changes_one_level_out() -> None:
    overlay = Overlay(Reader())
    overlay.begin()
    overlay.begin()
    overlay.put(b"b", b"1")
    overlay.put(b"a", b"2")
    overlay.commit()
    overlay.commit()

    assert list(overlay.changes().items()) == [(b"a", b"2"), (b"b", b"1")]
