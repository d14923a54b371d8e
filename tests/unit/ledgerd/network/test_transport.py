"""The whole network of one process, over streams in memory and a virtual clock."""

import itertools
import random
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field, replace

import pytest
import trio
import trio.testing

from ledgerd.errors import ConfigError, FrameTooLarge
from ledgerd.network.frames import BODY_BYTES_MAX, FrameKind
from ledgerd.network.inbox import Arrival, Incoming, LinkDown, LinkUp
from ledgerd.network.settings import Address, NetworkSettings, PeerRole
from ledgerd.network.transport import Transport, dial_tcp
from tests.unit.ledgerd.network.builders import CHAIN, node, stream_pair

VOTE, SYNC, BUNDLE = FrameKind.VOTE, FrameKind.SYNC, FrameKind.BUNDLE
SETTINGS = NetworkSettings()
ID = [node(i).institution_id for i in range(5)]


@dataclass
class Street:
    """Where the nodes of a test live: port i leads to node i while it listens."""

    doors: dict[int, "Door"] = field(default_factory=dict)
    dialled: list[tuple[int, float]] = field(default_factory=list)

    async def dial(self, address: Address) -> trio.abc.Stream:
        await trio.lowlevel.checkpoint()
        self.dialled.append((address.port, trio.current_time()))
        if address.port not in self.doors:
            raise ConnectionRefusedError
        ours, theirs = stream_pair()
        self.doors[address.port].put.send_nowait(theirs)
        return ours


class Door(trio.abc.Listener[trio.StapledStream]):
    """A listener in memory."""

    def __init__(self) -> None:
        self.put, self._take = trio.open_memory_channel[trio.StapledStream](1000)

    async def accept(self) -> trio.StapledStream:
        return await self._take.receive()

    async def aclose(self) -> None:
        await self._take.aclose()


def transport(
    index: int,
    others: Sequence[int],
    street: Street,
    settings: NetworkSettings = SETTINGS,
    *,
    observers: Sequence[int] = (),
    chain: bytes = CHAIN,
) -> Transport:
    peers = [
        node(i).peer(
            Address("memory", i), role=PeerRole.OBSERVER if i in observers else PeerRole.VALIDATOR
        )
        for i in others
    ]
    return Transport(
        node(index).identity(chain), peers, settings, random.Random(index), street.dial
    )


@asynccontextmanager
async def running(street: Street, **transports: Transport) -> AsyncIterator[trio.Nursery]:
    """Run transports; the name ``n3`` is node 3."""
    async with trio.open_nursery() as nursery:
        for name, each in transports.items():
            street.doors[int(name[1:])] = Door()
            await nursery.start(each.run, [street.doors[int(name[1:])]])
        yield nursery
        nursery.cancel_scope.cancel()


async def take(each: Transport, count: int) -> list[Arrival]:
    return [await each.incoming.receive() for _ in range(count)]


async def test_two_nodes_find_each_other_and_talk(autojump_clock: trio.testing.MockClock) -> None:
    street = Street()
    a, b = transport(0, [1], street), transport(1, [0], street)
    async with running(street, n0=a, n1=b):
        assert await take(a, 1) == [LinkUp(ID[1])]
        assert await take(b, 1) == [LinkUp(ID[0])]

        a.offer(VOTE, b"vote", None)
        b.offer(SYNC, b"question", ID[0])

        assert await take(b, 1) == [Incoming(ID[0], VOTE, b"vote")]
        assert await take(a, 1) == [Incoming(ID[1], SYNC, b"question")]


async def test_two_that_dial_at_once_keep_one_link(
    autojump_clock: trio.testing.MockClock,
) -> None:
    street = Street()
    a, b = transport(0, [1], street), transport(1, [0], street)
    async with running(street, n0=a, n1=b):
        with trio.move_on_after(60):
            await trio.sleep_forever()

        assert await take(a, 1) == [LinkUp(ID[1])]
        assert await take(b, 1) == [LinkUp(ID[0])]
        with pytest.raises(trio.WouldBlock):
            a.incoming.receive_nowait()
        assert len(street.dialled) <= 2


