"""Sealed bytes of others are let go when their time has passed, and not before."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from types import SimpleNamespace

import pytest
import trio
import trio.testing

from consensus.codec import decode_batch, decode_seal
from ledgerd.chain.block import decode_block, header_hash
from ledgerd.chain.bundle import decode_bundle
from ledgerd.chain.genesis import genesis_hash
from ledgerd.chain.params import DAY_MS
from ledgerd.clock import SystemClock
from ledgerd.config import HomePaths
from ledgerd.errors import StorageWriteFailed
from ledgerd.keys.keyring import KeyRing
from ledgerd.ledger.fields import BillRef
from ledgerd.network.frames import FrameKind
from ledgerd.network.inbox import Incoming, LinkUp
from ledgerd.node import letting_go
from ledgerd.node.applying import SealedBlock
from ledgerd.node.belonging import Belonging
from ledgerd.node.engine import Engine
from ledgerd.node.executor import BlockContents
from ledgerd.node.letting_go import LetGoPorts, LettingGo, bill_named
from ledgerd.node.pool import PoolItem
from ledgerd.node.sync_messages import HeadNotice, SidecarsRequest, encode_sync
from ledgerd.primitives.sealing import SealedPayload
from ledgerd.storage.block_store import BlockStore
from ledgerd.storage.memory import MemoryStore
from ledgerd.storage.sidecar_store import SidecarStore, sidecar_hash
from tests.unit.ledgerd.node.bills import RANGE, bill_ref, bill_sealed, numbers_kept, sealed_for
from tests.unit.ledgerd.node.engines import PaperLinks
from tests.unit.ledgerd.node.homes import SampleHome
from tests.unit.ledgerd.node.samples import MEMBERS, NAMES, NOON_MS, allot, naming, signed
from tests.unit.ledgerd.node.solo import config_of, running, solo_home
from tests.unit.ledgerd.node.worlds import Chain, Offer, chain

HOSPITAL, INSURER = NAMES["hospital"], NAMES["insurer"]
HOLD_MS = 7 * DAY_MS
MINUTE_MS = 60_000
DOCUMENT = b"a document that is not of a bill"


@dataclass
class House:
    """A chain with bills, and what lets go on the node of one institution."""

    world: Chain
    institution: str = INSURER
    members: tuple[str, ...] = MEMBERS
    missing: list[bytes] = field(default_factory=list)

    def sweeper(self) -> LettingGo:
        """Begin anew, as a start does; only the stores remember."""
        state = self.world.state
        belonging = Belonging(
            self.institution,
            self.members,
            state,
            lambda span, limit: state.scan(span, limit=limit),
        )
        return LettingGo(
            LetGoPorts(
                blocks=self.world.blocks,
                sidecars=self.world.sidecars,
                belonging=belonging,
                note_missing=self.missing.extend,
                writer=trio.CapacityLimiter(1),
            )
        )

    async def sweep(self) -> None:
        sweeper = self.sweeper()
        while (page := sweeper.next_page()) is not None:
            await sweeper.carry_out(page)

    async def bill(self, number: int, *readers: str) -> bytes:
        """Issue a bill in a block of its own; give the name of its sidecar."""
        sealed = sealed_for(f"bill {number}", *(readers or (HOSPITAL,)))
        read = signed(bill_sealed(number, sealed), kind="hospital")
        await self.world.grow(read, sidecars=(sealed.sidecar,))
        return sealed.sidecar_hash

    async def pass_time(self, late_ms: int) -> None:
        self.world.late_ms = late_ms
        await self.world.grow()

    def holds(self, name: bytes) -> bool:
        return self.world.sidecars.get(name) is not None


FOREIGN = numbers_kept(MEMBERS, INSURER, is_kept=False)
KEPT = numbers_kept(MEMBERS, INSURER, is_kept=True)


@pytest.fixture
async def house() -> House:
    made = House(chain())
    await made.world.grow(signed(RANGE))
    return made


async def test_what_nobody_here_reads_or_keeps_goes_after_its_time_and_not_before(
    house: House,
) -> None:
    name = await house.bill(FOREIGN[0])

    issued_ms = house.world.header.timestamp_ms

    await house.pass_time(HOLD_MS - 1)  # a block is a millisecond after the one before
    assert house.world.header.timestamp_ms - issued_ms == HOLD_MS
    await house.sweep()
    assert house.holds(name)

    await house.pass_time(HOLD_MS - 1)
    await house.sweep()
    assert not house.holds(name)
    assert house.world.sidecars.missing((name,)) == ()
    assert house.missing == []


async def test_readers_and_keepers_hold_theirs_for_good(house: House) -> None:
    kept = await house.bill(KEPT[0])
    reader_number = next(number for number in FOREIGN if number > KEPT[0])
    read = await house.bill(reader_number, HOSPITAL, INSURER)
    gone = await house.bill(next(number for number in FOREIGN if number > reader_number))

    await house.pass_time(9 * DAY_MS)
    await house.sweep()

    assert house.holds(kept)
    assert house.holds(read)
    assert not house.holds(gone)


async def test_documents_and_refused_bills_have_no_keepers_and_stay(house: House) -> None:
    await house.world.grow(signed(naming(DOCUMENT)), sidecars=(DOCUMENT,))
    refused = sealed_for("refused", HOSPITAL)
    await house.world.grow(
        signed(bill_sealed(FOREIGN[0], refused), kind="insurer"), sidecars=(refused.sidecar,)
    )

    await house.pass_time(9 * DAY_MS)
    await house.sweep()

    assert house.holds(sidecar_hash(DOCUMENT))
    assert house.holds(refused.sidecar_hash)


async def test_a_start_goes_on_where_a_crash_in_the_middle_left_it(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(letting_go, "PAGE_COUNT", 2)
    names = [await house.bill(number) for number in FOREIGN[:4]]
    await house.pass_time(9 * DAY_MS)

    first = house.sweeper().next_page()  # the blocks of the range and of the first bill
    assert first is not None
    await house.sweeper().carry_out(first)
    assert [house.holds(name) for name in names] == [False, True, True, True]

    again = house.sweeper().next_page()
    assert again is not None
    assert again.height == first.height + 2
    assert set(again.let_go) == set(names[1:3])
    await house.sweep()
    assert not any(map(house.holds, names))


class FullDisk(MemoryStore):
    """Refuses every write once it is full."""

    is_full = False

    def write(self, *args: object, **kwargs: object) -> None:
        if self.is_full:
            raise StorageWriteFailed("the disk is full")
        super().write(*args, **kwargs)


async def test_a_write_that_failed_let_nothing_go(house: House) -> None:
    disk = FullDisk()
    house.world.sidecars = SidecarStore(disk)
    name = await house.bill(FOREIGN[0])
    await house.pass_time(9 * DAY_MS)

    disk.is_full = True
    with pytest.raises(StorageWriteFailed):
        await house.sweep()
    assert house.holds(name)

    disk.is_full = False
    await house.sweep()
    assert not house.holds(name)


async def test_what_is_wanted_and_not_here_is_fetched_and_the_rest_is_not(house: House) -> None:
    kept = await house.bill(KEPT[0])
    foreign = await house.bill(next(number for number in FOREIGN if number > KEPT[0]))
    house.world.sidecars = SidecarStore(MemoryStore())
    await house.pass_time(9 * DAY_MS)

    await house.sweep()

    assert house.missing == [kept]
    assert house.world.sidecars.missing((kept, foreign)) == (kept,)


async def test_a_chain_that_is_fetched_again_brings_nothing_back(house: House) -> None:
    house.institution = NAMES["medicare"]
    foreign = numbers_kept(MEMBERS, house.institution, is_kept=False)
    name = await house.bill(foreign[0])
    await house.pass_time(9 * DAY_MS)
    await house.sweep()
    assert not house.holds(name)
    page = house.sweeper().next_page()
    assert page is None

    other = SidecarStore(MemoryStore())
    mark = house.world.sidecars.bill_let_go(name)
    assert mark is not None
    assert bill_named(mark) == bill_ref(foreign[0])
    other.sweep(letting_go.Sweep(1, bytes(32), {name: mark}, ()))  # of blocks that are not here
    house.world.sidecars = other

    await house.sweep()

    assert house.missing == []
    assert other.missing((name,)) == ()


async def test_bytes_of_another_bill_cannot_be_named_to_have_its_keeper_forget_them(
    house: House,
) -> None:
    sealed = sealed_for("of somebody else", NAMES["medicare"])
    read = signed(bill_sealed(FOREIGN[0], sealed), kind="hospital")
    await house.world.grow(read, sidecars=(sealed.sidecar,))
    await house.pass_time(9 * DAY_MS)

    await house.sweep()

    assert house.holds(sealed.sidecar_hash)


async def test_the_task_looks_at_its_start_and_when_time_has_passed_on_the_chain(
    house: House,
) -> None:
    first = await house.bill(FOREIGN[0])
    house.world.late_ms = 30 * MINUTE_MS
    second = await house.bill(FOREIGN[1])
    await house.pass_time(HOLD_MS + 10 * MINUTE_MS)
    sweeper = house.sweeper()
    with trio.fail_after(10):
        async with trio.open_nursery() as nursery:
            nursery.start_soon(sweeper.run)
            while house.holds(first):
                await trio.lowlevel.checkpoint()
            assert house.holds(second)

            house.world.late_ms = HOLD_MS + 40 * MINUTE_MS
            sweeper.on_block(await house.world.grow())
            while house.holds(second):
                await trio.lowlevel.checkpoint()
            nursery.cancel_scope.cancel()


async def test_blocks_of_the_same_minute_cost_no_look(house: House) -> None:
    sweeper = house.sweeper()
    time_ms = house.world.header.timestamp_ms
    sweeper.on_block(SimpleNamespace(header=SimpleNamespace(timestamp_ms=time_ms)))
    name = await house.bill(FOREIGN[0])
    async with trio.open_nursery() as nursery:
        nursery.start_soon(sweeper.run)
        await trio.testing.wait_all_tasks_blocked(0.05)
        await house.pass_time(9 * DAY_MS)
        near = SimpleNamespace(header=SimpleNamespace(timestamp_ms=time_ms + 59_999))
        sweeper.on_block(near)
        await trio.testing.wait_all_tasks_blocked(0.05)
        assert house.holds(name)
        nursery.cancel_scope.cancel()


def test_the_mark_of_a_bill_names_it() -> None:
    assert bill_named(b"990101260000000007") == BillRef(code="99010126", number="0000000007")


async def blocks_of_eight_days(
    home: SampleHome, sealed: SealedPayload, monkeypatch: pytest.MonkeyPatch
) -> list[SealedBlock]:
    """Have a validator order a bill and a document, and one more block eight days later."""
    name = genesis_hash(home.genesis)
    issued = signed(bill_sealed(RANGE.first, sealed), kind="hospital", chain_id=name)
    other = signed(naming(DOCUMENT), chain_id=name)
    async with running(home) as solo:
        await solo.node.submit(solo.sign(RANGE).encoded, ())
        await solo.node.wait(solo.sign(RANGE).transaction_id, 10)
        solo.engine.core.pool.add(PoolItem(other, (DOCUMENT,)))  # refused, but a block holds it
        await solo.node.submit(issued.encoded, (sealed.sidecar,))
        for read in (other, issued):
            await solo.node.wait(read.transaction_id, 10)

    late_ms = NOON_MS + 8 * DAY_MS
    later = SystemClock(late_ms - SystemClock().wall_ms())
    monkeypatch.setattr("tests.unit.ledgerd.node.solo.noon_clock", lambda: later)
    async with running(home) as solo:
        read = solo.sign(allot(2), until_ms=late_ms + 3_600_000)
        await solo.node.submit(read.encoded, ())
        await solo.node.wait(read.transaction_id, 10)
        blocks = solo.engine.home.chain.blocks
        while (blocks.sealed_height or 0) < solo.engine.height:
            await trio.lowlevel.checkpoint()
        return [sealed_block(blocks, height) for height in range(1, solo.engine.height + 1)]


def sealed_block(blocks: BlockStore, height: int) -> SealedBlock:
    stored, seal = blocks.block(height), blocks.seal(height)
    assert stored is not None
    block = decode_block(stored)
    reads = [r for bundle in block.bundles for r in decode_bundle(bundle).transactions]
    return SealedBlock(
        block.header,
        header_hash(block.header),
        BlockContents(decode_batch(block.batch), block.bundles, tuple(reads)),
        None if seal is None else decode_seal(seal),
    )


def observers_home(folder: Path, begun: SampleHome) -> SampleHome:
    paths = HomePaths(folder / "observer")
    paths.home.mkdir()
    KeyRing.create(paths.keys, INSURER)
    paths.genesis.write_bytes(begun.paths.genesis.read_bytes())
    return SampleHome(paths, begun.genesis, INSURER)


@asynccontextmanager
async def observing(
    home: SampleHome, height: int
) -> AsyncIterator[tuple[Engine, list[tuple[bytes, ...]]]]:
    """Run an observer that is linked to the validator; give what sidecars it asks for."""
    links, opened = PaperLinks(), home.open()
    asked: list[tuple[bytes, ...]] = []

    def note(offer: Offer) -> None:
        if offer.kind is FrameKind.SYNC and isinstance(offer.sync, SidecarsRequest):
            asked.append(offer.sync.hashes)

    links.on_offer.append(note)
    engine = Engine(opened, config_of(home), SystemClock(), links)
    try:
        with trio.fail_after(20):
            async with trio.open_nursery() as nursery:
                await nursery.start(engine.run, [])
                await links.arrivals.send(LinkUp(MEMBERS[0]))
                head = encode_sync(HeadNotice(height=height))
                await links.arrivals.send(Incoming(MEMBERS[0], FrameKind.SYNC, head))
                yield engine, asked
                nursery.cancel_scope.cancel()
    finally:
        opened.close()


async def test_an_engine_lets_go_and_does_not_fetch_it_back_after_a_start(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    sealed = sealed_for("a bill", HOSPITAL)
    begun = solo_home(tmp_path)
    blocks = await blocks_of_eight_days(begun, sealed, monkeypatch)
    home = observers_home(tmp_path, begun)

    async with observing(home, len(blocks)) as (engine, _):
        engine.home.sidecars.put((sealed.sidecar,))
        for block in blocks:
            engine.core.applier.offer_sealed(block)
        while engine.height < len(blocks) or engine.home.sidecars.get(sealed.sidecar_hash):
            await trio.lowlevel.checkpoint()

    async with observing(home, len(blocks)) as (engine, asked):
        while not asked:
            await trio.lowlevel.checkpoint()
        assert asked[0] == (sidecar_hash(DOCUMENT),)  # the only one that is missing
        assert engine.exchange.sidecars.missing_count == 1
