"""Drivers that hear each other: no disk, no sockets, and time jumps when all wait.

Rules: messages arrive at once, or after the way that a test names; a decided batch counts as
executed at once unless the test holds execution back. Every driver has the same bundles at hand.
"""

from collections.abc import AsyncIterator, Iterable, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field, replace

import msgspec
import trio

from consensus import Batch, Digest, Ports, Record, Replica, ReplicaConfig, ReplicaId, Step, Timing
from ledgerd.chain.membership import Limits
from ledgerd.node.batch_desk import BatchDesk
from ledgerd.node.bundle_book import BundleBook, CheckedBundle
from ledgerd.node.driver import Driver, Pacing
from ledgerd.node.inputs import BlockExecuted, BundlesKnown, Inputs, PeerSaid
from ledgerd.node.pulse import Pulse
from ledgerd.node.tempo import Tempo
from ledgerd.primitives.hashing import Domain, digest
from ledgerd.primitives.signatures import Ed25519Verifier
from tests.unit.ledgerd.node.samples import NOON_MS, VALIDATOR_SIGNERS, NothingStored, epoch

MEMBERSHIP = epoch().membership
TIMING = Timing(status_ms=250, wait_for_peers_ms=0)


class LoopClock:
    """The clock of the loop, which a test may let jump."""

    def wall_ms(self) -> int:
        return NOON_MS + self.monotonic_ms()

    def monotonic_ms(self) -> int:
        return int(trio.current_time() * 1_000)


def pace(batch_interval_ms: int, bundle_count_max: int) -> Pacing:
    limits = msgspec.structs.replace(Limits(), batch_bundle_count_max=bundle_count_max)
    return Pacing(batch_interval_ms, limits, Tempo())


@dataclass
class Way:
    """What lies between two members; at once without a nursery in which time may pass."""

    seconds: float = 0.0
    nursery: trio.Nursery | None = None

    def carry(self, news: Inputs, inbox: trio.MemorySendChannel[Inputs]) -> None:
        if self.nursery is None:
            inbox.send_nowait(news)
        else:
            self.nursery.start_soon(self._carry, news, inbox)

    async def _carry(self, news: Inputs, inbox: trio.MemorySendChannel[Inputs]) -> None:
        with trio.move_on_after(self.seconds):
            await trio.sleep_forever()
        inbox.send_nowait(news)


@dataclass
class Member:
    """One driver; performs its steps by passing them on.

    Attributes:
        steps: performed, with the time in milliseconds.
        is_executing: whether decided batches are executed at once.
        way: of its messages to any other member.
    """

    self_id: int
    book: BundleBook
    desk: BatchDesk
    inbox: trio.MemorySendChannel[Inputs]
    inbox_end: trio.MemoryReceiveChannel[Inputs]
    others: dict[int, "Member"] = field(default_factory=dict)
    steps: list[tuple[int, Step]] = field(default_factory=list)
    is_executing: bool = True
    is_rotation_due: bool = False
    way: Way = field(default_factory=Way)
    moved: Pulse = field(default_factory=Pulse)

    async def perform(self, step: Step) -> None:
        await trio.lowlevel.checkpoint()
        self.steps.append((LoopClock().monotonic_ms(), step))
        for send in step.sends:
            for replica, other in self.others.items():
                if send.to in (None, replica):
                    self.way.carry((PeerSaid(send.message),), other.inbox)
        if self.is_executing:
            for decided in step.decided:
                self.execute(decided.batch)
        self.moved.ring()

    async def rotate(self, records: Sequence[Record]) -> None:
        raise AssertionError(f"nobody asked for it, {len(records)} records")

    def execute(self, batch: Batch) -> None:
        self.book.settle(batch.bundle_digests)
        self.desk.settle(batch.bundle_digests, batch.sequence)
        named = Digest(digest(Domain.HEADER, batch.digest))
        self.inbox.send_nowait((BlockExecuted(batch, named),))

    @property
    def decided(self) -> list[Batch]:
        return [one.batch for _, step in self.steps for one in step.decided]

    def sent(self, kind: type) -> list[tuple[int, object]]:
        """Messages of a kind that were sent, with the time of each."""
        return [
            (at_ms, send.message)
            for at_ms, step in self.steps
            for send in step.sends
            if isinstance(send.message, kind)
        ]

    async def wait_decided(self, count: int) -> list[Batch]:
        while len(self.decided) < count:
            await self.moved.wait()
        return self.decided

    async def wait_bundles(self, count: int) -> None:
        while sum(len(batch.bundle_digests) for batch in self.decided) < count:
            await self.moved.wait()


@dataclass
class Ring:
    """The members that run."""

    members: dict[int, Member]

    def give(self, *bundles: CheckedBundle, to: Iterable[int] = range(4)) -> None:
        """Put bundles into books, and tell the drivers."""
        for index in set(to) & set(self.members):
            member = self.members[index]
            for bundle in bundles:
                member.book.add(bundle)
            member.inbox.send_nowait((BundlesKnown(tuple(b.digest for b in bundles)),))


@asynccontextmanager
async def ring(
    silent: int | None = None,
    pacing: Pacing | None = None,
    term: int = 128,
    way_s: float = 0.0,
) -> AsyncIterator[Ring]:
    """Run four drivers, or three of them."""
    membership = replace(MEMBERSHIP, limits=replace(MEMBERSHIP.limits, term=term))
    members = {}
    drivers = []
    for index in range(4):
        if index == silent:
            continue
        book = BundleBook(1 << 20, 4)
        desk = BatchDesk(book, NothingStored(), 1 << 20)
        member = Member(index, book, desk, *trio.open_memory_channel[Inputs](10_000))
        config = ReplicaConfig(ReplicaId(index), membership, TIMING)
        replica = Replica(config, Ports(VALIDATOR_SIGNERS[index], Ed25519Verifier()))
        drivers.append(Driver(replica, desk, member, LoopClock(), pacing or pace(10, 8)))
        members[index] = member
    for member in members.values():
        member.others = {i: other for i, other in members.items() if other is not member}
    async with trio.open_nursery() as nursery:
        for member in members.values():
            member.way = Way(way_s, nursery if way_s else None)
        for driver, member in zip(drivers, members.values(), strict=True):
            nursery.start_soon(driver.run, member.inbox_end)
        with trio.fail_after(600):  # of the clock that jumps
            yield Ring(members)
        nursery.cancel_scope.cancel()
