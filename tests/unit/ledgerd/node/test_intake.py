"""The intake: only what a correct peer could have sent goes on."""

from collections import deque
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field, replace
from typing import Any

import pytest
import trio
import trio.testing

from consensus import Digest, Rank, ReplicaId, SequenceNumber, Status, View
from consensus.codec import encode_message
from consensus.messages import Commit, VoteKind
from consensus.signing import vote_payload
from ledgerd.chain.bundle import bundle_digest
from ledgerd.network.frames import FrameKind
from ledgerd.network.inbox import Inbox, Incoming, LinkDown, LinkUp
from ledgerd.network.settings import NetworkSettings
from ledgerd.node.bundle_book import BundleBook
from ledgerd.node.checking import CheckRules
from ledgerd.node.inputs import BundlesKnown, Inputs, LinksChanged, PeerSaid
from ledgerd.node.intake import Intake, IntakePorts
from ledgerd.node.package_queue import PackageQueue
from ledgerd.node.patience import FIRST_S
from ledgerd.node.sync_messages import HeadNotice, encode_sync
from tests.loop_turns import neighbour
from tests.unit.ledgerd.node.samples import (
    MEMBERS,
    VALIDATOR_SIGNERS,
    allot,
    bundle_bytes,
    epoch,
    forged,
    named_package,
    package,
    signed,
)

MEMBERSHIP = epoch().membership
DRIVER_COUNT_MAX = 64


class Mail(trio.abc.ReceiveChannel):
    """Arrivals that are all there at once; ends when they are taken."""

    def __init__(self, *arrivals: object) -> None:
        self._arrivals = deque(arrivals)

    async def receive(self) -> object:
        await trio.lowlevel.checkpoint()
        if not self._arrivals:
            await trio.sleep_forever()
        return self._arrivals.popleft()

    def receive_nowait(self) -> object:
        if not self._arrivals:
            raise trio.WouldBlock
        return self._arrivals.popleft()

    async def aclose(self) -> None:
        await trio.lowlevel.checkpoint()


@dataclass
class Desk:
    """What the intake gave on."""

    book: BundleBook
    told: trio.MemoryReceiveChannel[Inputs]
    faults: list[str] = field(default_factory=list)
    syncs: list[tuple[str, object]] = field(default_factory=list)
    bell_count: int = 0
    links: list[object] = field(default_factory=list)
    heights: list[tuple[str, int]] = field(default_factory=list)
    packages: PackageQueue = field(default_factory=lambda: PackageQueue(MEMBERS))

    def ring(self) -> None:
        self.bell_count += 1

    def messages(self) -> list[object]:
        found: list[object] = []
        while True:
            try:
                found += [news.message for news in self.told.receive_nowait()]
            except trio.WouldBlock:
                return found


@asynccontextmanager
async def intake(
    *arrivals: object, mail: trio.abc.ReceiveChannel[Any] | None = None
) -> AsyncIterator[Desk]:
    inbox, told = trio.open_memory_channel[Inputs](DRIVER_COUNT_MAX)
    desk = Desk(BundleBook(1 << 20, 4), told)
    with trio.fail_after(10):
        async with trio.open_nursery() as nursery:
            nursery.start_soon(Intake(ports_of(desk, inbox)).run, mail or Mail(*arrivals))
            yield desk
            nursery.cancel_scope.cancel()


def ports_of(desk: Desk, inbox: trio.MemorySendChannel[Inputs]) -> IntakePorts:
    return IntakePorts(
        membership=MEMBERSHIP,
        members={name: index for index, name in enumerate(MEMBERS)},
        rules=CheckRules(epoch=epoch(), is_over=desk.book.is_over),
        book=desk.book,
        packages=desk.packages,
        driver=inbox,
        on_sync=lambda peer, message: desk.syncs.append((peer, message)),
        on_link=desk.links.append,
        note_fault=lambda peer, _: desk.faults.append(peer),
        on_bundles=desk.ring,
        on_height=lambda peer, height: desk.heights.append((peer, height)),
    )


