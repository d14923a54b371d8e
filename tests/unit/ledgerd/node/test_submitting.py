"""Taking transactions in: refusals are certain, and nothing bad gets into the pool."""

from dataclasses import dataclass, field

import msgspec
import pytest
import trio

from ledgerd.chain.transaction import ReadTransaction
from ledgerd.ledger.reject_codes import RejectCode
from ledgerd.node.pool import Pool, PoolItem
from ledgerd.node.refusals import RefusalCode, SubmitRefused
from ledgerd.node.submitting import Desk, Submitter
from ledgerd.node.verifying import SLICE_COUNT
from ledgerd.node.witnesses import Witnesses
from tests.unit.ledgerd.node.samples import (
    CHAIN_ID,
    StillClock,
    allot,
    forged,
    naming,
    signed,
)
from tests.unit.ledgerd.node.test_applying import bench
from tests.unit.ledgerd.node.worlds import chain


@dataclass
class Bell:
    """Stands for the bundler, which is told to look at the pool."""

    count: int = 0

    def stir(self) -> None:
        self.count += 1


@dataclass
class Counter:
    """A submitter and its pool."""

    submitter: Submitter
    pool: Pool
    bell: Bell = field(default_factory=Bell)

    async def submit(self, *reads: ReadTransaction, sidecars: tuple[bytes, ...] = ()) -> list:
        return list(await self.submitter.submit_many([(r.encoded, sidecars) for r in reads]))


async def counter(
    gate: RefusalCode | None = None,
    committed: tuple[bytes, ...] = (),
    lags: bool = False,
    item_bytes_max: int = 4_096,
    transaction_bytes_max: int = 2_048,
) -> Counter:
    pool, bell, clock = Pool(1 << 20, 2_000), Bell(), StillClock()
    async with bench(chain()) as world:
        desk = Desk(
            chain_id=CHAIN_ID,
            pool=pool,
            state=world.node.state,
            applier=world.applier,
            bundler=bell,
            witnesses=Witnesses(clock),
            clock=clock,
            gate=lambda: gate,
            is_current=lambda: not lags,
            is_committed=lambda tx_id: tx_id in committed,
            item_bytes_max=item_bytes_max,
            transaction_bytes_max=transaction_bytes_max,
        )
    return Counter(Submitter(desk), pool, bell)


async def test_a_good_transaction_is_taken_and_its_id_given() -> None:
    desk = await counter()
    read = signed(allot(0))

    assert await desk.submit(read) == [read.transaction_id]
    assert len(desk.pool) == 1
    assert desk.bell.count == 1


async def test_the_same_transaction_again_is_taken_as_done() -> None:
    read = signed(allot(0))
    desk = await counter()
    await desk.submit(read)
    await desk.submit(read)
    assert len(desk.pool) == 1

    stored = await counter(committed=(read.transaction_id,))
    assert await stored.submit(read) == [read.transaction_id]
    assert len(stored.pool) == 0


@pytest.mark.parametrize(
    ("read", "sidecars", "code"),
    [
        (forged(signed(allot(0))), (), RefusalCode.MALFORMED),
        (signed(allot(0), chain_id=bytes(32)), (), RefusalCode.MALFORMED),
        (signed(allot(0)), (b"nobody names me",), RefusalCode.MALFORMED),
        (signed(*(allot(n) for n in range(60))), (), RefusalCode.TOO_LARGE),
        (signed(allot(0), kind="insurer"), (), RefusalCode.REJECTED),
    ],
    ids=["forged", "other chain", "foreign sidecar", "too large", "not allowed"],
)
async def test_what_is_wrong_is_refused_at_once(
    read: ReadTransaction, sidecars: tuple[bytes, ...], code: RefusalCode
) -> None:
    desk = await counter()

    (answer,) = await desk.submit(read, sidecars=sidecars)

    assert isinstance(answer, SubmitRefused)
    assert answer.code is code
    assert len(desk.pool) == 0


async def test_a_dry_run_names_the_reject_code() -> None:
    desk = await counter()

    (answer,) = await desk.submit(signed(allot(0), kind="insurer"))

    assert isinstance(answer, SubmitRefused)
    assert [receipt.code for receipt in answer.receipts] == [RejectCode.KIND_NOT_ALLOWED]


async def test_a_transaction_that_rests_on_one_that_waits_is_taken() -> None:
    desk = await counter()
    await desk.submit(signed(allot(0)))

    (answer,) = await desk.submit(signed(allot(0, code="99010127"), kind="insurer"))

    assert isinstance(answer, bytes)  # the block decides


