"""Cursors: opaque, checked, exact."""

import pytest

from ledgerd.node.views import Cursor
from ledgerd.rpc.codes import RpcFailure
from ledgerd.rpc.cursors import bytes_of, event_cursor, event_cursor_text, just_before, text_of


@pytest.mark.parametrize("data", [b"\x00", b"abc", bytes(range(40))])
def test_a_list_cursor_comes_back(data: bytes) -> None:
    assert bytes_of(text_of(data) or "") == data


def test_the_beginning_and_the_end_have_no_bytes() -> None:
    assert (bytes_of(""), text_of(None)) == (None, None)


def test_what_is_no_hex_is_refused() -> None:
    with pytest.raises(RpcFailure):
        bytes_of("zz")


@pytest.mark.parametrize("cursor", [Cursor(0, 0, 0), Cursor(7, 2, 255), Cursor(2**62, 9, 1)])
def test_an_event_cursor_comes_back(cursor: Cursor) -> None:
    assert event_cursor(event_cursor_text(cursor)) == cursor


@pytest.mark.parametrize(
    ("place", "before"),
    [
        ((5, 3, 2), Cursor(5, 3, 1)),
        ((5, 3, 0), Cursor(5, 2, 65_535)),
        ((5, 0, 0), Cursor(4, 2**32 - 1, 65_535)),
    ],
)
def test_just_before_a_place_lies_nothing_else(place: tuple[int, int, int], before: Cursor) -> None:
    assert just_before(*place) == before
    assert before < Cursor(*place)
