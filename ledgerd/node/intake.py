"""Everything that comes from peers: sorted, decoded, its signatures checked.

Rules: only what a correct peer could have sent goes on: a message whose envelope signatures hold,
an unsigned one only from the replica that it names. What does not decode is counted against the
peer. A few frames are taken in the turn in which they were read, as long as the driver keeps up;
what comes in a flood, or while it is behind, waits in the network's lanes and is taken from there.
Bundles are named as they come and wait in bounded queues, one a peer and served in turn; a large
one is opened in a thread, its authorisations are checked in slices of the loop. What is dropped is
fetched later, when a batch names it. A flood of one peer costs the others their turn, never their
place.
Who brought a signature that does not hold is not listened to for a while, and the replica is told
that it cannot be reached: nothing is to be waited for of a primary whose proposals nobody reads.

Source: architecture.md sections 5 and 6.
"""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from itertools import islice
from typing import TypeAlias

import structlog
import trio

from consensus import DecodeError as MessageError, Membership, Message, ReplicaId
from consensus.codec import decode_message
from consensus.messages import Status
from consensus.signing import SignedPart, signed_parts
from ledgerd.errors import DecodeError
from ledgerd.network.frames import FrameKind
from ledgerd.network.inbox import Arrival, Inbox, Incoming, LinkDown, LinkUp
from ledgerd.node.bundle_book import BundleBook, CheckedBundle
from ledgerd.node.checking import (
    Checked,
    CheckRules,
    InvalidBundle,
    OpenedPackage,
    Refused,
    UnusablePackage,
    open_package,
    read_package,
)
from ledgerd.node.inputs import BundlesKnown, Input, Inputs, LinksChanged, PeerSaid
from ledgerd.node.package_queue import NamedPackage, PackageQueue, name_package
from ledgerd.node.patience import Patience
from ledgerd.node.pulse import Latch
from ledgerd.node.slices import Slice
from ledgerd.node.sync_messages import SyncMessage, decode_sync
from ledgerd.node.verifying import judge_authorisations, judge_in_slices
from ledgerd.primitives.signatures import are_valid_signatures

CHUNK_COUNT_MAX = 256  # arrivals taken in one turn
INLINE_PACKAGE_BYTES = 131_072  # some sixty bills: half a millisecond to read
CHECK_BYTES = 512 << 10  # packages taken together
CHECKER_COUNT = 2  # one goes on while the other one waits for a thread

log = structlog.get_logger()

Read: TypeAlias = tuple[str, Message, tuple[SignedPart, ...]]
"""A message, the peer that brought it, and the signatures on its envelope."""


@dataclass(frozen=True, slots=True)
class IntakePorts:
    """Where arrivals go.

    Attributes:
        members: replica index by institution id.
        packages: bundles that wait for their check.
        on_sync: takes a message of kind SYNC and the peer that sent it.
        on_link: takes a peer and whether its link is up now.
        note_fault: counts a misdeed of a peer.
        on_bundles: told when bundles came into the book.
        on_height: takes a validator and the height that it says it has executed.
    """

    membership: Membership
    members: dict[str, int]
    rules: CheckRules
    book: BundleBook
    packages: PackageQueue
    driver: trio.MemorySendChannel[Inputs]
    on_sync: Callable[[str, SyncMessage], None]
    on_link: Callable[[LinkUp | LinkDown], None]
    note_fault: Callable[[str, str], None]
    on_bundles: Callable[[], None]
    on_height: Callable[[str, int], None]