async def test_one_listener_is_enough_for_a_pair(autojump_clock: trio.testing.MockClock) -> None:
    street = Street()
    deaf, hearing = transport(0, [1], street), transport(1, [0], street)
    async with running(street, n1=hearing) as nursery:
        await nursery.start(deaf.run, [])

        assert await take(deaf, 1) == [LinkUp(ID[1])]
        assert await take(hearing, 1) == [LinkUp(ID[0])]


async def test_a_peer_without_address_is_waited_for(
    autojump_clock: trio.testing.MockClock,
) -> None:
    street = Street()
    waiting = Transport(
        node(0).identity(), [node(1).peer()], SETTINGS, random.Random(1), street.dial
    )
    dialling = transport(1, [0], street)
    async with running(street, n0=waiting, n1=dialling):
        assert await take(waiting, 1) == [LinkUp(ID[1])]

        assert [port for port, _ in street.dialled] == [0]


async def test_to_none_means_every_connected_validator(
    autojump_clock: trio.testing.MockClock,
) -> None:
    street = Street()
    a = transport(0, [1, 2, 3], street, observers=[2])
    others = {f"n{i}": transport(i, [0], street) for i in (1, 2, 3)}
    async with running(street, n0=a, **others):
        await take(a, 3)
        for each in others.values():
            await take(each, 1)
        a.offer(VOTE, b"vote", None)
        a.offer(SYNC, b"block", ID[2])

        for i in (1, 3):
            assert await take(others[f"n{i}"], 1) == [Incoming(ID[0], VOTE, b"vote")]
        assert await take(others["n2"], 1) == [Incoming(ID[0], SYNC, b"block")]


async def test_an_offer_without_link_is_lost_and_counted() -> None:
    a = transport(0, [1, 2], Street())

    a.offer(VOTE, b"vote", None)
    a.offer(BUNDLE, b"bundle", ID[1])

    assert [state.dropped_count for state in a.link_states()] == [2, 1]


async def test_an_offer_above_the_limit_is_refused_before_it_is_queued() -> None:
    a = transport(0, [1], Street())

    with pytest.raises(FrameTooLarge):
        a.offer(VOTE, bytes(BODY_BYTES_MAX[VOTE] + 1), None)

    assert a.link_states()[0].dropped_count == 0


@pytest.mark.parametrize("kind", [VOTE, BUNDLE])
async def test_offering_more_than_sync_to_an_observer_is_our_mistake(kind: FrameKind) -> None:
    a = transport(0, [1], Street(), observers=[1])

    with pytest.raises(AssertionError):
        a.offer(kind, b"x", ID[1])


async def test_pauses_between_dials_grow_to_the_longest_and_no_further(
    autojump_clock: trio.testing.MockClock,
) -> None:
    street = Street()
    a = transport(0, [1], street)
    async with running(street, n0=a):
        with trio.move_on_after(60):
            await trio.sleep_forever()

    times = [at for _, at in street.dialled]
    gaps = [later - earlier for earlier, later in itertools.pairwise(times)]
    assert 30 <= len(times) <= 70
    assert max(gaps) <= SETTINGS.redial_max_ms / 1000
    assert min(gaps[8:]) >= SETTINGS.redial_max_ms / 2000
    assert "ConnectionRefusedError" in a.link_states()[0].last_error


async def test_a_restarted_peer_is_found_again(autojump_clock: trio.testing.MockClock) -> None:
    street = Street()
    a = transport(0, [1], street)
    async with running(street, n0=a):
        async with running(street, n1=transport(1, [0], street)):
            assert await take(a, 1) == [LinkUp(ID[1])]
        [down] = await take(a, 1)
        assert isinstance(down, LinkDown)
        async with running(street, n1=transport(1, [0], street)):
            assert await take(a, 1) == [LinkUp(ID[1])]


async def test_a_peer_that_lost_power_is_replaced_by_its_restart_at_once(
    autojump_clock: trio.testing.MockClock,
) -> None:
    """Its old link still stands here; nothing on it says that the other end is gone."""
    street = Street()
    a, before = transport(0, [1], street), transport(1, [0], street)
    async with running(street, n0=a, n1=before):
        await take(a, 1)
        again = transport(1, [0], street)
        async with running(street, n1=again):
            started_at = trio.current_time()
            taken = await take(a, 2)

            assert [type(arrival) for arrival in taken] == [LinkDown, LinkUp]
            assert trio.current_time() - started_at < 1


