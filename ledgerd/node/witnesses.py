"""Who is told that a block was applied: waiting calls, subscribers, the pace of the pool.

Rules: nothing is queued for anybody; a waiter wakes up and reads the store. One transaction costs
a look into a dictionary, no task.
"""

from collections import deque
from collections.abc import Callable

import trio

from ledgerd.clock import Clock
from ledgerd.node.executor import ExecutedBlock
from ledgerd.node.pulse import Pulse
from ledgerd.node.tempo import Tempo

PACE_WINDOW_MS = 1_000  # the pace of the last second says how much the pool may hold


class Witnesses:
    """Rings the bells of a block.

    Attributes:
        block: rings at each block.
        seal: rings when seals were stored.
        tempo: how fast blocks are executed here.
    """

    def __init__(self, clock: Clock) -> None:
        self.block = Pulse()
        self.seal = Pulse()
        self.tempo = Tempo()
        self._clock = clock
        self._listeners: list[Callable[[ExecutedBlock], None]] = []
        self._waiting: dict[bytes, trio.Event] = {}
        self._pace: deque[tuple[int, int]] = deque()

    def listen(self, listener: Callable[[ExecutedBlock], None]) -> None:
        """Have a function called at each block, right after it became durable."""
        self._listeners.append(listener)

    def on_block(self, executed: ExecutedBlock) -> None:
        """Note an applied block; called once per block, by the applier."""
        ids = executed.write.transaction_ids
        self._forget_pace()  # here too: a node that only follows is asked for no pace
        self._pace.append((self._clock.monotonic_ms(), len(ids)))
        if self._waiting:
            for tx_id in ids:
                event = self._waiting.pop(tx_id, None)
                if event is not None:
                    event.set()
        for listener in self._listeners:
            listener(executed)
        self.block.ring()
        if executed.write.seals:
            self.seal.ring()

    def on_sealed(self) -> None:
        self.seal.ring()

    def wake(self, tx_ids: tuple[bytes, ...]) -> None:
        """Wake those who wait for transactions about which something else became certain."""
        for tx_id in tx_ids:
            event = self._waiting.pop(tx_id, None)
            if event is not None:
                event.set()

    async def wait_transaction(self, tx_id: bytes) -> None:
        """Wait until a transaction is in a block or was given up. Look at the store before."""
        event = self._waiting.setdefault(tx_id, trio.Event())
        try:
            await event.wait()
        finally:
            if event.statistics().tasks_waiting == 0 and self._waiting.get(tx_id) is event:
                del self._waiting[tx_id]

    @property
    def remembered_count(self) -> int:
        """Blocks of which the pace is made."""
        return len(self._pace)

    def transactions_per_s(self) -> int:
        """Give the number of transactions committed in the last second."""
        self._forget_pace()
        return sum(count for _, count in self._pace)

    def _forget_pace(self) -> None:
        horizon = self._clock.monotonic_ms() - PACE_WINDOW_MS
        while self._pace and self._pace[0][0] < horizon:
            self._pace.popleft()
