"""Transactions that this node took in and has not bundled yet, and those it waits for.

Rules: plain state of one loop. Bounded in bytes, and in time: what waits may take about half a
timeout at the pace of the last second, or at the pace at which this node executes, because whoever
is taken in wants an answer soon, and whoever is not can go elsewhere. A lane is what one author
hands in by one client. Of each lane oldest first, lanes in turn; none may have more waiting than
its equal part of that time. An author that has little waiting finds room beside a flood of another,
and a client some beside other clients of its author. An author has a share of the bytes, by however
many clients.

Source: consensus.md section 4; architecture.md section 5.
"""

from collections import Counter, OrderedDict, deque
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import NamedTuple, TypeVar

from ledgerd.chain.transaction import ReadTransaction
from ledgerd.node.stored_events import author_name

FULL_BUNDLE_COUNT = 2_048  # transactions that may come at once to a machine that is fast and idle
BURST_COUNT_MIN = 256  # transactions that may always wait, whatever the pace
PART_OVERHEAD_BYTES = 5  # the longest header of a byte string
AUTHOR_SHARE = 2  # one author may fill half of the pool: others always find room
SMALL_PART = 8  # of the room in time: who has less waiting is no flood
EXPIRED_COUNT_MAX = 65_536  # remembered, to say so to whoever asks late
PENDING_COUNT_MAX = 200_000  # ids of own transactions not yet seen in a block

_Name = TypeVar("_Name")


class Lane(NamedTuple):
    """What waits for its turn among others: an author's, by one client."""

    author: str
    origin: int = 0


@dataclass(frozen=True, slots=True)
class PoolItem:
    """One checked transaction with its sidecars.

    Attributes:
        origin: the client that handed it in; 0 for this node itself.
        byte_count: what it takes in a package.
    """

    read: ReadTransaction = field(repr=False)
    sidecars: tuple[bytes, ...] = field(repr=False)
    origin: int = 0
    byte_count: int = field(init=False)

    def __post_init__(self) -> None:
        parts = (self.read.encoded, *self.sidecars)
        byte_count = sum(map(len, parts)) + PART_OVERHEAD_BYTES * len(parts)
        object.__setattr__(self, "byte_count", byte_count)

    @property
    def lane(self) -> Lane:
        """In which it waits."""
        return Lane(author_name(self.read), self.origin)


@dataclass(frozen=True, slots=True)
class BundleLimits:
    """How much one bundle may hold.

    Attributes:
        count_max: transactions.
        bytes_max: of transactions and sidecars together.
        transaction_bytes_max: of transactions alone.
    """

    count_max: int
    bytes_max: int
    transaction_bytes_max: int


class _Pending(NamedTuple):
    """What is known of a transaction until a block holds it."""

    valid_until_ms: int
    lane: Lane


def any_pace() -> float:
    """Give a pace at which a full bundle is executed in no time."""
    return float("inf")