async def test_a_node_of_another_chain_never_gets_a_link(
    autojump_clock: trio.testing.MockClock,
) -> None:
    street = Street()
    a, b = transport(0, [1], street), transport(1, [0], street, chain=bytes(32))
    async with running(street, n0=a, n1=b):
        with trio.move_on_after(30) as scope:
            await a.incoming.receive()

        assert scope.cancelled_caught
        assert "another chain" in a.link_states()[0].last_error
        assert "another chain" in b.link_states()[0].last_error


async def test_a_stranger_is_counted_and_learns_nothing(
    autojump_clock: trio.testing.MockClock,
) -> None:
    street = Street()
    a, stranger = transport(0, [1], street), transport(4, [0], street)
    async with running(street, n0=a, n4=stranger):
        with trio.move_on_after(30) as scope:
            await stranger.incoming.receive()

        assert scope.cancelled_caught
        assert a.refused_count > 0


async def test_whoever_connects_and_says_nothing_keeps_nobody_out(
    autojump_clock: trio.testing.MockClock,
) -> None:
    street = Street()
    a = transport(0, [1], street, replace(SETTINGS, handshake_count_max=4))
    async with running(street, n0=a):
        silent = [await street.dial(Address("memory", 0)) for _ in range(20)]
        await trio.testing.wait_all_tasks_blocked()
        assert a.refused_count == 16
        async with running(street, n1=transport(1, [0], street)):
            assert await take(a, 1) == [LinkUp(ID[1])]
        assert len(silent) == 20


async def drip(stream: trio.abc.Stream, data: bytes) -> None:
    for byte in data:
        await stream.send_all(bytes((byte,)))
        with trio.move_on_after(0.1):
            await trio.sleep_forever()


async def test_a_drip_of_bytes_does_not_outlast_the_handshake_time(
    autojump_clock: trio.testing.MockClock,
) -> None:
    street = Street()
    a = transport(0, [1], street)
    async with running(street, n0=a):
        stream = await street.dial(Address("memory", 0))
        with pytest.raises(trio.BrokenResourceError):
            await drip(stream, b"\x16\x03\x01\x02\x00" + bytes(500))

        assert trio.current_time() == pytest.approx(SETTINGS.handshake_timeout_ms / 1000, abs=0.2)
        assert a.refused_count == 1


async def test_states_show_what_went_over_a_link(autojump_clock: trio.testing.MockClock) -> None:
    street = Street()
    a, b = transport(0, [1], street), transport(1, [0], street)
    async with running(street, n0=a, n1=b):
        await take(a, 1)
        await take(b, 1)
        a.offer(VOTE, b"vote", None)
        await take(b, 1)

        [at_a], [at_b] = a.link_states(), b.link_states()
        assert (at_a.peer, at_a.is_up, at_a.frames_out, at_a.bytes_out) == (ID[1], True, 1, 9)
        assert (at_b.peer, at_b.is_up, at_b.frames_in, at_b.bytes_in) == (ID[0], True, 1, 9)


async def test_when_it_stops_the_host_gets_what_is_left_and_an_end(
    autojump_clock: trio.testing.MockClock,
) -> None:
    street = Street()
    a, b = transport(0, [1], street), transport(1, [0], street)
    async with running(street, n0=a, n1=b):
        await take(a, 1)

    [down] = [arrival async for arrival in a.incoming]
    assert isinstance(down, LinkDown)
    assert not a.link_states()[0].is_up


@pytest.mark.parametrize(
    ("host", "port"),
    [
        ("", 1),
        ("a" * 64 + ".invalid", 1),
        ("\0", 1),
        ("\ud800", 1),
        ("127.0.0.1", 0),
        ("127.0.0.1", -1),
        ("127.0.0.1", 65_536),
        ("127.0.0.1", 2**70),
    ],
    ids=ascii,
)
async def test_an_address_that_is_none_is_an_address_where_nobody_answers(
    host: str, port: int
) -> None:
    with pytest.raises(OSError):  # noqa: PT011  any of them becomes a failed attempt
        await dial_tcp(Address(host, port))


@pytest.mark.parametrize("others", [[0], [1, 1]])
def test_a_peer_that_is_this_node_or_stands_twice_is_a_mistake(others: list[int]) -> None:
    with pytest.raises(ConfigError):
        transport(0, others, Street())