def commit(replica: int) -> Commit:
    ref = (SequenceNumber(1), Digest(bytes(32)))
    payload = vote_payload(MEMBERSHIP, VoteKind.COMMIT, View(1), ref)
    signature = VALIDATOR_SIGNERS[replica].sign(payload)
    return Commit(ReplicaId(replica), 0, View(1), *ref, signature)


HEARD = Incoming(MEMBERS[1], FrameKind.VOTE, encode_message(commit(1)))


def status(replica: int) -> Status:
    zero = SequenceNumber(0)
    return Status(
        replica=ReplicaId(replica),
        epoch=0,
        view=View(1),
        active=True,
        tip_sequence=zero,
        low_watermark=zero,
        executed=zero,
        decided=zero,
        rank=Rank(View(0), zero),
        version=1,
        links_down=(),
        owed=(),
        votes=(),
        claims=(),
    )


def vote(peer: str, message: object) -> Incoming:
    return Incoming(peer, FrameKind.VOTE, encode_message(message))


async def test_votes_with_good_signatures_go_on_whoever_passes_them_on() -> None:
    async with intake(vote(MEMBERS[1], commit(1)), vote(MEMBERS[1], commit(2))) as desk:
        news = await desk.told.receive()

        assert news == (PeerSaid(commit(1)), PeerSaid(commit(2)))
        assert desk.faults == []


async def test_many_votes_are_checked_in_one_chunk() -> None:
    arrivals = [vote(MEMBERS[1], commit(index % 4)) for index in range(40)]
    async with intake(*arrivals) as desk:
        assert len(await desk.told.receive()) == 40


MIXED = (
    Incoming(MEMBERS[0], FrameKind.SYNC, encode_sync(HeadNotice(height=3))),
    vote(MEMBERS[0], commit(0)),
    vote(MEMBERS[1], replace(commit(1), signature=bytes(64))),
    vote(MEMBERS[2], status(3)),
    Incoming(MEMBERS[2], FrameKind.VOTE, b"\xc1"),
    vote(MEMBERS[3], status(3)),
    vote("stranger", status(2)),
)


@pytest.mark.parametrize("way", [Inbox.hand, Inbox.put])
async def test_at_once_or_by_the_lanes_the_same_goes_on(way: Callable[..., None]) -> None:
    inbox = Inbox(NetworkSettings())
    async with intake(mail=inbox) as desk:
        await trio.testing.wait_all_tasks_blocked()
        for arrival in MIXED:
            way(inbox, [arrival])
        await trio.testing.wait_all_tasks_blocked(0.02)

        assert set(desk.messages()) == {commit(0), status(3)}
        assert sorted(desk.faults) == sorted([MEMBERS[1], MEMBERS[2], MEMBERS[2]])
        assert desk.syncs == [(MEMBERS[0], HeadNotice(height=3))]


async def test_a_vote_reaches_the_driver_in_the_turn_in_which_it_was_read() -> None:
    inbox = Inbox(NetworkSettings())
    async with intake(mail=inbox) as desk:
        await trio.testing.wait_all_tasks_blocked()
        inbox.hand([HEARD])

        assert desk.told.receive_nowait() == (PeerSaid(commit(1)),)


async def test_while_the_driver_is_behind_votes_wait_in_their_lane() -> None:
    inbox = Inbox(NetworkSettings())
    async with intake(mail=inbox) as desk:
        await trio.testing.wait_all_tasks_blocked()
        for _ in range(DRIVER_COUNT_MAX + 3):
            inbox.hand([HEARD])

        assert desk.told.statistics().current_buffer_used == DRIVER_COUNT_MAX
        heard: list[object] = []
        while len(heard) < DRIVER_COUNT_MAX + 3:
            heard += [news.message for news in await desk.told.receive()]
        assert heard == [commit(1)] * (DRIVER_COUNT_MAX + 3)


