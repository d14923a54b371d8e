"""What a node serves: sealed blocks that fit, bundles and sidecars that are here."""

import pytest
import trio

from consensus import Digest
from ledgerd.chain.bundle import bundle_digest
from ledgerd.network.frames import FrameKind
from ledgerd.node import serving
from ledgerd.node.bundle_book import BundleBook, CheckedBundle
from ledgerd.node.checking import encode_package
from ledgerd.node.sealed_gate import SealedGate
from ledgerd.node.serving import (
    PACKAGES_BYTES_MAX,
    WAITING_COUNT_MAX,
    Server,
    Shelves,
    find_blocks,
    find_package,
    find_packages,
    find_sidecars,
)
from ledgerd.node.sync_messages import (
    CHUNK_BYTES_MAX,
    BlocksReply,
    BlocksRequest,
    BundlesRequest,
    SidecarsReply,
    SidecarsRequest,
)
from ledgerd.storage.memory import MemoryStore
from ledgerd.storage.sidecar_store import SidecarStore, sidecar_hash
from tests.unit.ledgerd.node.gates import open_gate
from tests.unit.ledgerd.node.samples import allot, checked, naming, numbered, signed
from tests.unit.ledgerd.node.worlds import Chain, PaperTransport, chain


async def grown(count: int) -> Chain:
    node = chain()
    for number in range(count):
        await node.grow(signed(allot(number)))
    return node


def shelves_of(node: Chain) -> Shelves:
    return Shelves(node.blocks, node.sidecars, BundleBook(1 << 20, 4), open_gate())


async def test_only_what_is_sealed_is_served() -> None:
    node = await grown(2)
    await node.grow(signed(allot(9)), is_sealed=False)

    reply = find_blocks(node.blocks, BlocksRequest(request=5, first=2, count=9))

    assert (reply.request, reply.first, reply.height) == (5, 2, 2)
    assert len(reply.blocks) == 1
    assert find_blocks(node.blocks, BlocksRequest(request=5, first=3, count=9)).blocks == ()


async def test_a_block_is_served_in_pieces_when_somebody_goes_on_inside_it() -> None:
    node = await grown(1)
    whole = node.blocks.block(1)
    assert whole is not None

    reply = find_blocks(node.blocks, BlocksRequest(request=1, first=1, count=1, offset=10))

    assert reply.blocks == (whole[10 : 10 + CHUNK_BYTES_MAX],)
    assert reply.total_bytes == len(whole)


async def test_a_bundle_is_found_in_the_book_or_in_its_block() -> None:
    node = await grown(1)
    shelves = shelves_of(node)
    waiting = numbered(7)
    shelves.book.add(waiting)
    stored = node.sealed[0].contents.bundles[0]

    assert find_package(shelves, waiting.digest) == encode_package(waiting.bundle, ())
    assert find_package(shelves, bundle_digest(stored)) == encode_package(stored, ())
    assert find_package(shelves, bytes(32)) is None


async def test_the_sidecars_that_are_here_are_served() -> None:
    node = chain()
    node.sidecars.put((b"sealed bytes",))
    request = SidecarsRequest(request=3, hashes=(bytes(32), sidecar_hash(b"sealed bytes")))

    assert find_sidecars(shelves_of(node), request).sidecars == (b"sealed bytes",)


async def test_requests_are_answered_to_whom_they_came_from() -> None:
    node = await grown(1)
    shelves, paper = shelves_of(node), PaperTransport()
    waiting = numbered(7)
    shelves.book.add(waiting)
    server = Server(shelves, paper)

    with trio.fail_after(5):
        async with trio.open_nursery() as nursery:
            nursery.start_soon(server.run)
            server.ask("a", BlocksRequest(request=1, first=1, count=1))
            server.ask("b", BundlesRequest(digests=(waiting.digest, Digest(bytes(32)))))
            while len(paper.offers) < 2:
                await paper.offered.wait()
            nursery.cancel_scope.cancel()

    by_peer = {offer.to: offer for offer in paper.offers}
    assert isinstance(by_peer["a"].sync, BlocksReply)
    assert by_peer["b"].kind is FrameKind.BUNDLE


async def test_the_gate_is_looked_at_in_the_loop_and_not_in_the_thread_that_reads() -> None:
    """Its condition asks for the time of the loop: in a thread that ended a node under load."""
    node, paper, gate = chain(), PaperTransport(), SealedGate()
    node.sidecars.put((b"sealed bytes",))
    gate.watch(lambda: trio.current_time() >= 0)
    shelves = Shelves(node.blocks, node.sidecars, BundleBook(1 << 20, 4), gate)
    server = Server(shelves, paper)

    with trio.fail_after(5):
        async with trio.open_nursery() as nursery:
            nursery.start_soon(server.run)
            server.ask("a", SidecarsRequest(request=3, hashes=(sidecar_hash(b"sealed bytes"),)))
            while not paper.offers:
                await paper.offered.wait()
            nursery.cancel_scope.cancel()

    assert paper.offers[0].sync == SidecarsReply(request=3, sidecars=(b"sealed bytes",))


