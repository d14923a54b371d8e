"""Node bytes: as drawn, and nothing else."""

import pytest

from ledgerd.errors import DecodeError
from ledgerd.primitives.tree_nodes import (
    EMPTY,
    INNER,
    Leaf,
    Node,
    decode_leaf,
    decode_node,
    decode_stored,
    encode_leaf,
    encode_segment,
    node_id,
)

HASH = b"\x11" * 32
ID = node_id(3, 5)


def sample_node() -> Node:
    node = Node("abc", (HASH, ID))
    node.entries[2] = INNER + HASH
    node.child_ids[2] = node_id(1, 1)
    node.entries[15] = encode_leaf(Leaf("12", HASH, b""))
    node.child_ids[15] = node_id(2, 2)
    return node


PREIMAGE = (
    b"\x03\xab\xc0"  # segment abc
    + b"\x01" + HASH  # value
    + b"\x00\x00" + b"\x01" + HASH  # entries 0, 1, 2
    + b"\x00" * 12  # entries 3 to 14
    + b"\x02\x02\x12" + HASH  # entry 15: the key ends two nibbles below
)  # fmt: skip


def test_a_node_has_the_bytes_that_are_drawn() -> None:
    assert sample_node().preimage() == PREIMAGE
    assert sample_node().locations() == ID + node_id(1, 1) + node_id(2, 2)


def test_an_id_is_the_version_and_the_ordinal() -> None:
    assert node_id(1, 2).hex() == "0000000001000002"


def test_what_is_stored_is_read_again() -> None:
    node, preimage = decode_stored(PREIMAGE + sample_node().locations())
    assert preimage == PREIMAGE
    assert (node.preimage(), node.locations()) == (PREIMAGE, sample_node().locations())
    assert (node.segment, node.value_hash, node.value_id) == ("abc", HASH, ID)


def test_a_shown_node_has_no_locations() -> None:
    assert decode_node(PREIMAGE).preimage() == PREIMAGE
    with pytest.raises(DecodeError, match="follow"):
        decode_node(PREIMAGE + ID)


@pytest.mark.parametrize("stop", range(len(PREIMAGE)))
def test_a_cut_node_is_no_node(stop: int) -> None:
    with pytest.raises(DecodeError):
        decode_node(PREIMAGE[:stop])


@pytest.mark.parametrize("locations", [b"", ID, ID * 2, ID * 4, ID * 3 + b"\0"])
def test_locations_must_match_the_entries(locations: bytes) -> None:
    with pytest.raises(DecodeError):
        decode_stored(PREIMAGE + locations)


@pytest.mark.parametrize(
    ("old", "new"),
    [
        (b"\x03\xab\xc0", b"\x03\xab\xc1"),  # padding
        (b"\x03\xab\xc0", b"\xff\xab\xc0"),  # too long a segment
        (b"\x01" + HASH, b"\x02" + HASH),  # no such kind of value
        (b"\x02\x02\x12", b"\x03\x02\x12"),  # no such kind of entry
    ],
)
def test_other_bytes_are_no_node(old: bytes, new: bytes) -> None:
    assert old in PREIMAGE
    with pytest.raises(DecodeError):
        decode_node(PREIMAGE.replace(old, new, 1))


def test_a_node_of_too_many_bytes_is_refused() -> None:
    with pytest.raises(DecodeError, match="4097"):
        decode_node(bytes(4_097))


@pytest.mark.parametrize(
    ("segment", "encoded"), [("", "00"), ("a", "01a0"), ("ab", "02ab"), ("abc", "03abc0")]
)
def test_segments(segment: str, encoded: str) -> None:
    assert encode_segment(segment).hex() == encoded


def test_a_leaf_entry_is_read_again() -> None:
    leaf = Leaf("abc", HASH, ID)
    assert decode_leaf(encode_leaf(leaf), ID) == leaf


def test_an_empty_root_has_eighteen_bytes() -> None:
    assert Node().preimage() == EMPTY * 18
