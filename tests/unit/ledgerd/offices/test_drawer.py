"""Many callers, few syncs."""

import trio
import trio.testing

from ledgerd.offices.drawer import Drawer
from ledgerd.storage.memory import MemoryStore
from ledgerd.storage.sealed_store import SealedStore


class CountingStore(SealedStore):
    """Counts its batches."""

    def __init__(self) -> None:
        super().__init__(MemoryStore(), bytes(32))
        self.batches: list[int] = []

    def write(self, changes) -> None:
        self.batches.append(len(changes))
        super().write(changes)


async def test_a_written_change_is_read_and_durable() -> None:
    store = CountingStore()
    drawer = Drawer(store)

    await drawer.write(lambda: {("a", b"1"): b"x"})

    assert drawer.get("a", b"1") == store.get("a", b"1") == b"x"
    assert list(drawer.items("a")) == [(b"1", b"x")]


async def test_changes_that_arrive_together_are_written_together() -> None:
    store = CountingStore()
    drawer = Drawer(store)

    async with trio.open_nursery() as nursery:
        for number in range(50):
            entry = ("a", bytes((number,)))
            nursery.start_soon(drawer.write, lambda entry=entry: {entry: b"x"})

    assert sum(store.batches) == 50
    assert len(store.batches) <= 3
    assert len(list(drawer.items("a"))) == 50


async def test_a_change_under_way_is_seen_at_once() -> None:
    drawer = Drawer(CountingStore())
    seen: list[bytes | None] = []

    async with trio.open_nursery() as nursery:
        nursery.start_soon(drawer.write, lambda: {("a", b"1"): b"x"})
        await trio.testing.wait_all_tasks_blocked()
        seen.append(drawer.get("a", b"1"))

    assert seen == [b"x"]


async def test_a_caller_that_gives_up_takes_nobodys_change_along() -> None:
    store = CountingStore()
    drawer = Drawer(store)

    async with trio.open_nursery() as nursery:
        nursery.start_soon(drawer.write, lambda: {("a", b"1"): b"x"})
        await trio.testing.wait_all_tasks_blocked()
        nursery.cancel_scope.cancel()
    await drawer.write(lambda: {("a", b"2"): b"y"})

    assert store.get("a", b"2") == b"y"
    assert store.get("a", b"1") == b"x"


async def test_a_purge_waits_its_turn_and_leaves_present_values() -> None:
    drawer = Drawer(CountingStore())
    async with trio.open_nursery() as nursery:
        nursery.start_soon(drawer.write, lambda: {("a", b"1"): b"x"})
        nursery.start_soon(drawer.purge, [("a", b"1")])
    assert drawer.get("a", b"1") == b"x"
