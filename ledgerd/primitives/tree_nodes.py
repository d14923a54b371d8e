"""Nodes of the state tree and their bytes.

Rules of this file. A key is read as nibbles, written here as lowercase hex characters, because
``bytes.hex`` and string comparison are the fastest nibble arithmetic that Python has. A node
covers the *segment* of nibbles that all keys below it share, an optional value of the key that
ends there, and sixteen entries. A key that is alone under its entry stands in the entry itself,
with the rest of its nibbles and the hash of its value: it costs no node.

What is hashed comes first in a stored node, where its children and values are stored comes after
it and is not hashed. Objects of this file are never changed after they were made.

    node    := segment | value | 16 x entry          the hash of these bytes names the node
    stored  := node | id of the value, if any | id of each entry that is not empty
    segment := count of nibbles u8 | nibbles, two a byte, the last byte padded with 0
    value   := 00 | 01 value-hash 32
    entry   := 00 | 01 node-hash 32 | 02 segment value-hash 32
    id      := version << 24 | ordinal, u64 big-endian; ordinal 0 is the version's root

Source: docs/formats.md; architecture.md section 3.
"""

from typing import Final, NamedTuple

from ledgerd.errors import DecodeError
from ledgerd.primitives.hashing import HASH_BYTES, Domain, digest

NIBBLES: Final = "0123456789abcdef"
NIBBLE_INDEX: Final = {character: index for index, character in enumerate(NIBBLES)}
KEY_BYTES_MAX: Final = 96  # 192 nibbles: a segment's count fits one byte
VALUE_BYTES_MAX: Final = 65_536
NODE_BYTES_MAX: Final = 4_096
ID_BYTES: Final = 8
ORDINAL_BITS: Final = 24  # 16 million nodes and values in one version

EMPTY: Final = b"\x00"
INNER: Final = b"\x01"
LEAF: Final = b"\x02"
_NO_ENTRIES: Final = (EMPTY,) * 16
_NO_IDS: Final = (b"",) * 16


class Leaf(NamedTuple):
    """A key alone under its entry.

    Attributes:
        segment: the key's nibbles below the entry.
        value_id: where the value is stored.
    """

    segment: str
    value_hash: bytes
    value_id: bytes


class Node:
    """A branch of the tree.

    Attributes:
        segment: nibbles that all keys below share, after the parent's entry.
        value_hash: of the key that ends here; empty when none does.
        value_id: where that value is stored; empty when there is none.
        entries: sixteen encoded entries, by nibble.
        child_ids: sixteen ids: of the child, of the leaf's value, or empty.
    """

    __slots__ = ("child_ids", "entries", "segment", "value_hash", "value_id")

    def __init__(
        self,
        segment: str = "",
        value: tuple[bytes, bytes] = (b"", b""),
        entries: list[bytes] | None = None,
        child_ids: list[bytes] | None = None,
    ) -> None:
        self.segment = segment
        self.value_hash, self.value_id = value
        self.entries = list(_NO_ENTRIES) if entries is None else entries
        self.child_ids = list(_NO_IDS) if child_ids is None else child_ids

    def with_segment(self, segment: str) -> "Node":
        """Give the same branch under another segment."""
        return Node(segment, (self.value_hash, self.value_id), self.entries, self.child_ids)

    def preimage(self) -> bytes:
        """Give the bytes that are hashed."""
        value = INNER + self.value_hash if self.value_hash else EMPTY
        return b"".join((encode_segment(self.segment), value, *self.entries))

    def locations(self) -> bytes:
        """Give the bytes that follow in the store: where the children and values are."""
        return self.value_id + b"".join(self.child_ids)


def node_id(version: int, ordinal: int) -> bytes:
    """Name a stored node or value; ids of one version ascend in the order they are written."""
    assert 0 <= ordinal < 1 << ORDINAL_BITS
    return (version << ORDINAL_BITS | ordinal).to_bytes(ID_BYTES, "big")


def node_hash(preimage: bytes) -> bytes:
    """Hash a node."""
    return digest(Domain.TREE_NODE, preimage)


def value_hash(value: bytes) -> bytes:
    """Hash a value."""
    return digest(Domain.TREE_VALUE, value)


def encode_segment(segment: str) -> bytes:
    """Pack nibbles, two a byte."""
    if not segment:
        return EMPTY
    count = len(segment)
    return bytes((count,)) + bytes.fromhex(segment + "0" if count & 1 else segment)


def encode_leaf(leaf: Leaf) -> bytes:
    """Give the entry of a key that is alone under it."""
    return LEAF + encode_segment(leaf.segment) + leaf.value_hash


def decode_leaf(entry: bytes, value_id: bytes) -> Leaf:
    """Read a leaf entry that `decode_node` has cut out."""
    assert entry[0] == 2
    segment, position = _read_segment(entry, 1)
    return Leaf(segment, entry[position:], value_id)


def decode_stored(stored: bytes) -> tuple[Node, bytes]:
    """Read a stored node; gives it and the bytes that its hash covers.

    Raises:
        DecodeError: these are not the bytes of a node.
    """
    node, stop = _read_node(stored)
    position = stop
    if node.value_hash:
        node.value_id = stored[position : position + ID_BYTES]
        position += ID_BYTES
    child_ids = node.child_ids
    for index, entry in enumerate(node.entries):
        if entry != EMPTY:
            child_ids[index] = stored[position : position + ID_BYTES]
            position += ID_BYTES
    if position != len(stored):
        raise DecodeError("tree node: the locations do not match the entries")
    return node, stored[:stop]


def decode_node(preimage: bytes) -> Node:
    """Read a node without locations, as a proof shows it.

    Raises:
        DecodeError: these are not the bytes of a node.
    """
    node, stop = _read_node(preimage)
    if stop != len(preimage):
        raise DecodeError("tree node: bytes follow the last entry")
    return node


def _read_node(data: bytes) -> tuple[Node, int]:
    if not 0 < len(data) <= NODE_BYTES_MAX:
        raise DecodeError(f"tree node: {len(data)} bytes, 1 to {NODE_BYTES_MAX} are allowed")
    segment, position = _read_segment(data, 0)
    value = b""
    if data[position : position + 1] != EMPTY:
        position = _skip_hash(data, position, INNER)
        value = data[position - HASH_BYTES : position]
    else:
        position += 1
    entries = []
    for _ in range(16):
        stop = _entry_end(data, position)
        entries.append(data[position:stop])
        position = stop
    return Node(segment, (value, b""), entries), position


def _entry_end(data: bytes, position: int) -> int:
    kind = data[position : position + 1]
    if kind == EMPTY:
        return position + 1
    if kind == LEAF:
        stop = _read_segment(data, position + 1)[1] + HASH_BYTES
        if stop > len(data):
            raise DecodeError("tree node: it ends within an entry")
        return stop
    return _skip_hash(data, position, INNER)


def _skip_hash(data: bytes, position: int, expected_kind: bytes) -> int:
    stop = position + 1 + HASH_BYTES
    if data[position : position + 1] != expected_kind or stop > len(data):
        raise DecodeError("tree node: an unknown kind of entry, or it ends within one")
    return stop


def _read_segment(data: bytes, position: int) -> tuple[str, int]:
    count = data[position] if position < len(data) else 0xFF
    if count == 0:
        return "", position + 1
    stop = position + 1 + (count + 1) // 2
    nibbles = data[position + 1 : stop].hex()
    if count > 2 * KEY_BYTES_MAX or stop > len(data) or (count & 1 and nibbles[-1] != "0"):
        raise DecodeError("tree node: a segment is cut off, too long or not padded with 0")
    return nibbles[:count], stop