@pytest.mark.parametrize("asked", [WAITING_COUNT_MAX + 5])
async def test_a_peer_that_asks_too_much_gets_a_bounded_number_of_answers(asked: int) -> None:
    node = await grown(1)
    paper = PaperTransport()
    server = Server(shelves_of(node), paper)
    for number in range(asked):
        server.ask("a", BlocksRequest(request=number, first=1, count=1))

    with trio.fail_after(5):
        async with trio.open_nursery() as nursery:
            nursery.start_soon(server.run)
            while len(paper.offers) < WAITING_COUNT_MAX:
                await paper.offered.wait()
            nursery.cancel_scope.cancel()

    assert len(paper.offers) == WAITING_COUNT_MAX


def test_bundles_of_one_answer_are_bounded_in_bytes_and_at_least_one() -> None:
    book = BundleBook(8 * PACKAGES_BYTES_MAX, 1)
    shelves = Shelves(chain().blocks, SidecarStore(MemoryStore()), book, open_gate())
    half = PACKAGES_BYTES_MAX // 2
    large = checked(signed(allot(0)), sequence=1, sidecars=(bytes(2 * half + 1),))
    halves = [checked(signed(allot(n)), sequence=n + 1, sidecars=(bytes(half),)) for n in (1, 2, 3)]
    for bundle in (large, *halves):
        book.add(bundle)

    def served(*bundles: CheckedBundle) -> int:
        return len(find_packages(shelves, [bundle.digest for bundle in bundles]))

    assert served(large, halves[0]) == 1
    assert served(*halves) == 1
    assert served(numbered(9), *(numbered(n) for n in (10, 11))) == 0


def ask(first: int = 1, count: int = 9) -> BlocksRequest:
    return BlocksRequest(request=1, first=first, count=count)


@pytest.mark.parametrize(("missing", "count"), [(0, 2), (1, 1)])
async def test_blocks_of_one_answer_are_bounded_in_bytes(
    monkeypatch: pytest.MonkeyPatch, missing: int, count: int
) -> None:
    node = await grown(3)
    sizes = [len(node.blocks.block(height) or b"") for height in (1, 2)]
    monkeypatch.setattr(serving, "REPLY_BYTES_MAX", sum(sizes) - missing)

    assert len(find_blocks(node.blocks, ask()).blocks) == count


@pytest.mark.parametrize(("missing", "total_is_given"), [(0, False), (1, True)])
async def test_a_block_that_does_not_fit_into_an_answer_comes_in_pieces(
    monkeypatch: pytest.MonkeyPatch, missing: int, total_is_given: bool
) -> None:
    node = await grown(1)
    whole = node.blocks.block(1) or b""
    monkeypatch.setattr(serving, "REPLY_BYTES_MAX", len(whole) - missing)

    reply = find_blocks(node.blocks, ask())

    assert reply.blocks == (whole,)  # its first piece is all of it
    assert bool(reply.total_bytes) is total_is_given
    assert reply.seals == (node.blocks.seal(1),)


async def test_a_later_block_that_does_not_fit_waits_for_a_request_of_its_own(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    node = await grown(1)
    await node.grow(*(signed(allot(0, code=f"99{number:06d}")) for number in range(20)))
    monkeypatch.setattr(serving, "REPLY_BYTES_MAX", len(node.blocks.block(2) or b"") - 1)

    reply = find_blocks(node.blocks, ask())

    assert len(reply.blocks) == 1
    assert reply.total_bytes == 0


async def test_an_answer_ends_with_a_block_that_has_its_seal() -> None:
    node = await grown(1)
    await node.grow(signed(allot(8)), is_sealed=False)
    await node.grow(signed(allot(9)))

    assert len(find_blocks(node.blocks, ask(count=2)).blocks) == 1
    assert find_blocks(node.blocks, ask(first=2, count=1)).blocks == ()
    assert len(find_blocks(node.blocks, ask(count=3)).blocks) == 3


def test_sidecars_of_one_answer_are_bounded_in_bytes(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(serving, "REPLY_BYTES_MAX", 10)
    node = chain()
    sealed = (b"12345", b"67890", b"more")
    node.sidecars.put(sealed)
    request = SidecarsRequest(request=3, hashes=tuple(map(sidecar_hash, sealed)))

    assert find_sidecars(shelves_of(node), request).sidecars == sealed[:2]


async def test_a_bundle_whose_sidecar_is_lost_is_not_served() -> None:
    """Without it the delivery would be of no use, and its sender be blamed."""
    node, sealed = chain(), b"sealed"
    await node.grow(signed(naming(sealed)), sidecars=(sealed,))
    stored = node.sealed[0].contents.bundles[0]
    without = Shelves(node.blocks, SidecarStore(MemoryStore()), BundleBook(1 << 20, 4), open_gate())

    assert find_package(shelves_of(node), bundle_digest(stored)) == encode_package(
        stored, (sealed,)
    )
    assert find_package(without, bundle_digest(stored)) is None


async def test_no_sealed_bytes_are_served_that_are_erased_or_may_be() -> None:
    sidecars = SidecarStore(MemoryStore())
    kept, erased = b"kept", b"erased"
    sidecars.put((kept, erased))
    sidecars.erase({sidecar_hash(erased): b"its rest"})
    request = SidecarsRequest(request=1, hashes=(sidecar_hash(kept), sidecar_hash(erased)))
    blocks, book = chain().blocks, BundleBook(1 << 20, 4)

    assert find_sidecars(Shelves(blocks, sidecars, book, SealedGate()), request).sidecars == ()
    assert find_sidecars(Shelves(blocks, sidecars, book, open_gate()), request).sidecars == (kept,)
