"""How the state tree changes: one walk for a whole sorted set of changes.

Rules of this file: a branch is read, rewritten and hashed once however many keys change below
it, which is why neighbouring keys are cheap. The shape depends on the keys that are present and
on nothing else: a branch other than the root has at least two of its seventeen places in use,
otherwise it gives way to what is left. Nothing here touches the store; the caller writes
``new_nodes`` and forgets ``superseded`` when no reader needs the older version any more.
"""

from bisect import insort
from collections.abc import Callable, Mapping
from typing import Final, NamedTuple

from ledgerd.primitives.tree_nodes import (
    EMPTY,
    INNER,
    KEY_BYTES_MAX,
    NIBBLE_INDEX,
    NIBBLES,
    VALUE_BYTES_MAX,
    Leaf,
    Node,
    decode_leaf,
    encode_leaf,
    node_hash,
    node_id,
    value_hash,
)

ROOT_ORDINAL: Final = 0

Subtree = Node | Leaf | None
LoadNode = Callable[[bytes, bytes], Node]  # (id, expected hash) -> node


class Change(NamedTuple):
    """One key's new value; both fields empty when the key goes."""

    nibbles: str
    value_hash: bytes
    value_id: bytes


class Update:
    """One walk over one version.

    Attributes:
        new_nodes: id to stored bytes, of nodes and of values.
        parsed: the new nodes as objects, by id, for the cache.
        superseded: ids of nodes and values that the new root does not reach.
    """

    def __init__(self, load: LoadNode, version: int) -> None:
        self.new_nodes: dict[bytes, bytes] = {}
        self.parsed: dict[bytes, Node] = {}
        self.superseded: list[bytes] = []
        self._load = load
        self._version = version
        self._ordinal = ROOT_ORDINAL
        self._has_removals = False

    def run(self, root: Node, changes: Mapping[bytes, bytes | None]) -> bytes:
        """Apply changes to a root; gives the new root's hash. Call once."""
        items = [self._change(key, changes[key]) for key in sorted(changes)]
        new_root = self._descend(root, {}, items, 0) if items else root
        assert isinstance(new_root, Node)
        return self._save(new_root, node_id(self._version, ROOT_ORDINAL))

    def _change(self, key: bytes, value: bytes | None) -> Change:
        assert 0 < len(key) <= KEY_BYTES_MAX
        if value is None:
            self._has_removals = True
            return Change(key.hex(), b"", b"")
        assert len(value) <= VALUE_BYTES_MAX
        identifier = self._next_id()
        self.new_nodes[identifier] = value
        return Change(key.hex(), value_hash(value), identifier)

    def _next_id(self) -> bytes:
        self._ordinal += 1
        return node_id(self._version, self._ordinal)

    def _merge(self, old: Subtree, items: list[Change], depth: int) -> Subtree:
        """Apply non-empty changes, which agree in ``depth`` nibbles, to what stood there."""
        if old is None:
            if self._has_removals:
                items = [item for item in items if item.value_hash]
            return self._build(items, depth)
        if isinstance(old, Leaf):
            return self._merge_leaf(old, items, depth)
        return self._merge_node(old, items, depth)

    def _merge_leaf(self, old: Leaf, items: list[Change], depth: int) -> Subtree:
        nibbles = items[0].nibbles[:depth] + old.segment
        kept = [item for item in items if item.value_hash]
        if any(item.nibbles == nibbles for item in items):
            self.superseded.append(old.value_id)
        else:
            insort(kept, Change(nibbles, old.value_hash, old.value_id))
        return self._build(kept, depth)

    def _merge_node(self, old: Node, items: list[Change], depth: int) -> Subtree:
        segment = old.segment
        first, last = items[0].nibbles, items[-1].nibbles
        if first.startswith(segment, depth) and last.startswith(segment, depth):
            return self._descend(old, {}, items, depth + len(segment))
        shared = min(_shared(segment, first[depth:]), _shared(segment, last[depth:]))
        below = old.with_segment(segment[shared + 1 :])
        beside: dict[int, Subtree] = {NIBBLE_INDEX[segment[shared]]: below}
        return self._descend(Node(segment[:shared]), beside, items, depth + shared)

    def _build(self, items: list[Change], depth: int) -> Subtree:
        """Make a subtree of values only, where nothing stood."""
        if not items:
            return None
        first, last = items[0].nibbles, items[-1].nibbles
        if len(items) == 1:
            return Leaf(first[depth:], items[0].value_hash, items[0].value_id)
        shared = _shared(first, last, depth)
        return self._descend(Node(first[depth:shared]), {}, items, shared)

    def _descend(
        self, base: Node, changed: dict[int, Subtree], items: list[Change], depth: int
    ) -> Subtree:
        """Apply changes below a branch whose segment they all follow.

        ``changed`` holds children of ``base`` that are not saved yet and replace its entries.
        """
        value = (base.value_hash, base.value_id)
        may_shrink = self._has_removals or bool(changed)
        place, count = 0, len(items)
        if len(items[0].nibbles) == depth:
            if base.value_id:
                self.superseded.append(base.value_id)
            value = (items[0].value_hash, items[0].value_id)
            place = 1
        while place < count:
            stop = _group_end(items, place, depth)
            index = NIBBLE_INDEX[items[place].nibbles[depth]]
            old = changed[index] if index in changed else self._child(base, index)
            group = items if stop - place == count else items[place:stop]
            changed[index] = self._merge(old, group, depth + 1)
            place = stop
        if may_shrink and depth > 0:
            return self._shrink(base, changed, value)
        return self._replace(base, changed, value)

    def _child(self, base: Node, index: int) -> Subtree:
        """Take a child out of a branch; its stored form is not reached any more."""
        entry, identifier = base.entries[index], base.child_ids[index]
        if entry == EMPTY:
            return None
        if entry[0] == 2:
            return decode_leaf(entry, identifier)
        self.superseded.append(identifier)
        return self._load(identifier, entry[1:])

    def _replace(self, base: Node, changed: dict[int, Subtree], value: tuple[bytes, bytes]) -> Node:
        entries, child_ids = base.entries.copy(), base.child_ids.copy()
        for index, child in changed.items():
            if child is None:
                entries[index], child_ids[index] = EMPTY, b""
            elif isinstance(child, Leaf):
                entries[index], child_ids[index] = encode_leaf(child), child.value_id
            else:
                identifier = self._next_id()
                entries[index] = INNER + self._save(child, identifier)
                child_ids[index] = identifier
        return Node(base.segment, value, entries, child_ids)

    def _shrink(
        self, base: Node, changed: dict[int, Subtree], value: tuple[bytes, bytes]
    ) -> Subtree:
        """Keep a branch that branches; otherwise give what is left in its place."""
        left = [
            index
            for index in range(16)
            if (changed[index] is not None if index in changed else base.entries[index] != EMPTY)
        ]
        if len(left) + bool(value[0]) >= 2:
            return self._replace(base, changed, value)
        if not left:
            return Leaf(base.segment, *value) if value[0] else None
        index = left[0]
        only = changed[index] if index in changed else self._child(base, index)
        assert only is not None
        segment = base.segment + NIBBLES[index] + only.segment
        if isinstance(only, Leaf):
            return only._replace(segment=segment)
        return only.with_segment(segment)

    def _save(self, node: Node, identifier: bytes) -> bytes:
        preimage = node.preimage()
        self.new_nodes[identifier] = preimage + node.locations()
        self.parsed[identifier] = node
        return node_hash(preimage)


def _group_end(items: list[Change], start: int, depth: int) -> int:
    """Find where the changes with another nibble at ``depth`` begin."""
    nibble = items[start].nibbles[depth]
    if items[-1].nibbles[depth] == nibble:
        return len(items)
    stop = start + 1
    while items[stop].nibbles[depth] == nibble:
        stop += 1
    return stop


def _shared(left: str, right: str, start: int = 0) -> int:
    """Give the place, from ``start``, up to which two nibble strings agree."""
    stop = min(len(left), len(right))
    place = start
    while place < stop and left[place] == right[place]:
        place += 1
    return place