async def test_a_forged_vote_is_dropped_and_counted() -> None:
    forged_vote = replace(commit(1), signature=bytes(64))
    async with intake(vote(MEMBERS[1], forged_vote), vote(MEMBERS[1], commit(1))) as desk:
        news = await desk.told.receive()

        assert news == (PeerSaid(commit(1)),)
        assert desk.faults == [MEMBERS[1]]


async def test_an_unsigned_message_counts_only_from_the_replica_that_it_names() -> None:
    async with intake(
        vote(MEMBERS[1], status(2)), vote(MEMBERS[2], status(2)), vote("stranger", status(3))
    ) as desk:
        news = await desk.told.receive()

        assert news == (PeerSaid(status(2)),)
        assert desk.faults == [MEMBERS[1]]


async def test_of_a_status_it_is_noted_how_far_its_sender_is() -> None:
    said = replace(status(2), executed=SequenceNumber(9))
    async with intake(vote(MEMBERS[2], said)) as desk:
        await desk.told.receive()

        assert desk.heights == [(MEMBERS[2], 9)]


async def test_bytes_that_are_no_message_are_counted() -> None:
    arrivals = [Incoming(MEMBERS[1], kind, b"\xc1") for kind in (FrameKind.VOTE, FrameKind.SYNC)]
    async with intake(*arrivals) as desk:
        await trio.testing.wait_all_tasks_blocked()

        assert desk.faults == [MEMBERS[1], MEMBERS[1]]


async def test_links_and_sync_messages_reach_whom_they_concern() -> None:
    notice = HeadNotice(height=3)
    up, down = LinkUp(MEMBERS[1]), LinkDown(MEMBERS[1], "PeerClosed")
    async with intake(up, Incoming(MEMBERS[1], FrameKind.SYNC, encode_sync(notice)), down) as desk:
        await trio.testing.wait_all_tasks_blocked()

        assert desk.syncs == [(MEMBERS[1], notice)]
        assert desk.links == [up, down]


async def test_a_good_bundle_comes_into_the_book_and_is_told() -> None:
    read = signed(allot(1))
    arrival = Incoming(MEMBERS[0], FrameKind.BUNDLE, package(read))
    async with intake(arrival) as desk:
        (news,) = await desk.told.receive()

        assert isinstance(news, BundlesKnown)
        assert news.digests[0] in desk.book
        assert desk.bell_count == 1  # a decided block may have waited for it


async def test_a_bad_bundle_is_refused_and_its_sender_counted() -> None:
    bad = forged(signed(allot(1)))
    arrivals = (
        Incoming(MEMBERS[0], FrameKind.BUNDLE, package(bad)),
        Incoming(MEMBERS[0], FrameKind.BUNDLE, package(signed(allot(2)))),
    )
    async with intake(*arrivals) as desk:
        await desk.told.receive()

        assert desk.faults == [MEMBERS[0]]
        assert len(desk.book) == 1
        assert desk.book.is_refused(Digest(bundle_digest(bundle_bytes(bad))))


async def test_a_delivery_of_no_use_says_nothing_of_its_bundle() -> None:
    """Whoever spoils a delivery must not make this node refuse what others deliver whole."""
    read = signed(allot(1))
    spoilt = Incoming(MEMBERS[2], FrameKind.BUNDLE, package(read, sidecars=(b"foreign",)))
    whole = Incoming(MEMBERS[0], FrameKind.BUNDLE, package(read))
    async with intake(spoilt, whole) as desk:
        await desk.told.receive()

        assert desk.faults == [MEMBERS[2]]
        assert len(desk.book) == 1


async def test_an_author_that_spoils_its_own_bundle_keeps_nobody_from_asking_others() -> None:
    """Its next copy waits already when the last is found spoilt, and so on for ever."""
    read = signed(allot(1))
    spoilt = Incoming(MEMBERS[0], FrameKind.BUNDLE, package(read, sidecars=(b"foreign",)))
    async with intake(spoilt) as desk:
        await trio.testing.wait_all_tasks_blocked()
        again = named_package(MEMBERS[0], read)
        desk.packages.put(again)

        assert desk.faults == [MEMBERS[0]]
        assert not any(desk.packages.is_coming(again.digest, peer) for peer in MEMBERS)


