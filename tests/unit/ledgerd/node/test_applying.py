"""The applier: by height, each block once, whoever brings it; never a block against its seal."""

from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace

import msgspec
import pytest
import trio
import trio.testing

from consensus import Certificate, Decided, SequenceNumber, StableCertificate, View
from consensus.messages import VoteKind
from ledgerd.errors import StorageCorrupted
from ledgerd.node import applying
from ledgerd.node.applying import Applier, ApplyPorts, BundlesInBlocks, NodeHalted
from ledgerd.node.batch_desk import BatchDesk
from ledgerd.node.bundle_book import BundleBook, CheckedBundle
from ledgerd.node.inputs import BlockAdopted, BlockExecuted, Input, Inputs
from ledgerd.node.witnesses import Witnesses
from ledgerd.primitives.state_tree import StateTree
from ledgerd.storage.sidecar_store import sidecar_hash
from tests.unit.ledgerd.node.samples import (
    NOON_MS,
    StillClock,
    allot,
    batch,
    checked,
    naming,
    numbered,
    signed,
)
from tests.unit.ledgerd.node.worlds import Chain, chain, seal_of


@dataclass
class Bench:
    """An applier with everything around it."""

    node: Chain
    book: BundleBook
    applier: Applier
    told: trio.MemoryReceiveChannel[Inputs]
    missing: list[bytes]
    over: list[bytes]
    witnesses: Witnesses

    async def next_news(self) -> Input:
        while True:
            news = await self.told.receive()
            if news:
                return news[0]

    def decide(self, *bundles: CheckedBundle, height: int = 1, parent: bytes | None = None) -> None:
        digests = tuple(bundle.digest for bundle in bundles)
        self.applier.decide(decided(batch(*digests, sequence=height, parent=parent)))


def decided(of: object) -> Decided:
    certificate = Certificate(
        VoteKind.COMMIT, 0, View(1), SequenceNumber(of.sequence), of.digest, ()
    )
    return Decided(of, certificate)


@asynccontextmanager
async def bench(node: Chain | None = None) -> AsyncIterator[Bench]:
    node = node or chain()
    book = BundleBook(1 << 20, 4)
    desk = BatchDesk(book, BundlesInBlocks(node.blocks), 1 << 20)
    inbox, told = trio.open_memory_channel[Inputs](64)
    missing: list[bytes] = []
    over: list[bytes] = []
    witnesses = Witnesses(StillClock())
    ports = ApplyPorts(
        blocks=node.blocks,
        sidecars=node.sidecars,
        witnesses=witnesses,
        driver=inbox,
        writer=trio.CapacityLimiter(1),
        note_missing=missing.extend,
        note_over=over.extend,
    )
    applier = Applier(node.executor, book, desk, ports)
    with trio.fail_after(10):
        async with trio.open_nursery() as nursery:
            nursery.start_soon(applier.run)
            yield Bench(node, book, applier, told, missing, over, witnesses)
            nursery.cancel_scope.cancel()


async def run_until_halted(
    node: Chain, hand_over: Callable[[Applier], None], *bundles: CheckedBundle
) -> None:
    async with bench(node) as world:
        for bundle in bundles:
            world.book.add(bundle)
        hand_over(world.applier)
        await world.next_news()


async def test_a_decided_block_is_stored_before_anything_is_said_of_it() -> None:
    async with bench() as world:
        bundle = numbered(0)
        world.book.add(bundle)
        world.decide(bundle)

        news = await world.next_news()

        assert isinstance(news, BlockExecuted)
        assert world.node.blocks.tip is not None
        assert world.node.blocks.tip.header_hash == news.header_hash
        assert world.applier.height == 1
        assert bundle.digest not in world.book


async def test_a_decided_block_waits_for_its_bundles() -> None:
    async with bench() as world:
        bundle = numbered(0)
        world.decide(bundle)
        await trio.testing.wait_all_tasks_blocked()
        assert world.applier.height == 0
        assert world.book.wanted() == ((bundle.digest, 2),)

        world.book.add(bundle)
        world.applier.stir()

        assert isinstance(await world.next_news(), BlockExecuted)


async def test_a_sealed_block_overtakes_a_decided_one_that_lacks_its_bundles() -> None:
    donor = chain()
    read = signed(allot(0))
    await donor.grow(read)
    async with bench() as world:
        world.decide(checked(read))

        world.applier.offer_sealed(donor.sealed[0])

        assert isinstance(await world.next_news(), BlockAdopted)
        assert world.applier.header == donor.header


