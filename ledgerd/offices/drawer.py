"""What the offices keep: the sealed store, written by one thread at a time, together.

Rules: ``write`` returns when the change is durable. Changes that arrive while a write is under
way share the next one, so many callers cost one sync. Changes are handed over as a function that
is asked when they join the batch, so a counter is written with its newest value.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence

import trio

from ledgerd.storage.sealed_store import Entry, SealedStore

Changes = Callable[[], Mapping[Entry, bytes | None]]


class Drawer:
    """A ``SealedStore`` for the tasks of one event loop."""

    def __init__(self, store: SealedStore) -> None:
        self._store = store
        self._waiting: dict[Entry, bytes | None] = {}
        self._writing: dict[Entry, bytes | None] = {}
        self._next_done = trio.Event()
        self._turn = trio.Lock()

    def get(self, collection: str, key: bytes) -> bytes | None:
        """Read an entry as it is, or will be when the batches under way are written."""
        entry = (collection, key)
        for batch in (self._waiting, self._writing):
            if entry in batch:
                return batch[entry]
        return self._store.get(collection, key)

    def items(self, collection: str) -> Iterator[tuple[bytes, bytes]]:
        """Yield what is durable of a collection, in no useful order."""
        return self._store.items(collection)

    async def purge(self, entries: Sequence[Entry]) -> None:
        """Make former values of entries leave the files, too; slow."""
        async with self._turn:
            with trio.CancelScope(shield=True):
                await trio.to_thread.run_sync(self._store.purge, entries)

    async def write(self, changes: Changes) -> None:
        """Make changes durable together."""
        self._waiting.update(changes())
        done = self._next_done
        async with self._turn:
            if done.is_set():
                return  # another caller's write carried these changes
            self._writing, self._waiting = self._waiting, {}
            self._next_done = trio.Event()
            # Others wait for this batch: it is written even if this caller gives up.
            with trio.CancelScope(shield=True):
                await trio.to_thread.run_sync(self._store.write, self._writing)
            self._writing = {}
            done.set()