async def test_the_same_bundle_again_is_no_news_and_no_misdeed() -> None:
    arrival = Incoming(MEMBERS[0], FrameKind.BUNDLE, package(signed(allot(1))))
    async with intake(arrival, arrival) as desk:
        (news,) = await desk.told.receive()
        await trio.testing.wait_all_tasks_blocked(0.02)

        assert len(news.digests) == 1
        assert desk.faults == []
        assert desk.messages() == []


async def test_small_bundles_are_checked_by_the_time_that_they_take_not_one_a_turn(
    autojump_clock: object,
) -> None:
    """Where turns are long a node would check less than the others send, and fall behind."""
    reads = [signed(allot(number)) for number in range(24)]
    arrivals = [Incoming(MEMBERS[0], FrameKind.BUNDLE, package(read)) for read in reads]
    post = Post()
    async with intake(mail=post) as desk:
        await trio.testing.wait_all_tasks_blocked()
        async with neighbour() as beside:
            post.bring(*arrivals)
            (news,) = await desk.told.receive()

        assert len(news.digests) == len(arrivals)
        assert beside.turn_count < len(arrivals)


async def test_a_forged_vote_among_many_is_found() -> None:
    """Many signatures are checked in slices, and each has its own verdict."""
    votes = [commit(index % 4) for index in range(40)]
    votes[17] = replace(votes[17], signature=bytes(64))
    async with intake(*(vote(MEMBERS[1], one) for one in votes)) as desk:
        news = await desk.told.receive()

        assert news == tuple(PeerSaid(one) for one in votes if one is not votes[17])
        assert desk.faults == [MEMBERS[1]]


async def test_the_replica_is_told_which_validators_are_not_linked_when_that_changes() -> None:
    changes = (
        LinkUp(MEMBERS[0]),
        LinkUp(MEMBERS[2]),
        LinkUp("AN-OBSERVER"),
        LinkDown(MEMBERS[0], ""),
    )
    async with intake(*changes) as desk:
        told = await desk.told.receive()
        await trio.testing.wait_all_tasks_blocked(0.02)

        assert told == (LinksChanged(frozenset({ReplicaId(0), ReplicaId(1), ReplicaId(3)})),)
        assert desk.links == list(changes)
        assert desk.messages() == []


async def test_a_link_that_is_gone_before_it_was_noticed_is_no_change() -> None:
    async with intake(LinkUp(MEMBERS[0]), LinkDown(MEMBERS[0], ""), HEARD) as desk:
        assert await desk.told.receive() == (PeerSaid(commit(1)),)


async def test_the_end_of_the_inbox_ends_the_intake() -> None:
    inbox, told = trio.open_memory_channel[Inputs](1)
    arrivals, incoming = trio.open_memory_channel[object](1)
    desk = Desk(BundleBook(1 << 20, 4), told)
    arrivals.close()

    with trio.fail_after(5):
        await Intake(ports_of(desk, inbox)).run(incoming)


class Post(Mail):
    """Arrivals that come when they are brought."""

    def __init__(self) -> None:
        super().__init__()
        self._bell = trio.Event()

    def bring(self, *arrivals: object) -> None:
        self._arrivals.extend(arrivals)
        self._bell.set()
        self._bell = trio.Event()

    async def receive(self) -> object:
        while not self._arrivals:
            await self._bell.wait()
        return self._arrivals.popleft()


async def test_who_forged_a_vote_is_not_listened_to_for_a_while_and_others_are() -> None:
    """Ten thousand false votes a second took most of each honest node's time."""
    post = Post()
    async with intake(mail=post) as desk:
        post.bring(vote(MEMBERS[1], replace(commit(1), signature=bytes(64))))
        await trio.testing.wait_all_tasks_blocked(0.02)

        notice = Incoming(MEMBERS[1], FrameKind.SYNC, encode_sync(HeadNotice(height=7)))
        post.bring(HEARD, notice, vote(MEMBERS[2], commit(2)))

        assert await desk.told.receive() == (PeerSaid(commit(2)),)
        assert desk.faults == [MEMBERS[1]]
        assert desk.syncs == []