async def test_sealed_blocks_are_applied_in_order_however_they_come() -> None:
    donor = chain()
    for number in range(3):
        await donor.grow(signed(allot(number)))
    async with bench() as world:
        for block in reversed(donor.sealed):
            world.applier.offer_sealed(block)

        for _ in range(3):
            await world.next_news()

        assert world.applier.header == donor.header
        assert world.node.blocks.sealed_height == 3


async def test_a_block_that_comes_by_both_ways_is_applied_once_and_answered_twice() -> None:
    donor = chain()
    read = signed(allot(0))
    await donor.grow(read)
    async with bench() as world:
        world.applier.offer_sealed(donor.sealed[0])
        assert isinstance(await world.next_news(), BlockAdopted)

        world.applier.decide(decided(donor.sealed[0].contents.batch))

        news = await world.next_news()
        assert isinstance(news, BlockExecuted)
        assert news.header_hash == donor.sealed[0].header_hash
        assert world.applier.height == 1


async def test_a_sealed_header_that_execution_does_not_give_halts_the_node() -> None:
    donor = chain()
    await donor.grow(signed(allot(0)))
    good = donor.sealed[0]
    bad = replace(good, header_hash=bytes(32), seal=seal_of(good.header))

    with pytest.raises(BaseExceptionGroup) as caught:
        await run_until_halted(chain(), lambda applier: applier.offer_sealed(bad))

    assert caught.value.subgroup(NodeHalted) is not None


async def test_another_batch_decided_at_a_stored_height_halts_the_node() -> None:
    node = chain()
    await node.grow(signed(allot(0)))

    other = decided(batch(numbered(5).digest))
    with pytest.raises(BaseExceptionGroup) as caught:
        await run_until_halted(node, lambda applier: applier.decide(other))

    assert caught.value.subgroup(NodeHalted) is not None


async def test_a_bundle_that_an_earlier_block_holds_is_read_from_there() -> None:
    async with bench() as world:
        bundle = numbered(0)
        world.book.add(bundle)
        world.decide(bundle)
        first = await world.next_news()
        assert isinstance(first, BlockExecuted)

        world.decide(bundle, height=2, parent=first.batch.digest)
        await world.next_news()

        assert world.applier.height == 2


async def test_seals_are_stored_when_their_block_is_here() -> None:
    async with bench() as world:
        bundle = numbered(0)
        world.book.add(bundle)
        world.decide(bundle)
        await world.next_news()

        world.applier.store_seal(seal_of(world.applier.header))
        while world.node.blocks.sealed_height != 1:
            await trio.lowlevel.checkpoint()

        assert world.node.blocks.seal(1) is not None


async def test_a_seal_that_no_block_takes_along_is_durable_a_moment_later(
    mock_clock: trio.testing.MockClock,
) -> None:
    node = chain()
    async with bench(node) as world:
        bundle = numbered(0)
        world.book.add(bundle)
        world.decide(bundle)
        await world.next_news()
        world.applier.store_seal(seal_of(world.applier.header))
        await trio.testing.wait_all_tasks_blocked()
        assert (node.blocks.sealed_height, node.reopened().sealed_height) == (1, None)

        mock_clock.jump(applying.SEAL_SYNC_S)
        while node.reopened().sealed_height is None:
            await trio.lowlevel.checkpoint()

        assert node.reopened().seal(1) == node.blocks.seal(1)


async def test_a_seal_that_comes_before_its_block_waits_for_it() -> None:
    donor = chain()
    read = signed(allot(0))
    await donor.grow(read)
    async with bench() as world:
        world.applier.store_seal(seal_of(donor.header))
        await trio.testing.wait_all_tasks_blocked()
        assert world.node.blocks.sealed_height is None

        bundle = checked(read)
        world.book.add(bundle)
        world.decide(bundle)
        await world.next_news()

        assert world.node.blocks.sealed_height == 1


async def test_bundles_that_ran_out_of_time_are_given_up_at_a_block() -> None:
    async with bench() as world:
        late = numbered(7, until_ms=NOON_MS - 1_000)
        bundle = numbered(0)
        world.book.add(late)
        world.book.add(bundle)
        world.decide(bundle)

        await world.next_news()

        assert len(world.book) == 0
        assert world.over == [late.digest]


