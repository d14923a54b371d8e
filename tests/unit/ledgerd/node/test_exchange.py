"""Who hears which message of a peer."""

from pathlib import Path

import trio
import trio.testing

from ledgerd.network.frames import FrameKind
from ledgerd.network.inbox import Incoming, LinkDown, LinkUp
from ledgerd.node.exchange import Peers
from ledgerd.node.sync_messages import (
    BlocksReply,
    BlocksRequest,
    BundlesRequest,
    HeadNotice,
    encode_sync,
)
from tests.unit.ledgerd.node.engines import running_engine
from tests.unit.ledgerd.node.samples import MEMBERS, StillClock
from tests.unit.ledgerd.node.worlds import Offer, PaperTransport


def test_peers_are_up_between_their_links() -> None:
    clock = StillClock()
    peers = Peers(clock)
    assert peers.last_seen_ms("a") is None

    peers.take(LinkUp("a"))
    assert (peers.up(), peers.last_seen_ms("a")) == (("a",), clock.wall)

    peers.take(LinkDown("a", "PeerClosed"))
    gone_ms = clock.wall
    clock.wall += 5_000
    assert (peers.up(), peers.last_seen_ms("a")) == ((), gone_ms)


def test_misdeeds_are_counted_by_institution() -> None:
    peers = Peers(StillClock())

    peers.note_fault("a", "forged")
    peers.note_fault("a", "forged")

    assert peers.fault_counts == {"a": 2}


def test_the_height_of_a_peer_is_the_one_that_it_named_last() -> None:
    peers = Peers(StillClock())
    assert peers.height("a") is None

    for height in (0, 7, 5):
        peers.note_height("a", height)

    assert peers.height("a") == 5


def besides_votes(links: PaperTransport) -> list[Offer]:
    """What a node sends of its own accord at any time is in votes: its status."""
    return [offer for offer in links.offers if offer.kind is not FrameKind.VOTE]


async def test_a_new_neighbour_is_told_how_far_we_are(tmp_path: Path) -> None:
    async with running_engine(tmp_path) as (_, links):
        await links.arrivals.send(LinkUp(MEMBERS[1]))
        while not (told := besides_votes(links)):
            await trio.lowlevel.checkpoint()

        assert [(offer.to, offer.sync) for offer in told] == [(MEMBERS[1], HeadNotice(height=0))]


async def test_questions_are_answered_and_claims_believed_for_now(tmp_path: Path) -> None:
    async with running_engine(tmp_path) as (engine, links):
        await links.arrivals.send(LinkUp(MEMBERS[1]))
        question = BlocksRequest(request=4, first=1, count=1)
        for message in (HeadNotice(height=9), question):
            body = encode_sync(message)
            await links.arrivals.send(Incoming(MEMBERS[1], FrameKind.SYNC, body))
        while engine.exchange.catch_up.heights() != {MEMBERS[1]: 9}:
            await trio.lowlevel.checkpoint()
        empty = BlocksReply(request=4, first=1, height=0, blocks=(), seals=())
        while empty not in [offer.sync for offer in besides_votes(links)]:
            await trio.lowlevel.checkpoint()

        assert engine.exchange.catch_up.heights() == {MEMBERS[1]: 9}


async def test_an_observer_that_asks_for_bundles_is_counted_and_sent_nothing(
    tmp_path: Path,
) -> None:
    """Bundles go to validators only: the transport takes no such frame for an observer."""
    async with running_engine(tmp_path) as (engine, links):
        question = encode_sync(BundlesRequest(digests=(bytes(32),)))
        await links.arrivals.send(Incoming("observer", FrameKind.SYNC, question))
        while not engine.exchange.peers.fault_counts:
            await trio.lowlevel.checkpoint()

        assert engine.exchange.peers.fault_counts == {"observer": 1}
        assert besides_votes(links) == []


async def test_observers_are_told_of_new_seals_and_validators_are_not(tmp_path: Path) -> None:
    """Validators learn it from each other's status; for an observer it is the only way."""
    async with running_engine(tmp_path) as (engine, links):
        for peer in (MEMBERS[1], "observer"):
            await links.arrivals.send(LinkUp(peer))
        while len(besides_votes(links)) < 2:
            await trio.lowlevel.checkpoint()
        await trio.testing.wait_all_tasks_blocked()

        engine.core.witnesses.on_sealed()
        while len(besides_votes(links)) < 3:
            await trio.lowlevel.checkpoint()

        told = [(offer.to, offer.sync) for offer in besides_votes(links)[2:]]
        assert told == [("observer", HeadNotice(height=0))]
