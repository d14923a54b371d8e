"""Sidecars that are not here: fetched when needed, and in the background."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import trio
import trio.testing

from ledgerd.node.requests import Requests
from ledgerd.node.sidecar_exchange import SidecarExchange, SidecarPorts
from ledgerd.node.sync_messages import SidecarsReply, SidecarsRequest
from ledgerd.storage.memory import MemoryStore
from ledgerd.storage.sidecar_store import SidecarStore, sidecar_hash
from tests.unit.ledgerd.node.worlds import Offer, PaperTransport

SEALED = b"sealed bytes"
NAME = sidecar_hash(SEALED)


@asynccontextmanager
async def exchange(
    peers: dict[str, bytes],
) -> AsyncIterator[tuple[SidecarExchange, SidecarStore, list[str]]]:
    """Peers answer whatever is asked with the one sidecar they have."""
    paper, store, asked = PaperTransport(), SidecarStore(MemoryStore()), []
    requests = Requests(paper)

    def answer(offer: Offer) -> None:
        request = offer.sync
        assert isinstance(request, SidecarsRequest)
        asked.append(offer.to)
        reply = SidecarsReply(request=request.request, sidecars=(peers[offer.to],))
        requests.take_reply(offer.to, reply)

    paper.on_offer.append(answer)
    ports = SidecarPorts(store, requests, lambda: tuple(peers), trio.CapacityLimiter(1))
    with trio.fail_after(10):
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
    ports = SidecarPorts(store, requests, lambda: ("a",), trio.CapacityLimiter(1))
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
