"""Frames: cut from a stream in any pieces, refused by their header."""

import tracemalloc

import hypothesis
import hypothesis.strategies as st
import pytest

from ledgerd.errors import FrameTooLarge, PeerBroken
from ledgerd.network.frames import (
    BODY_BYTES_MAX,
    CONTENT_KINDS,
    Frame,
    FrameKind,
    FrameReader,
    encode_frame,
)

KINDS = list(FrameKind)


def header(kind: int, length: int) -> bytes:
    return length.to_bytes(4, "big") + bytes((kind,))


def test_a_frame_is_length_kind_and_body() -> None:
    assert encode_frame(FrameKind.VOTE, b"abc") == b"\0\0\0\x03\x10abc"


def test_every_kind_has_a_limit() -> None:
    assert set(BODY_BYTES_MAX) == set(FrameKind)
    assert set(CONTENT_KINDS) == {kind for kind in FrameKind if kind >= 16}


def test_half_a_frame_yields_nothing_until_the_rest_is_there() -> None:
    reader = FrameReader()
    data = encode_frame(FrameKind.SYNC, b"body")

    assert reader.feed(data[:6]) == []
    assert reader.is_mid_frame
    assert reader.feed(data[6:]) == [Frame(FrameKind.SYNC, b"body")]
    assert not reader.is_mid_frame


@hypothesis.given(
    st.lists(st.tuples(st.sampled_from(CONTENT_KINDS), st.binary(max_size=40)), max_size=8),
    st.lists(st.integers(min_value=1, max_value=20), min_size=1, max_size=40),
)
def test_the_pieces_in_which_bytes_come_do_not_matter(
    contents: list[tuple[FrameKind, bytes]], sizes: list[int]
) -> None:
    data = b"".join(encode_frame(kind, body) for kind, body in contents)
    reader = FrameReader()
    frames: list[Frame] = []
    while data:
        size = sizes[len(data) % len(sizes)]
        frames += reader.feed(data[:size])
        data = data[size:]

    assert frames == [Frame(kind, body) for kind, body in contents]


@pytest.mark.parametrize("kind", KINDS)
def test_a_body_at_the_limit_passes(kind: FrameKind) -> None:
    body = bytes(BODY_BYTES_MAX[kind])

    assert FrameReader().feed(encode_frame(kind, body)) == [Frame(kind, body)]


@pytest.mark.parametrize("kind", KINDS)
def test_a_header_above_the_limit_is_refused_before_any_body(kind: FrameKind) -> None:
    with pytest.raises(FrameTooLarge, match=f"{kind.name} of"):
        FrameReader().feed(header(kind, BODY_BYTES_MAX[kind] + 1))


@pytest.mark.parametrize("kind", KINDS)
def test_we_do_not_write_what_a_peer_would_refuse(kind: FrameKind) -> None:
    with pytest.raises(FrameTooLarge):
        encode_frame(kind, bytes(BODY_BYTES_MAX[kind] + 1))


@pytest.mark.parametrize("kind", sorted(set(range(256)) - set(KINDS)))
def test_an_unknown_kind_is_refused(kind: int) -> None:
    with pytest.raises(PeerBroken, match=f"unknown kind {kind}"):
        FrameReader().feed(header(kind, 0))


def test_a_large_announced_length_allocates_nothing() -> None:
    """Checklist 35."""
    reader = FrameReader()
    tracemalloc.start()
    try:
        reader.feed(header(FrameKind.SYNC, BODY_BYTES_MAX[FrameKind.SYNC]))
        with pytest.raises(FrameTooLarge):
            FrameReader().feed(header(FrameKind.VOTE, 2**32 - 1))
        peak_bytes = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()

    assert peak_bytes < 64 << 10


def test_after_an_error_a_reader_yields_nothing_more() -> None:
    reader = FrameReader()
    with pytest.raises(PeerBroken):
        reader.feed(header(99, 0))

    with pytest.raises(PeerBroken, match="after a malformed frame"):
        reader.feed(encode_frame(FrameKind.VOTE, b"x"))


@hypothesis.given(st.binary(max_size=200))
def test_any_bytes_give_frames_or_a_link_error(data: bytes) -> None:
    reader = FrameReader()
    try:
        frames = reader.feed(data)
    except (FrameTooLarge, PeerBroken):
        return

    whole = b"".join(encode_frame(frame.kind, frame.body) for frame in frames)
    assert data.startswith(whole)


def test_no_repr_shows_a_body() -> None:
    assert "secret" not in repr(Frame(FrameKind.SYNC, b"secret"))
