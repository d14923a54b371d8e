"""Sidecars that are not here: fetched when needed, and in the background."""

from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager

import pytest
import trio
import trio.testing

from ledgerd.node import sidecar_exchange
from ledgerd.node.requests import Requests
from ledgerd.node.sealed_gate import SealedGate
from ledgerd.node.sidecar_exchange import PAUSE_S, SidecarExchange, SidecarPorts
from ledgerd.node.sync_messages import SidecarsReply, SidecarsRequest
from ledgerd.storage.memory import MemoryStore
from ledgerd.storage.sidecar_store import SidecarStore, Sweep, sidecar_hash
from tests.unit.ledgerd.node.gates import open_gate
from tests.unit.ledgerd.node.worlds import Offer, PaperTransport
from tests.virtual_time import pass_time

SEALED = b"sealed bytes"
NAME = sidecar_hash(SEALED)
BILL = b"990101260000000001"
LET_GO = Sweep(1, bytes(32), {NAME: BILL}, ())


@asynccontextmanager
async def exchange(
    peers: dict[str, bytes],
    compared: tuple[tuple[bytes, ...], ...] = (),
    *,
    is_ours: bool = True,
) -> AsyncIterator[tuple[SidecarExchange, SidecarStore, list[str]]]:
    """Peers answer whatever is asked with the one sidecar they have."""
    paper, store, asked = PaperTransport(), SidecarStore(MemoryStore()), []
    pages = iter(compared)
    requests = Requests(paper)

    def answer(offer: Offer) -> None:
        request = offer.sync
        assert isinstance(request, SidecarsRequest)
        asked.append(offer.to)
        reply = SidecarsReply(request=request.request, sidecars=(peers[offer.to],))
        requests.take_reply(offer.to, reply)

    paper.on_offer.append(answer)
    ports = SidecarPorts(
        store,
        requests,
        lambda: tuple(peers),
        trio.CapacityLimiter(1),
        lambda: next(pages, None),
        open_gate(),
        lambda bill, sidecar: is_ours and (bill, sidecar) == (BILL, SEALED),
    )
    with trio.fail_after(100):
        yield SidecarExchange(ports), store, asked


async def test_what_is_here_is_asked_of_nobody() -> None:
    async with exchange({"a": SEALED}) as (sidecars, store, asked):
        store.put((SEALED,))

        assert await sidecars.get(NAME) == SEALED
        assert asked == []


async def test_peers_are_asked_in_turn_until_one_has_it() -> None:
    async with exchange({"a": b"something else", "b": SEALED}) as (sidecars, store, asked):
        assert await sidecars.get(NAME) == SEALED
        assert asked == ["a", "b"]
        assert store.get(NAME) == SEALED


async def test_what_nobody_has_is_none() -> None:
    async with exchange({"a": b"something else"}) as (sidecars, store, _):
        assert await sidecars.get(NAME) is None
        assert store.get(sidecar_hash(b"something else")) is None


async def test_what_blocks_came_without_is_fetched_in_the_background() -> None:
    async with exchange({"a": SEALED}) as (sidecars, store, _), trio.open_nursery() as nursery:
        nursery.start_soon(sidecars.run)

        sidecars.note_missing((NAME,))
        while sidecars.missing_count:
            await trio.lowlevel.checkpoint()

        assert store.get(NAME) == SEALED
        nursery.cancel_scope.cancel()


async def test_an_empty_answer_after_a_reader_fetched_it_elsewhere_harms_nothing() -> None:
    paper, store = PaperTransport(), SidecarStore(MemoryStore())
    requests = Requests(paper)
    ports = SidecarPorts(
        store,
        requests,
        lambda: ("a",),
        trio.CapacityLimiter(1),
        lambda: None,
        open_gate(),
        lambda bill, sidecar: True,
    )
    sidecars = SidecarExchange(ports)

    def reply(question: Offer, *found: bytes) -> None:
        assert isinstance(question.sync, SidecarsRequest)
        requests.take_reply("a", SidecarsReply(request=question.sync.request, sidecars=found))

    with trio.fail_after(10):
        async with trio.open_nursery() as nursery:
            nursery.start_soon(sidecars.run)
            sidecars.note_missing((NAME,))
            while len(paper.offers) < 1:
                await trio.lowlevel.checkpoint()
            nursery.start_soon(sidecars.get, NAME)
            while len(paper.offers) < 2:
                await trio.lowlevel.checkpoint()
            reply(paper.offers[1], SEALED)
            while sidecars.missing_count:
                await trio.lowlevel.checkpoint()

            reply(paper.offers[0])
            await trio.testing.wait_all_tasks_blocked()
            nursery.cancel_scope.cancel()

    assert store.get(NAME) == SEALED


async def until(condition: Callable[[], bool]) -> None:
    while not condition():
        await pass_time(0.01)


