"""Letting go of sealed bytes in the outbox.

Rules: an entry keeps its sealed bytes until its transaction is in a block, or can be in none any
more; then peers and the sidecar store have them, or nobody wants them. At an erasure the bytes go
whatever became of them, and their former values leave the files.

Source: domain.md sections 2 and 8.
"""

from collections.abc import Iterable
from typing import Final

import trio
from msgspec.structs import replace

from ledgerd.node.views import OutcomeState
from ledgerd.offices.house import House
from ledgerd.offices.outbox import (
    COLLECTION,
    ENTRY_BYTES_MAX,
    HOLDS,
    OF_SIDECAR,
    OutboxEntry,
)
from ledgerd.primitives.canonical import decode, encode
from ledgerd.storage.sealed_store import Entry

SWEEP_S: Final = 30.0
SWEEP_COUNT: Final = 200  # entries looked at without a break
OVER: Final = (OutcomeState.COMMITTED, OutcomeState.SEALED, OutcomeState.EXPIRED)


class Sweeper:
    """Goes over the entries that hold sealed bytes; one task."""

    def __init__(self, house: House) -> None:
        self._house = house

    async def run(self) -> None:
        """Sweep for ever."""
        while True:
            await trio.sleep(SWEEP_S)
            await self.sweep()

    async def sweep(self) -> int:
        """Let go of what is in blocks; give the number of entries that let go."""
        keys = [key for key, _ in self._house.drawer.items(HOLDS)]
        count = 0
        for start in range(0, len(keys), SWEEP_COUNT):
            over = [key for key in keys[start : start + SWEEP_COUNT] if self._is_over(key)]
            await self._let_go(over)
            count += len(over)
            await trio.lowlevel.checkpoint()
        return count

    async def forget(self, sidecars: Iterable[bytes]) -> tuple[Entry, ...]:
        """Let go of sidecars, by their hashes; give the entries whose former values must go."""
        drawer = self._house.drawer
        found = {name: drawer.get(OF_SIDECAR, name) for name in sidecars}
        keys = [key for key in found.values() if key is not None]
        await self._let_go(keys)
        return tuple((COLLECTION, key) for key in keys)

    def _is_over(self, key: bytes) -> bool:
        entry = self._entry(key)
        return entry is None or self._house.node.outcome(entry.tx_id).state in OVER

    async def _let_go(self, keys: Iterable[bytes]) -> None:
        changes: dict[Entry, bytes | None] = {}
        for key in keys:
            entry = self._entry(key)
            changes[(HOLDS, key)] = None
            if entry is not None and entry.sidecars:
                changes[(COLLECTION, key)] = encode(replace(entry, sidecars=()))
        if changes:
            await self._house.drawer.write(lambda: changes)

    def _entry(self, key: bytes) -> OutboxEntry | None:
        stored = self._house.drawer.get(COLLECTION, key)
        return None if stored is None else decode(stored, OutboxEntry, bytes_max=ENTRY_BYTES_MAX)