class Intake:
    """Reads the network's inbox."""

    def __init__(self, ports: IntakePorts) -> None:
        self._ports = ports
        self._latch = Latch()
        self._linked: dict[str, None] = {}
        self._patience = Patience()
        self._blamed = Latch()
        self._told = self._unlinked()

    async def run(self, incoming: trio.abc.ReceiveChannel[Arrival]) -> None:
        """Read until the channel ends."""
        async with trio.open_nursery() as nursery:
            for _ in range(CHECKER_COUNT):
                nursery.start_soon(self._check_bundles)
            nursery.start_soon(self._follow_patience)
            if isinstance(incoming, Inbox):
                incoming.serve(self.take_at_once)
            while True:
                try:
                    arrivals = [await incoming.receive()]
                except trio.EndOfChannel:
                    break
                _drain(incoming, arrivals)
                await self._take(arrivals)
            nursery.cancel_scope.cancel()

    def take_at_once(self, frames: Sequence[Incoming]) -> bool:
        """Take a few frames in the turn in which they were read; say whether.

        Not while the driver is behind: then they wait in their lane, and in time their peer.
        """
        driver = self._ports.driver.statistics()
        if driver.current_buffer_used >= driver.max_buffer_size:
            return False
        read = self._read_votes(self._sort(frames))
        news = self._believed(read, are_valid_signatures(_parts_of(read)))
        if news:
            self._ports.driver.send_nowait(news)
        return True

    async def _take(self, arrivals: Sequence[Arrival]) -> None:
        votes = self._sort(arrivals)
        await self._tell_unlinked()
        read = self._read_votes(votes)
        news = self._believed(read, await judge_in_slices(_parts_of(read), are_valid_signatures))
        if news:
            await self._ports.driver.send(news)

    def _sort(self, arrivals: Sequence[Arrival]) -> list[Incoming]:
        """Hand on all but votes; return these."""
        votes: list[Incoming] = []
        for arrival in arrivals:
            if not isinstance(arrival, Incoming):
                self._take_link(arrival)
            elif not self._is_heard(arrival.peer):
                continue
            elif arrival.kind is FrameKind.VOTE:
                votes.append(arrival)
            elif arrival.kind is FrameKind.BUNDLE:
                self._queue_package(arrival)
            else:
                self._take_sync(arrival)
        return votes

    def _is_heard(self, peer: str) -> bool:
        return not self._patience or self._patience.is_heard(peer, trio.current_time())

    def _blame(self, peer: str, reason: str) -> None:
        """Note a signature that does not hold."""
        self._patience.blame(peer, trio.current_time())
        self._blamed.ring()
        self._ports.note_fault(peer, reason)

    def _take_link(self, news: LinkUp | LinkDown) -> None:
        self._ports.on_link(news)
        self._linked.pop(news.peer, None)
        if isinstance(news, LinkUp):
            self._linked[news.peer] = None

    def _unlinked(self) -> frozenset[ReplicaId]:
        """Name whom nothing comes from: without a link, or not listened to."""
        members = self._ports.members.items()
        return frozenset(
            ReplicaId(index)
            for name, index in members
            if name not in self._linked or not self._is_heard(name)
        )

    async def _tell_unlinked(self) -> None:
        """Tell the replica who cannot be reached, if that has changed."""
        unlinked = self._unlinked()
        if unlinked != self._told:
            self._told = unlinked
            await self._ports.driver.send((LinksChanged(unlinked),))

    async def _follow_patience(self) -> None:
        """Tell of each who is not listened to any more, and of each who is heard again."""
        while True:
            with trio.move_on_at(self._patience.next_heard_at(trio.current_time())):
                await self._blamed.wait()
            await self._tell_unlinked()

    def _take_sync(self, arrival: Incoming) -> None:
        try:
            message = decode_sync(arrival.body)
        except DecodeError as error:
            self._ports.note_fault(arrival.peer, str(error))
            return
        self._ports.on_sync(arrival.peer, message)

    def _read_votes(self, votes: Sequence[Incoming]) -> list[Read]:
        read: list[Read] = []
        for arrival in votes:
            try:
                message = decode_message(arrival.body)
                parts = signed_parts(message, self._ports.membership)
            except MessageError as error:
                self._ports.note_fault(arrival.peer, f"undecodable message: {error}")
                continue
            if self._is_honestly_named(arrival.peer, message, parts):
                read.append((arrival.peer, message, parts))
        return read

    def _believed(self, read: Sequence[Read], verdicts: Iterable[bool]) -> Inputs:
        """Give the messages whose signatures all hold; blame who brought another one."""
        news: list[Input] = []
        left = iter(verdicts)
        for peer, message, parts in read:
            if all(list(islice(left, len(parts)))):
                news.append(PeerSaid(message))
                self._note_height(peer, message)
            else:
                self._blame(peer, "signature that does not hold")
        return tuple(news)

    def _note_height(self, peer: str, message: Message) -> None:
        if isinstance(message, Status) and message.replica == self._ports.members[peer]:
            self._ports.on_height(peer, message.executed)

    def _is_honestly_named(
        self, peer: str, message: Message, parts: tuple[SignedPart, ...]
    ) -> bool:
        """Say whether an unsigned message names the replica at the other end of the link."""
        if peer not in self._ports.members:
            return False  # an observer has no votes
        named = getattr(message, "replica", None)
        if parts or named is None or named == self._ports.members[peer]:
            return True
        self._ports.note_fault(peer, "message in the name of another replica")
        return False

    def _queue_package(self, arrival: Incoming) -> None:
        peer, byte_count = arrival.peer, len(arrival.body)
        if not self._ports.packages.has_room(peer, byte_count):
            return
        parts = read_package(arrival.body)
        if isinstance(parts, UnusablePackage):
            self._ports.note_fault(peer, parts.reason)
            return
        named = name_package(peer, parts, byte_count)
        if not self._ports.book.is_over(named.digest) and self._ports.packages.put(named):
            self._latch.ring()

    async def _check_bundles(self) -> None:
        piece = Slice()
        while True:
            taken = self._ports.packages.take(CHECK_BYTES)
            if not taken:
                await self._latch.wait()
                continue
            heard = {package.peer for package in taken if self._is_heard(package.peer)}
            good: list[CheckedBundle] = []
            for package in taken:
                is_spoilt = False
                if package.peer in heard:
                    outcome = await _check(package, self._ports.rules, piece)
                    is_spoilt = isinstance(outcome, UnusablePackage)
                    good += self._noted(package.peer, outcome)
                self._ports.packages.note_checked(package, is_spoilt=is_spoilt)
            if good:
                self._ports.on_bundles()
                digests = tuple(bundle.digest for bundle in good)
                await self._ports.driver.send((BundlesKnown(digests),))

    def _noted(self, peer: str, outcome: Checked) -> list[CheckedBundle]:
        """Note what came of a check; give the bundle if it is new."""
        if isinstance(outcome, CheckedBundle):
            return [outcome] if self._ports.book.add(outcome) else []
        self._turn_down(peer, outcome)
        return []

    def _turn_down(self, peer: str, outcome: Refused) -> None:
        if isinstance(outcome, InvalidBundle):
            self._ports.book.refuse(outcome.digest)
            self._blame(peer, outcome.reason)
        elif isinstance(outcome, UnusablePackage):
            self._ports.note_fault(peer, outcome.reason)


def _drain(incoming: trio.abc.ReceiveChannel[Arrival], arrivals: list[Arrival]) -> None:
    take = getattr(incoming, "receive_nowait", None)
    assert take is not None
    while len(arrivals) < CHUNK_COUNT_MAX:
        try:
            arrivals.append(take())
        except (trio.WouldBlock, trio.EndOfChannel):
            return


async def _check(package: NamedPackage, rules: CheckRules, piece: Slice) -> Checked:
    """Check one package; others have a turn whenever the piece of time is used up.

    Not after so many signatures: where turns are long, because many have much to do, a node would
    check less than the others send, and fall behind for good.
    """
    if package.byte_count <= INLINE_PACKAGE_BYTES:
        await piece.rest()
        opened = open_package(package.parts, rules)
    else:
        opened = await trio.to_thread.run_sync(open_package, package.parts, rules)
    if not isinstance(opened, OpenedPackage):
        return opened
    return opened.judged(await judge_authorisations(opened.signed_parts, piece.rest))


def _parts_of(read: Sequence[Read]) -> list[SignedPart]:
    return [part for _, _, parts in read for part in parts]