async def test_bundles_in_blocks_are_known_with_their_bytes() -> None:
    node = chain()
    first, second = signed(allot(0)), signed(allot(1), allot(2))
    await node.grow(first)
    await node.grow(second)
    bundles = [block.contents.bundles[0] for block in node.sealed]
    digests = [block.contents.batch.bundle_digests[0] for block in node.sealed]
    stored = BundlesInBlocks(node.blocks)

    assert stored.byte_count(digests) == sum(map(len, bundles))
    assert stored.byte_count(digests[1:]) == len(bundles[1])
    assert [stored.holds(digest) for digest in (*digests, numbered(9).digest)] == [
        True,
        True,
        False,
    ]


def forged_seal(height: int = 1) -> StableCertificate:
    """A quorum's seal of a header that this node never computed."""
    other = msgspec.structs.replace(chain().header, height=height, timestamp_ms=NOON_MS)
    return seal_of(other)


async def test_a_seal_of_another_header_halts_the_node_before_its_block_is_stored() -> None:
    """Else a restart would find the wrong state beside a seal, and call it sealed."""
    node = chain()
    bundle = numbered(0)

    def hand_over(applier: Applier) -> None:
        applier.store_seal(forged_seal())
        applier.decide(decided(batch(bundle.digest)))

    with pytest.raises(BaseExceptionGroup) as caught:
        await run_until_halted(node, hand_over, bundle)

    assert caught.value.subgroup(NodeHalted) is not None
    assert node.header.height == 0


async def test_a_late_seal_of_another_header_halts_the_node_and_is_not_stored() -> None:
    node = chain()
    await node.grow(signed(allot(0)), is_sealed=False)

    with pytest.raises(BaseExceptionGroup) as caught:
        await run_until_halted(node, lambda applier: applier.store_seal(forged_seal()))

    assert caught.value.subgroup(NodeHalted) is not None
    assert node.blocks.seal(1) is None


async def test_seals_of_several_blocks_go_with_the_next_one() -> None:
    donor = chain()
    for number in range(3):
        await donor.grow(signed(allot(number)))
    async with bench() as world:
        world.applier.store_seal(seal_of(donor.sealed[0].header))
        world.applier.store_seal(seal_of(donor.sealed[2].header))
        for block in donor.sealed:
            world.applier.offer_sealed(replace(block, seal=None))
        while world.applier.height < 3:
            await world.told.receive()

        held = [world.node.blocks.seal(height) is not None for height in (1, 2, 3)]
        assert held == [True, False, True]


async def test_a_caught_up_block_names_the_sidecars_that_it_came_without() -> None:
    donor, sidecar = chain(), b"sealed bytes"
    issue = signed(naming(sidecar))
    await donor.grow(issue)
    async with bench() as world:
        world.applier.offer_sealed(donor.sealed[0])
        await world.next_news()

        assert world.missing == [sidecar_hash(sidecar)]


async def test_the_sidecars_of_a_decided_block_are_stored_with_it() -> None:
    sidecar = b"sealed bytes"
    bundle = checked(signed(naming(sidecar)), sidecars=(sidecar,))
    async with bench() as world:
        world.book.add(bundle)
        world.decide(bundle)
        await world.next_news()

        assert world.node.sidecars.get(sidecar_hash(sidecar)) == sidecar
        assert world.missing == []


@pytest.mark.parametrize(
    ("sealed_height", "readable"),
    [(8, [False, False, True, True]), (4, [False, True, True, True]), (2, [True] * 4)],
)
async def test_old_states_are_deleted_behind_the_last_seal_and_only_there(
    monkeypatch: pytest.MonkeyPatch, sealed_height: int, readable: list[bool]
) -> None:
    monkeypatch.setattr(applying, "PRUNE_COUNT", 4)
    monkeypatch.setattr(applying, "STATES_KEPT_COUNT", 2)
    donor = chain()
    for number in range(8):
        await donor.grow(signed(allot(number)))
    async with bench() as world:
        for block in donor.sealed:
            seal = block.seal if block.header.height <= sealed_height else None
            world.applier.offer_sealed(replace(block, seal=seal))
        while world.applier.height < 8:
            await world.told.receive()
        await trio.testing.wait_all_tasks_blocked(0.05)

        def is_readable(height: int) -> bool:
            root = donor.sealed[height - 1].header.state_root
            try:
                return bool(list(StateTree(world.node.state, root, height).items()))
            except StorageCorrupted:
                return False

        assert [is_readable(height) for height in (1, 2, 6, 8)] == readable