async def test_what_one_peer_lacks_is_asked_of_the_next_without_a_pause(
    mock_clock: trio.testing.MockClock,
) -> None:
    """The clock stands still: a pause would last for ever."""
    peers = {"a": b"something else", "b": SEALED}
    async with exchange(peers) as (sidecars, _, asked), trio.open_nursery() as nursery:
        nursery.start_soon(sidecars.run)

        sidecars.note_missing((NAME,))
        while sidecars.missing_count:
            await trio.lowlevel.checkpoint()

        assert asked == ["a", "b"]
        nursery.cancel_scope.cancel()


async def test_what_nobody_has_is_asked_for_again_after_a_pause_and_others_go_first(
    autojump_clock: object, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sidecar_exchange, "SIDECAR_COUNT_MAX", 1)
    lost = sidecar_hash(b"nobody has it")
    async with exchange({"a": SEALED}) as (sidecars, store, asked), trio.open_nursery() as nursery:
        nursery.start_soon(sidecars.run)

        sidecars.note_missing((lost, NAME))
        await until(lambda: sidecars.missing_count == 1)
        assert store.get(NAME) == SEALED

        before, began = len(asked), trio.current_time()
        await until(lambda: len(asked) >= before + 4)
        assert trio.current_time() - began >= 3 * PAUSE_S
        nursery.cancel_scope.cancel()


async def test_what_came_by_another_way_is_asked_of_nobody(autojump_clock: object) -> None:
    async with exchange({"a": SEALED}) as (sidecars, store, asked), trio.open_nursery() as nursery:
        store.put((SEALED,))
        nursery.start_soon(sidecars.run)

        sidecars.note_missing((NAME,))
        await until(lambda: not sidecars.missing_count)

        assert asked == []
        nursery.cancel_scope.cancel()


async def test_without_links_it_waits_for_one(autojump_clock: object) -> None:
    peers: dict[str, bytes] = {}
    async with exchange(peers) as (sidecars, store, asked), trio.open_nursery() as nursery:
        nursery.start_soon(sidecars.run)
        sidecars.note_missing((NAME,))
        await pass_time(3 * PAUSE_S)
        assert asked == []

        peers["a"] = SEALED
        await until(lambda: not sidecars.missing_count)

        assert store.get(NAME) == SEALED
        nursery.cancel_scope.cancel()


async def test_the_number_of_missing_ones_that_are_remembered_is_bounded(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(sidecar_exchange, "MISSING_COUNT_MAX", 2)
    async with exchange({}) as (sidecars, _, _):
        sidecars.note_missing((bytes(32), NAME))
        sidecars.note_missing((sidecar_hash(b"one more"),))

        assert sidecars.missing_count == 2


async def test_what_a_comparison_at_start_finds_missing_is_fetched() -> None:
    pages = ((), (NAME,))
    async with (
        exchange({"a": SEALED}, pages) as (sidecars, store, _),
        trio.open_nursery() as nursery,
    ):
        nursery.start_soon(sidecars.run)
        while store.get(NAME) is None:
            await trio.lowlevel.checkpoint()
        nursery.cancel_scope.cancel()


async def test_an_erased_sidecar_is_asked_of_nobody() -> None:
    async with exchange({"a": SEALED}) as (sidecars, store, asked):
        store.erase({NAME: None})

        assert await sidecars.get(NAME) is None
        assert asked == []


async def test_nothing_is_given_before_it_is_known_what_is_erased(
    autojump_clock: trio.testing.MockClock,
) -> None:
    del autojump_clock
    paper, store = PaperTransport(), SidecarStore(MemoryStore())
    store.put((SEALED,))
    gate = SealedGate()
    ports = SidecarPorts(
        store,
        Requests(paper),
        lambda: (),
        trio.CapacityLimiter(1),
        lambda: None,
        gate,
        lambda bill, sidecar: True,
    )

    assert await SidecarExchange(ports).get(NAME) is None
    gate.watch(lambda: True)
    assert await SidecarExchange(ports).get(NAME) == SEALED


async def test_what_was_let_go_is_not_fetched_in_the_background() -> None:
    other = b"what is missing"
    async with exchange({"a": other}) as (sidecars, store, asked), trio.open_nursery() as nursery:
        store.sweep(LET_GO)
        nursery.start_soon(sidecars.run)

        sidecars.note_missing((NAME,))
        while sidecars.missing_count:
            await trio.lowlevel.checkpoint()

        assert asked == []
        nursery.cancel_scope.cancel()


async def test_what_was_let_go_is_held_again_by_a_house_that_reads_it_now() -> None:
    async with exchange({"a": SEALED}) as (sidecars, store, asked):
        store.sweep(LET_GO)

        assert await sidecars.get(NAME) == SEALED
        assert store.get(NAME) == SEALED
        assert await sidecars.get(NAME) == SEALED
        assert asked == ["a"]


async def test_what_was_let_go_is_given_to_who_asks_and_not_held_for_others() -> None:
    async with exchange({"a": SEALED}, is_ours=False) as (sidecars, store, _):
        store.sweep(LET_GO)

        assert await sidecars.get(NAME) == SEALED
        assert store.get(NAME) is None
