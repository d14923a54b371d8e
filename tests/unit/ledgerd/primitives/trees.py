"""A store for trees in tests: a dictionary that forgets what is superseded."""

from collections.abc import Mapping

from ledgerd.primitives.state_tree import NodeCache, StateTree, TreeUpdate


class DictStore:
    """Implements ``NodeStore``; checks that ids are written once."""

    def __init__(self) -> None:
        self.nodes: dict[bytes, bytes] = {}

    def get_node(self, node_id: bytes, /) -> bytes | None:
        return self.nodes.get(node_id)

    def apply(self, update: TreeUpdate) -> None:
        assert not self.nodes.keys() & update.new_nodes.keys()
        self.nodes.update(update.new_nodes)

    def forget(self, update: TreeUpdate) -> None:
        for identifier in update.superseded:
            del self.nodes[identifier]


def grow(tree: StateTree, store: DictStore, changes: Mapping[bytes, bytes | None]) -> StateTree:
    """Write the next version."""
    update = tree.update(changes, 0 if tree.version is None else tree.version + 1)
    store.apply(update)
    return tree.after(update)


def tree_of(items: Mapping[bytes, bytes]) -> tuple[StateTree, DictStore]:
    """Give a tree that holds exactly these."""
    store = DictStore()
    return grow(StateTree(store), store, items), store


def cold(tree: StateTree, store: DictStore) -> StateTree:
    """Give the same version with an empty cache, so that everything is read from the store."""
    return StateTree(store, tree.root, tree.version, NodeCache(2))
