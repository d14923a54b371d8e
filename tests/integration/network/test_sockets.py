"""Transports over TCP and TLS on loopback, ports chosen by the system."""

import random
from dataclasses import replace

import pytest
import trio

from ledgerd.network.frames import BODY_BYTES_MAX, FrameKind
from ledgerd.network.inbox import Incoming, LinkDown, LinkUp
from ledgerd.network.settings import QueueLimits
from ledgerd.network.transport import Transport
from tests.integration.network.cluster import (
    QUICK,
    Running,
    address_of,
    cluster,
    listen,
    peers_for,
    take,
    wait_links,
)
from tests.unit.ledgerd.network.builders import node

VOTE, SYNC, BUNDLE = FrameKind.VOTE, FrameKind.SYNC, FrameKind.BUNDLE


@pytest.fixture(autouse=True)
async def in_time() -> None:
    """Keep a test that waits for something that never comes from waiting for ever."""
    trio.lowlevel.current_task().parent_nursery.cancel_scope.deadline = trio.current_time() + 60


async def test_four_nodes_reach_each_other() -> None:
    async with cluster(4) as nodes:
        for each in nodes:
            await wait_links(each, 3)
        for each in nodes:
            each.transport.offer(VOTE, each.id.encode(), None)

        for each in nodes:
            bodies = {arrival.body.decode() for arrival in await take(each, 3)}  # type: ignore[union-attr]
            assert bodies == {other.id for other in nodes} - {each.id}


async def test_nodes_that_all_dial_at_once_end_with_one_link_a_pair() -> None:
    async with cluster(4, dials_all=True) as nodes:
        for each in nodes:
            up: set[str] = set()
            while len(up) < 3:
                arrival = await each.transport.incoming.receive()
                up = up | {arrival.peer} if isinstance(arrival, LinkUp) else up - {arrival.peer}

        states = [state for each in nodes for state in each.transport.link_states()]
        assert [state.peer for state in states if not state.is_up] == []


@pytest.mark.parametrize("kind", [VOTE, SYNC, BUNDLE])
async def test_the_largest_frame_of_each_kind_arrives_whole(kind: FrameKind) -> None:
    body = random.Random(1).randbytes(BODY_BYTES_MAX[kind])
    async with cluster(2) as (a, b):
        await wait_links(a, 1)
        await wait_links(b, 1)

        a.transport.offer(kind, body, b.id)

        assert await take(b, 1) == [Incoming(a.id, kind, body)]


async def test_a_thousand_votes_come_in_order_beside_bundles() -> None:
    votes = [str(i).encode() for i in range(1000)]
    async with cluster(2) as (a, b):
        await wait_links(a, 1)
        await wait_links(b, 1)
        for i in range(20):
            a.transport.offer(BUNDLE, bytes((i,)) * 50_000, None)
        for body in votes:
            a.transport.offer(VOTE, body, None)

        taken = [arrival for arrival in await take(b, 1020) if isinstance(arrival, Incoming)]

        assert [arrival.body for arrival in taken if arrival.kind is VOTE] == votes
        assert taken[0].kind is VOTE


async def test_after_a_restart_on_the_same_port_the_link_is_back() -> None:
    async with cluster(2) as (a, b):
        await wait_links(a, 1)
        port = address_of(b.listeners[0]).port
        await b.stop()
        [down] = await take(a, 1)
        assert isinstance(down, LinkDown)

        addresses = [address_of(a.listeners[0]), address_of(a.listeners[0])]
        again = Running(
            node(1),
            Transport(
                node(1).identity(),
                peers_for(1, addresses, dials_all=False),
                QUICK,
                random.Random(9),
            ),
            await listen(port),
        )
        async with trio.open_nursery() as nursery:
            await nursery.start(again.run)
            assert await take(a, 1) == [LinkUp(b.id)]
            again.transport.offer(VOTE, b"again", None)
            assert await take(a, 1) == [Incoming(b.id, VOTE, b"again")]
            nursery.cancel_scope.cancel()


async def test_a_peer_that_reads_nothing_loses_its_link_when_votes_pile_up() -> None:
    settings = replace(
        QUICK,
        vote_queue=QueueLimits(count_max=50, bytes_max=32 << 20),
        inbox_count_max=1,
    )
    async with cluster(2, settings) as (a, b):
        await wait_links(a, 1)
        downs = 0
        while not downs:
            a.transport.offer(VOTE, bytes(100_000), None)
            await trio.lowlevel.checkpoint()
            try:
                arrival = a.transport.incoming.receive_nowait()
            except trio.WouldBlock:
                continue
            downs += isinstance(arrival, LinkDown)
            assert "queue of votes is full" in arrival.reason  # type: ignore[union-attr]

        assert b.transport.link_states()[0].frames_in > 0


async def test_bundles_to_a_slow_peer_are_dropped_and_votes_still_pass() -> None:
    settings = replace(
        QUICK,
        bundle_queue=QueueLimits(count_max=5, bytes_max=1 << 20),
        inbox_count_max=2,
    )
    async with cluster(2, settings) as (a, b):
        await wait_links(a, 1)
        await wait_links(b, 1)
        while not a.transport.link_states()[0].dropped_count:
            a.transport.offer(BUNDLE, bytes(100_000), None)
            await trio.lowlevel.checkpoint()
        a.transport.offer(VOTE, b"vote", None)

        while (await take(b, 1)) != [Incoming(a.id, VOTE, b"vote")]:
            pass

        assert a.transport.link_states()[0].is_up


async def test_an_observer_talks_sync_with_everybody() -> None:
    async with cluster(3, observers=[2]) as (a, b, observer):
        for each in (a, b, observer):
            await wait_links(each, 2)

        a.transport.offer(VOTE, b"vote", None)
        a.transport.offer(SYNC, b"sealed block", observer.id)
        observer.transport.offer(SYNC, b"transactions", b.id)

        assert await take(observer, 1) == [Incoming(a.id, SYNC, b"sealed block")]
        taken = {each.kind: each.body for each in await take(b, 2)}  # type: ignore[union-attr]
        assert taken == {VOTE: b"vote", SYNC: b"transactions"}


async def test_plain_bytes_at_the_port_are_refused_and_the_links_stay() -> None:
    async with cluster(2) as (a, b):
        await wait_links(a, 1)
        await wait_links(b, 1)
        address = address_of(a.listeners[0])
        async with await trio.open_tcp_stream(address.host, address.port) as stream:
            await stream.send_all(b"GET / HTTP/1.1\r\n\r\n")
            while await stream.receive_some():
                pass

        while a.transport.refused_count < 1:
            await trio.lowlevel.checkpoint()
        assert a.transport.link_states()[0].is_up
