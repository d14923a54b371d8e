"""Bundles of this node: at once when quiet, together when busy, to everybody."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass

import trio

from ledgerd.chain.block_check import verify_bundle
from ledgerd.chain.bundle import decode_bundle
from ledgerd.network.frames import FrameKind
from ledgerd.node.bundle_book import BundleBook
from ledgerd.node.bundling import (
    OWED_COUNT_MIN,
    OWN_TURN_COUNT,
    BundleMaking,
    Bundler,
)
from ledgerd.node.checking import CheckRules
from ledgerd.node.inputs import BundlesKnown, Inputs
from ledgerd.node.pool import Pool, PoolItem
from ledgerd.node.tempo import BUNDLE_S
from tests.unit.ledgerd.node.samples import (
    VALIDATOR_SIGNERS,
    StillClock,
    allot,
    check_package,
    epoch,
    numbered,
    signed,
)
from tests.unit.ledgerd.node.test_tempo import paced
from tests.unit.ledgerd.node.worlds import PaperTransport
from tests.virtual_time import pass_time


@dataclass
class Shop:
    """A bundler and what it works on."""

    pool: Pool
    book: BundleBook
    paper: PaperTransport
    bundler: Bundler
    told: trio.MemoryReceiveChannel[Inputs]

    def put(self, *numbers: int) -> None:
        for number in numbers:
            self.pool.add(PoolItem(signed(allot(number)), ()))
        self.bundler.stir()


@asynccontextmanager
async def shop(
    book_bytes_max: int = 64 << 20, per_s: int = 0, able_per_s: int = 100
) -> AsyncIterator[Shop]:
    pool, book, paper = Pool(1 << 20, 2_000), BundleBook(book_bytes_max, 4), PaperTransport()
    making = BundleMaking(
        membership=epoch().membership,
        validator=1,
        signer=VALIDATOR_SIGNERS[1],
        package_bytes_max=1 << 20,
        bundle_bytes_max=1 << 20,
        transaction_bytes_max=1 << 18,
        interval_ms=10,
        tempo=paced(able_per_s),
        per_s=lambda: per_s,
    )
    bundler = Bundler(pool, book, paper, StillClock(), making)
    inbox, told = trio.open_memory_channel[Inputs](16)
    async with trio.open_nursery() as nursery:
        nursery.start_soon(bundler.run, inbox)
        yield Shop(pool, book, paper, bundler, told)
        nursery.cancel_scope.cancel()


async def test_what_waits_goes_together_to_every_validator(autojump_clock: object) -> None:
    async with shop() as made:
        made.put(1, 2, 3)

        (news,) = await made.told.receive()

        assert isinstance(news, BundlesKnown)
        bundle = made.book.get(news.digests[0])
        assert bundle is not None
        assert len(bundle.transactions) == 3
        assert [(o.kind, o.to) for o in made.paper.offers] == [(FrameKind.BUNDLE, None)]


async def test_others_find_the_bundle_good(autojump_clock: object) -> None:
    async with shop() as made:
        made.put(1)
        (news,) = await made.told.receive()

        rules = CheckRules(epoch=epoch(), is_over=lambda _: False)
        checked = check_package(made.paper.offers[0].body, rules)

        assert checked == made.book.get(news.digests[0])
        verify_bundle(decode_bundle(checked.bundle), epoch())


async def test_the_next_bundle_follows_an_interval_later(autojump_clock: object) -> None:
    async with shop() as made:
        made.put(1)
        await made.told.receive()
        first = trio.current_time()

        made.put(2)
        await made.told.receive()

        assert round(trio.current_time() - first, 3) == 0.01


async def test_nothing_is_bundled_while_the_own_share_of_the_book_is_full(
    autojump_clock: object,
) -> None:
    async with shop(book_bytes_max=1_024) as made:
        made.put(1)

        with trio.move_on_after(1) as scope:
            await made.told.receive()

        assert scope.cancelled_caught
        assert len(made.pool) == 1


async def test_equal_contents_give_different_bundles(autojump_clock: object) -> None:
    """A bundle that was settled is not taken again: what is sent again needs another name."""
    async with shop() as made:
        made.put(1)
        (first,) = await made.told.receive()
        made.put(1)
        (second,) = await made.told.receive()

        assert first.digests != second.digests


async def test_what_is_owed_is_half_a_timeout_of_work_at_the_present_pace(
    autojump_clock: object,
) -> None:
    """What waits longer waits in the pool, where no primary owes it to anybody."""
    pace = 2 * OWED_COUNT_MIN  # in half of two seconds more than may always be owed
    async with shop(per_s=pace) as made:
        made.put(*range(1, pace + 50))
        await pass_time(5)

        assert made.book.transaction_count == pace
        assert len(made.pool) == 49


async def test_a_full_batch_of_a_slow_machine_may_always_be_owed(autojump_clock: object) -> None:
    async with shop() as made:
        made.put(*range(1, 2 * OWED_COUNT_MIN))
        await pass_time(5)

        assert made.book.transaction_count == OWED_COUNT_MIN


async def test_no_crumbs_are_bundled_while_own_bundles_wait(autojump_clock: object) -> None:
    """At its limit a busy network made bundles of a dozen, and each costs every node something."""
    async with shop(per_s=2 * OWED_COUNT_MIN - 1) as made:
        made.put(*range(1, 2 * OWED_COUNT_MIN + 2))
        await pass_time(0.5)

        assert made.book.transaction_count == OWED_COUNT_MIN
        made.book.settle([bundle.digest for bundle in made.book.bundles()])
        made.bundler.stir()
        await pass_time(0.5)
        assert made.book.transaction_count == OWED_COUNT_MIN + 1  # the last one waits for nothing


async def test_a_node_has_its_turn_however_much_is_owed_for_others(autojump_clock: object) -> None:
    async with shop() as made:
        for number in range(1, OWED_COUNT_MIN + 1):
            made.book.add(numbered(1_000 + number, author=2))
        made.put(*range(1, OWED_COUNT_MIN))
        await pass_time(5)

        assert made.book.transaction_count_of(1) == OWN_TURN_COUNT


async def test_a_full_pool_goes_into_one_bundle_of_a_quarter_second_of_work(
    autojump_clock: object,
) -> None:
    async with shop(able_per_s=800) as made:
        made.put(*range(1, 301))
        await made.told.receive()

        (bundle,) = made.book.bundles()
        assert len(bundle.transactions) == BUNDLE_S * 800


async def test_authors_who_bundle_at_the_same_time_share_the_room(autojump_clock: object) -> None:
    """Thirty nodes that saw the same room would else owe thirty times of it at once."""
    async with shop(per_s=403, able_per_s=1_600) as made:
        for number, author in ((1, 0), (2, 2), (3, 0)):
            made.book.add(numbered(1_000 + number, author=author))
        made.put(*range(1, 401))
        await made.told.receive()

        assert made.book.transaction_count_of(1) == 400 // 3
