"""The state tree: a radix-16 Merkle tree with path compression over unhashed keys.

Rules of this file: a `StateTree` is one version, and is never changed: `update` says what the
next version would be, `after` gives it as a tree once the caller has taken the update as done.
Nodes and values are stored write-once under ids (version, ordinal), which ascend as they are
written; the root of version v always has the id (v, 0), so a height and its header are all that
is needed to read the state of that height. What is read from the store is checked against the
hash that led to it.

Source: architecture.md section 3; docs/formats.md.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Final, Protocol

from ledgerd.errors import DecodeError, StorageCorrupted
from ledgerd.primitives.tally import TALLY
from ledgerd.primitives.tree_nodes import (
    EMPTY,
    NIBBLE_INDEX,
    NIBBLES,
    Leaf,
    Node,
    decode_leaf,
    decode_stored,
    node_hash,
    node_id,
    value_hash,
)
from ledgerd.primitives.tree_proof import TreeProof
from ledgerd.primitives.tree_update import ROOT_ORDINAL, Update

NODE_CACHE_COUNT: Final = 32_768  # a parsed node has up to 2.5 kB: 80 MB at the most
EMPTY_ROOT: Final = node_hash(Node().preimage())


class NodeStore(Protocol):
    """Where nodes and values of all versions lie; write-once."""

    def get_node(self, node_id: bytes, /) -> bytes | None:
        """Give the bytes stored under an id, or None when there are none."""
        ...


class NodeCache:
    """Parsed nodes by id: two generations, the older one dropped when the younger one is full.

    Reading threads may share it: each operation on a dictionary is atomic, and a node that is
    dropped between two of them is merely read again.
    """

    def __init__(self, count_max: int = NODE_CACHE_COUNT) -> None:
        assert count_max >= 2
        self._generation_count_max = count_max // 2
        self._young: dict[bytes, Node] = {}
        self._old: dict[bytes, Node] = {}

    def __len__(self) -> int:
        return len(self._young) + len(self._old)

    def get(self, identifier: bytes) -> Node | None:
        """Give a node if it is here."""
        node = self._young.get(identifier)
        if node is None:
            node = self._old.get(identifier)
            if node is not None:
                self.put(identifier, node)
        return node

    def put(self, identifier: bytes, node: Node) -> None:
        """Keep a node."""
        if len(self._young) >= self._generation_count_max:
            self._old, self._young = self._young, {}
        self._young[identifier] = node

    def drop(self, identifier: bytes) -> None:
        """Forget a node that has been superseded."""
        self._young.pop(identifier, None)
        self._old.pop(identifier, None)


@dataclass(frozen=True, slots=True)
class TreeUpdate:
    """What one version writes.

    Attributes:
        version: the new version.
        root: hash of the new root; stands in the header.
        new_nodes: id to bytes of new nodes and values; ids never used before.
        superseded: ids of nodes and values that only older versions reach. They may be deleted
            when nobody reads those any more.
        parsed: the new nodes as objects, for the cache.
    """

    version: int
    root: bytes
    new_nodes: Mapping[bytes, bytes] = field(repr=False)
    superseded: tuple[bytes, ...] = field(repr=False)
    parsed: Mapping[bytes, Node] = field(repr=False)


class StateTree:
    """One version of the state.

    Attributes:
        version: the height whose state this is; None before genesis.
        root: hash of the root node.
    """

    def __init__(
        self,
        store: NodeStore,
        root: bytes = EMPTY_ROOT,
        version: int | None = None,
        cache: NodeCache | None = None,
    ) -> None:
        assert version is not None or root == EMPTY_ROOT
        self.version = version
        self.root = root
        self._store = store
        self._cache = NodeCache() if cache is None else cache

    @property
    def cached_node_count(self) -> int:
        """Say how many parsed nodes are kept, of this version and of others."""
        return len(self._cache)

    def get(self, key: bytes) -> bytes | None:
        """Give the value of a key, or None.

        Raises:
            StorageCorrupted: a node or value is missing or not what was written.
        """
        found = self._find(key, [])
        return None if found is None else self._load_value(found)

    def prove(self, key: bytes) -> TreeProof:
        """Show that a key has its value, or that it has none.

        Raises:
            StorageCorrupted: a node or value is missing or not what was written.
        """
        path: list[Node] = []
        found = self._find(key, path)
        value = None if found is None else self._load_value(found)
        return TreeProof(value=value, nodes=tuple(node.preimage() for node in path))

    def items(self, prefix: bytes = b"") -> Iterator[tuple[bytes, bytes]]:
        """Give all keys that begin so, ascending, with their values."""
        wanted = prefix.hex()
        yield from self._items(self._root_node(), "", wanted)

    def reachable(self) -> Iterator[bytes]:
        """Give the id of every node and value of this version, for checks of a whole store."""
        if self.version is not None:
            yield self._root_id()
            yield from self._reachable(self._root_node())

    def update(self, changes: Mapping[bytes, bytes | None], version: int) -> TreeUpdate:
        """Say what the next version consists of; this tree and the store stay as they are.

        Args:
            changes: key (1 to 96 bytes) to new value, None to remove it; removing what is not
                there changes nothing. Order does not matter.
            version: above this tree's version.
        """
        assert self.version is None or version > self.version
        walk = Update(self._load, version)
        root = walk.run(self._root_node(), changes)
        TALLY.tree_keys += len(changes)
        if self.version is not None:
            walk.superseded.append(self._root_id())
        return TreeUpdate(version, root, walk.new_nodes, tuple(walk.superseded), walk.parsed)

    def after(self, update: TreeUpdate) -> "StateTree":
        """Give the tree of an update of this tree; from now on its nodes are cached.

        The update must be the one that the store gets: ids are reused by nobody else.
        """
        for identifier in update.superseded:
            self._cache.drop(identifier)
        for identifier, node in update.parsed.items():
            self._cache.put(identifier, node)
        return StateTree(self._store, update.root, update.version, self._cache)

    def _root_id(self) -> bytes:
        assert self.version is not None
        return node_id(self.version, ROOT_ORDINAL)

    def _root_node(self) -> Node:
        return Node() if self.version is None else self._load(self._root_id(), self.root)

    def _load(self, identifier: bytes, expected_hash: bytes) -> Node:
        node = self._cache.get(identifier)
        if node is not None:
            return node
        stored = self._store.get_node(identifier)
        if stored is None:
            raise StorageCorrupted(f"state tree: node {identifier.hex()} is missing")
        try:
            node, preimage = decode_stored(stored)
        except DecodeError as error:
            raise StorageCorrupted(f"state tree: node {identifier.hex()}: {error}") from error
        if node_hash(preimage) != expected_hash:
            raise StorageCorrupted(f"state tree: node {identifier.hex()} has another hash")
        self._cache.put(identifier, node)
        return node

    def _load_value(self, leaf: Leaf) -> bytes:
        value = self._store.get_node(leaf.value_id)
        if value is None or value_hash(value) != leaf.value_hash:
            raise StorageCorrupted(f"state tree: value {leaf.value_id.hex()} is missing or wrong")
        return value

    def _find(self, key: bytes, path: list[Node]) -> Leaf | None:
        """Walk towards a key; ``path`` receives the nodes on the way."""
        nibbles = key.hex()
        node, depth = self._root_node(), 0
        while True:
            path.append(node)
            if not nibbles.startswith(node.segment, depth):
                return None
            depth += len(node.segment)
            if depth == len(nibbles):
                return Leaf("", node.value_hash, node.value_id) if node.value_hash else None
            index = NIBBLE_INDEX[nibbles[depth]]
            entry, identifier = node.entries[index], node.child_ids[index]
            depth += 1
            if entry == EMPTY:
                return None
            if entry[0] == 2:
                leaf = decode_leaf(entry, identifier)
                return leaf if leaf.segment == nibbles[depth:] else None
            node = self._load(identifier, entry[1:])

    def _items(self, node: Node, nibbles: str, wanted: str) -> Iterator[tuple[bytes, bytes]]:
        nibbles += node.segment
        if node.value_hash and nibbles.startswith(wanted):
            value = self._load_value(Leaf("", node.value_hash, node.value_id))
            yield bytes.fromhex(nibbles), value
        for index, entry in enumerate(node.entries):
            below = nibbles + NIBBLES[index]
            if entry == EMPTY or not (below.startswith(wanted) or wanted.startswith(below)):
                continue
            if entry[0] == 2:
                leaf = decode_leaf(entry, node.child_ids[index])
                if (below + leaf.segment).startswith(wanted):
                    yield bytes.fromhex(below + leaf.segment), self._load_value(leaf)
            else:
                child = self._load(node.child_ids[index], entry[1:])
                yield from self._items(child, below, wanted)

    def _reachable(self, node: Node) -> Iterator[bytes]:
        if node.value_hash:
            yield node.value_id
        for index, entry in enumerate(node.entries):
            if entry == EMPTY:
                continue
            yield node.child_ids[index]
            if entry[0] == 1:
                yield from self._reachable(self._load(node.child_ids[index], entry[1:]))
