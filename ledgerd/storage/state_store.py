"""The state: nodes of the state tree, write-once, and the latest value of every key.

Of record are the nodes, which are never overwritten. The latest values are a cache of the tree at
its newest root: one read instead of a walk. They can be thrown away and built again.

Source: architecture.md sections 3 and 4; ``ledgerd.primitives.state_tree`` for the tree itself.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Final

from ledgerd.errors import StorageCorrupted
from ledgerd.primitives.state_tree import TreeUpdate
from ledgerd.primitives.tree_nodes import node_id
from ledgerd.primitives.tree_update import ROOT_ORDINAL
from ledgerd.storage import schema
from ledgerd.storage.cache import Absent, ByteCache
from ledgerd.storage.kv import KeyValueStore, Span, WriteBatch, iterate, prefix_span

LEAF_CACHE_BYTES: Final = 64 << 20
_CLEAR_COUNT: Final = 10_000  # keys one batch deletes while the leaves are rebuilt
_PRUNE_HEIGHT_COUNT: Final = 100  # blocks whose superseded nodes one batch deletes


@dataclass(frozen=True, slots=True)
class StateWrite:
    """What one block does to the state.

    Attributes:
        root: state root after the block, 32 bytes.
        new_nodes: node id to node; ids never seen before.
        superseded: ids of nodes that the new root does not reach any more.
        changes: state key to new value, or None when it goes.
    """

    root: bytes
    new_nodes: Mapping[bytes, bytes] = field(repr=False)
    superseded: tuple[bytes, ...] = field(repr=False)
    changes: Mapping[bytes, bytes | None] = field(repr=False)

    @classmethod
    def of(cls, update: TreeUpdate, changes: Mapping[bytes, bytes | None]) -> "StateWrite":
        """Return what a tree's update writes, with the changes it was made of."""
        return cls(update.root, update.new_nodes, update.superseded, changes)


class StateStore:
    """Implements the tree's ``NodeStore`` and the rules' ``StateReader``."""

    def __init__(self, store: KeyValueStore, *, leaf_cache_bytes: int = LEAF_CACHE_BYTES) -> None:
        self._store = store
        self._pruned_height = 0
        self.leaf_cache = ByteCache(leaf_cache_bytes)

    def get(self, key: bytes) -> bytes | None:
        """Return the latest value of a state key, or None."""
        cached = self.leaf_cache.get(key)
        if not isinstance(cached, Absent):
            return cached
        ticket = self.leaf_cache.ticket
        value = self._store.get(schema.leaf_key(key))
        self.leaf_cache.offer(key, value, ticket)
        return value

    def scan(self, span: Span, *, limit: int) -> list[tuple[bytes, bytes]]:
        """Return latest values of the state keys in ``span``, ascending."""
        inner = Span(schema.leaf_key(span.start), schema.leaf_key(span.stop))
        return [(key[1:], value) for key, value in self._store.scan(inner, limit=limit)]

    def get_node(self, node_id: bytes) -> bytes | None:
        """Return a node or value of the tree; None when it was pruned or never written.

        Not cached here: the tree keeps parsed nodes.
        """
        return self._store.get(schema.node_key(node_id))

    def stage(self, batch: WriteBatch, height: int, write: StateWrite) -> None:
        """Add the state of one block to the block's batch."""
        for identifier, node in write.new_nodes.items():
            batch.put(schema.node_key(identifier), node)
        if write.superseded:
            batch.put(schema.superseded_key(height), _join(write.superseded))
        for key, value in write.changes.items():
            if value is None:
                batch.delete(schema.leaf_key(key))
            else:
                batch.put(schema.leaf_key(key), value)

    def on_written(self, write: StateWrite) -> None:
        """Take over what ``stage`` staged, after the batch has become durable."""
        self.leaf_cache.replace(write.changes)

    def prune(self, up_to_height: int) -> int:
        """Delete nodes that blocks up to and including ``up_to_height`` superseded.

        Roots older than that block's cannot be read any more. Work of one call is bounded; call
        again until it returns 0.

        Returns:
            How many nodes were deleted.
        """
        # Not from the first height: what was deleted there lies in the way until it is compacted.
        start = schema.superseded_key(self._pruned_height)
        span = Span(start, schema.superseded_key(up_to_height + 1))
        rows = self._store.scan(span, limit=_PRUNE_HEIGHT_COUNT)
        batch = WriteBatch()
        node_count = 0
        for key, joined in rows:
            batch.delete(key)
            for identifier in _split(joined):
                batch.delete(schema.node_key(identifier))
                node_count += 1
        if rows:
            self._store.write(batch)
            self._pruned_height = schema.superseded_height(rows[-1][0])
        return node_count

    def check_versions(self, first: int, last: int) -> None:
        """Read all nodes and values that the blocks ``first`` to ``last`` wrote.

        Raises:
            StorageCorrupted: one is damaged, or the root of the last one is missing.
        """
        start = schema.node_key(node_id(first, 0))
        for _ in iterate(self._store, Span(start, schema.node_key(node_id(last + 1, 0)))):
            pass
        if self.get_node(node_id(last, ROOT_ORDINAL)) is None:
            raise StorageCorrupted(f"the state of block {last} has no root")

    def rebuild_leaves(self, items: Iterable[tuple[bytes, bytes]]) -> None:
        """Replace all latest values by ``items``: the whole tree at its newest root.

        A crash in the middle leaves a part; the caller runs it again before it uses the state.
        """
        self.leaf_cache.clear()
        span = prefix_span(schema.LEAF_PREFIX)
        while rows := self._store.scan(span, limit=_CLEAR_COUNT):
            batch = WriteBatch()
            for key, _ in rows:
                batch.delete(key)
            self._store.write(batch)
        batch = WriteBatch()
        for key, value in items:
            batch.put(schema.leaf_key(key), value)
            if len(batch.changes) >= _CLEAR_COUNT:
                self._store.write(batch)
                batch = WriteBatch()
        self._store.write(batch)
        self.leaf_cache.clear()


def _join(node_ids: Iterable[bytes]) -> bytes:
    return b"".join(bytes([len(node_id)]) + node_id for node_id in node_ids)


def _split(joined: bytes) -> list[bytes]:
    node_ids = []
    position = 0
    while position < len(joined):
        stop = position + 1 + joined[position]
        if stop > len(joined):
            raise StorageCorrupted("a list of superseded nodes ends within a node id")
        node_ids.append(joined[position + 1 : stop])
        position = stop
    return node_ids