async def test_bundles_of_who_brought_a_false_one_are_not_checked_for_a_while() -> None:
    post = Post()
    async with intake(mail=post) as desk:
        post.bring(Incoming(MEMBERS[0], FrameKind.BUNDLE, package(forged(signed(allot(1))))))
        await trio.testing.wait_all_tasks_blocked(0.02)

        post.bring(
            Incoming(MEMBERS[0], FrameKind.BUNDLE, package(signed(allot(2)))),
            Incoming(MEMBERS[1], FrameKind.BUNDLE, package(signed(allot(3)))),
        )
        (news,) = await desk.told.receive()

        assert len(news.digests) == len(desk.book) == 1
        assert desk.faults == [MEMBERS[0]]


async def test_the_link_of_who_is_not_listened_to_is_still_known() -> None:
    post = Post()
    async with intake(mail=post) as desk:
        post.bring(vote(MEMBERS[1], replace(commit(1), signature=bytes(64))))
        await trio.testing.wait_all_tasks_blocked(0.02)

        post.bring(LinkUp(MEMBERS[1]))
        await trio.testing.wait_all_tasks_blocked(0.02)

        assert desk.links == [LinkUp(MEMBERS[1])]


FALSE_VOTE = vote(MEMBERS[1], replace(commit(1), signature=bytes(64)))
FALSE_BUNDLE = Incoming(MEMBERS[1], FrameKind.BUNDLE, package(forged(signed(allot(1)))))


def unlinked_but(*linked: int) -> Inputs:
    others = set(range(len(MEMBERS))) - set(linked)
    return (LinksChanged(frozenset(map(ReplicaId, others))),)


@pytest.mark.parametrize("false", [FALSE_VOTE, FALSE_BUNDLE])
async def test_who_is_not_listened_to_cannot_be_reached_until_he_is_heard_again(
    false: Incoming, autojump_clock: trio.testing.MockClock
) -> None:
    """A primary that nobody listens to was waited for until its time was over."""
    post = Post()
    async with intake(mail=post) as desk:
        post.bring(LinkUp(MEMBERS[1]), LinkUp(MEMBERS[2]))
        assert await desk.told.receive() == unlinked_but(1, 2)

        post.bring(false)
        assert await desk.told.receive() == unlinked_but(2)
        blamed_s = trio.current_time()

        assert await desk.told.receive() == unlinked_but(1, 2)
        assert trio.current_time() >= blamed_s + FIRST_S
        del autojump_clock


async def test_a_false_vote_taken_at_once_makes_its_sender_unreachable_too() -> None:
    inbox = Inbox(NetworkSettings())
    async with intake(mail=inbox) as desk:
        inbox.put([LinkUp(MEMBERS[1])])
        assert await desk.told.receive() == unlinked_but(1)

        inbox.hand([FALSE_VOTE])

        assert await desk.told.receive() == unlinked_but()


async def test_each_who_is_not_listened_to_is_told_apart(
    autojump_clock: trio.testing.MockClock,
) -> None:
    post = Post()
    async with intake(mail=post) as desk:
        post.bring(*(LinkUp(MEMBERS[index]) for index in (0, 1, 2)))
        assert await desk.told.receive() == unlinked_but(0, 1, 2)

        post.bring(FALSE_VOTE)
        assert await desk.told.receive() == unlinked_but(0, 2)
        autojump_clock.jump(FIRST_S / 2)
        post.bring(vote(MEMBERS[2], replace(commit(1), signature=bytes(64))))

        assert await desk.told.receive() == unlinked_but(0)
        assert await desk.told.receive() == unlinked_but(0, 1)
        assert await desk.told.receive() == unlinked_but(0, 1, 2)