class Pool:
    """The queue between ``submit`` and the bundler.

    Args:
        able_per_s: transactions that this node could execute in a second.
    """

    def __init__(
        self, bytes_max: int, timeout_ms: int, able_per_s: Callable[[], float] = any_pace
    ) -> None:
        self._bytes_max = bytes_max
        self._timeout_ms = timeout_ms
        self._able_per_s = able_per_s
        self._lanes: dict[Lane, deque[PoolItem]] = {}
        self._bytes_by_author: dict[str, int] = {}
        self._pending: dict[bytes, _Pending] = {}
        self._pending_by_lane: Counter[Lane] = Counter()
        self._pending_by_author: Counter[str] = Counter()
        self._expired: OrderedDict[bytes, None] = OrderedDict()
        self.byte_count = 0

    def __len__(self) -> int:
        return sum(map(len, self._lanes.values()))

    @property
    def pending_count(self) -> int:
        """Transactions taken in here that no block holds yet."""
        return len(self._pending)

    def is_pending(self, tx_id: bytes) -> bool:
        return tx_id in self._pending

    def is_expired(self, tx_id: bytes) -> bool:
        """Say whether one that was taken in here has run out of time, in no block."""
        return tx_id in self._expired

    def has_room(self, lane: Lane, byte_count: int, per_s: int) -> bool:
        """Say whether one more transaction may wait, at a pace of ``per_s`` transactions."""
        in_time = self._in_time(per_s)
        own = self._pending_by_lane.get(lane, 0)
        lane_count = len(self._pending_by_lane) + (not own)
        is_small = own < in_time / SMALL_PART
        share = self._bytes_by_author.get(lane.author, 0) + byte_count
        return (
            (is_small or own < in_time / lane_count)
            and len(self._pending) < min(in_time * self._part_of(lane, in_time), PENDING_COUNT_MAX)
            and self.byte_count + byte_count <= self._bytes_max
            and share <= self._bytes_max // AUTHOR_SHARE
        )

    def retry_after_ms(self, per_s: int) -> int:
        """Advise when to come again: a small part of what may wait is executed by then.

        No promise: where bytes are full and not places, there may be no room yet.
        """
        half_timeout_ms = self._timeout_ms // 2
        part_ms = 1_000 * self._in_time(per_s) / SMALL_PART / max(per_s, 1)
        return max(1, min(round(part_ms), half_timeout_ms))

    def _in_time(self, per_s: int) -> float:
        """Say how many may wait, by what is executed in half a timeout."""
        half_timeout_s = self._timeout_ms / 2_000
        burst = min(max(BURST_COUNT_MIN, self._able_per_s() * half_timeout_s), FULL_BUNDLE_COUNT)
        return max(burst, per_s * half_timeout_s)

    def _part_of(self, lane: Lane, in_time: float) -> float:
        """Say how much of the room in time one may fill that finds it full of others.

        An author with little waiting finds twice the room, a small lane of a large author an
        eighth more: many small lanes of one author are a flood together.
        """
        if self._pending_by_author.get(lane.author, 0) < in_time / SMALL_PART:
            return 2
        is_small = self._pending_by_lane.get(lane, 0) < in_time / SMALL_PART
        return 1 + 1 / SMALL_PART if is_small else 1

    def add(self, item: PoolItem) -> None:
        """Take a transaction in; ``has_room`` was asked before."""
        lane, byte_count = item.lane, item.byte_count
        self._lanes.setdefault(lane, deque()).append(item)
        self.byte_count += byte_count
        self._bytes_by_author[lane.author] = self._bytes_by_author.get(lane.author, 0) + byte_count
        until_ms = item.read.transaction.valid_until_ms
        self._pending[item.read.transaction_id] = _Pending(until_ms, lane)
        self._pending_by_lane[lane] += 1
        self._pending_by_author[lane.author] += 1

    def take(self, limits: BundleLimits) -> list[PoolItem]:
        """Take for a bundle, the oldest of each lane in turn; at least one when there is any."""
        taken: list[PoolItem] = []
        size = transactions_size = 0
        while self._lanes and len(taken) < limits.count_max:
            lane, items = next(iter(self._lanes.items()))
            item = items[0]
            size += item.byte_count
            transactions_size += len(item.read.encoded) + PART_OVERHEAD_BYTES
            if taken and (
                size > limits.bytes_max or transactions_size > limits.transaction_bytes_max
            ):
                break
            taken.append(items.popleft())
            self._release(lane.author, item)
            del self._lanes[lane]
            if items:
                self._lanes[lane] = items  # now last in turn
        return taken

    def _release(self, author: str, item: PoolItem) -> None:
        self.byte_count -= item.byte_count
        self._bytes_by_author[author] -= item.byte_count
        if not self._bytes_by_author[author]:
            del self._bytes_by_author[author]

    def settle(self, tx_ids: tuple[bytes, ...]) -> None:
        """Let go of transactions that a block holds."""
        if self._pending:
            for tx_id in tx_ids:
                self._forget(tx_id)

    def _forget(self, tx_id: bytes) -> None:
        pending = self._pending.pop(tx_id, None)
        if pending is not None:
            _take_away(self._pending_by_lane, pending.lane)
            _take_away(self._pending_by_author, pending.lane.author)

    def expire(self, block_time_ms: int) -> tuple[bytes, ...]:
        """Let go of pending ones that can have no effect any more, and name them."""
        over = tuple(t for t, p in self._pending.items() if p.valid_until_ms < block_time_ms)
        for tx_id in over:
            self._forget(tx_id)
            self._expired[tx_id] = None
            if len(self._expired) > EXPIRED_COUNT_MAX:
                self._expired.popitem(last=False)
        return over


def _take_away(counter: Counter[_Name], name: _Name) -> None:
    """Count one less, and forget who has none."""
    counter[name] -= 1
    if not counter[name]:
        del counter[name]