async def test_a_node_that_lags_lets_the_block_decide() -> None:
    desk = await counter(lags=True)

    (answer,) = await desk.submit(signed(allot(0), kind="insurer"))

    assert isinstance(answer, bytes)


async def test_one_bad_of_many_leaves_the_others() -> None:
    desk = await counter()
    good = [signed(allot(number)) for number in range(12)]

    answers = await desk.submit(*good[:6], forged(signed(allot(50))), *good[6:])

    assert [isinstance(answer, bytes) for answer in answers] == [True] * 6 + [False] + [True] * 6
    assert len(desk.pool) == 12


async def test_bytes_that_are_no_transaction_are_malformed() -> None:
    desk = await counter()

    (answer,) = await desk.submitter.submit_many([(b"\xc1", ())])

    assert isinstance(answer, SubmitRefused)
    assert answer.code is RefusalCode.MALFORMED


async def test_a_closed_gate_refuses_all_with_its_reason() -> None:
    desk = await counter(gate=RefusalCode.NO_QUORUM)

    answers = await desk.submit(signed(allot(0)), signed(allot(1)))

    assert [answer.code for answer in answers] == [RefusalCode.NO_QUORUM] * 2
    assert answers[0].code.is_retryable


async def test_a_full_pool_says_so() -> None:
    desk = await counter()
    large = PoolItem(signed(allot(9)), (bytes(1 << 19),))
    desk.pool.add(large)

    (answer,) = await desk.submit(signed(allot(0)))

    assert isinstance(answer, SubmitRefused)
    assert answer.code is RefusalCode.POOL_FULL
    assert answer.retry_after_ms > 0
    await trio.lowlevel.checkpoint()


async def test_what_finds_no_room_is_refused_before_it_is_verified() -> None:
    desk = await counter()
    known = signed(allot(0))
    await desk.submit(known)
    desk.pool.add(PoolItem(signed(allot(9)), (bytes(1 << 19),)))

    answers = await desk.submit(forged(signed(allot(1))), forged(known), known)

    assert [a.code for a in answers[:2]] == [RefusalCode.POOL_FULL, RefusalCode.MALFORMED]
    assert answers[2] == known.transaction_id


async def test_many_are_checked_in_slices_between_which_others_have_their_turn() -> None:
    desk = await counter()
    reads = [signed(allot(number)) for number in range(3 * SLICE_COUNT)]
    turns = []

    async def others() -> None:
        while True:
            await trio.lowlevel.checkpoint()
            turns.append(len(desk.pool))

    async with trio.open_nursery() as nursery:
        nursery.start_soon(others)
        await trio.lowlevel.checkpoint()
        answers = await desk.submit(*reads)
        nursery.cancel_scope.cancel()

    assert answers == [read.transaction_id for read in reads]
    assert turns


@pytest.mark.parametrize("limit", ["item_bytes_max", "transaction_bytes_max"])
@pytest.mark.parametrize("missing", [0, 1])
async def test_what_fits_to_the_byte_is_taken_and_one_byte_more_is_not(
    limit: str, missing: int
) -> None:
    read = signed(allot(0))
    byte_count = len(read.encoded)
    if limit == "item_bytes_max":
        byte_count = PoolItem(read, ()).byte_count
    desk = await counter(**{limit: byte_count - missing})

    (answer,) = await desk.submit(read)

    found = answer.code if isinstance(answer, SubmitRefused) else None
    assert found is (RefusalCode.TOO_LARGE if missing else None)


@pytest.mark.parametrize(
    ("sidecars", "length", "is_malformed"),
    [((b"sealed",), 6, False), ((b"sealed",), 5, True), ((), 6, True)],
    ids=["as named", "another length", "missing"],
)
async def test_a_transaction_is_taken_with_exactly_the_sidecars_that_it_names(
    sidecars: tuple[bytes, ...], length: int, is_malformed: bool
) -> None:
    desk = await counter()
    await desk.submit(signed(allot(0)))  # while something waits, the rules are not asked
    operation = naming(b"sealed")
    named = msgspec.structs.replace(operation.document, sidecar_bytes=length)
    read = signed(msgspec.structs.replace(operation, document=named))

    (answer,) = await desk.submit(read, sidecars=sidecars)

    found = answer.code if isinstance(answer, SubmitRefused) else None
    assert found is (RefusalCode.MALFORMED if is_malformed else None)
