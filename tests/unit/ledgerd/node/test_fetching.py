"""Missing bundles are asked for: of the proposer, then of others; but not what waits here."""

import pytest
import trio
import trio.testing

from ledgerd.node.bundle_book import BundleBook
from ledgerd.node.fetching import BundleFetcher
from ledgerd.node.package_queue import PackageQueue
from ledgerd.node.sync_messages import BundlesRequest
from tests.unit.ledgerd.node.samples import (
    MEMBERS,
    allot,
    named_package,
    numbered,
    signed,
    some_digest,
)
from tests.unit.ledgerd.node.worlds import PaperTransport


async def test_the_proposer_is_asked_first_then_another_until_it_came(
    autojump_clock: object,
) -> None:
    book, paper = BundleBook(1 << 20, 4), PaperTransport()
    fetcher = BundleFetcher(
        book, paper, MEMBERS, lambda: (MEMBERS[0], MEMBERS[2]), PackageQueue(MEMBERS)
    )
    bundle = numbered(1)

    async with trio.open_nursery() as nursery:
        nursery.start_soon(fetcher.run)
        book.want((bundle.digest,), 2, 1)
        while len(paper.offers) < 3:
            await paper.offered.wait()
        book.add(bundle)
        with trio.move_on_after(5):
            await paper.offered.wait()
        nursery.cancel_scope.cancel()

    assert [offer.to for offer in paper.offers] == [MEMBERS[2], MEMBERS[2], MEMBERS[0]]
    assert {offer.sync for offer in paper.offers} == {BundlesRequest(digests=(bundle.digest,))}


async def test_without_links_nobody_is_asked(autojump_clock: object) -> None:
    book, paper = BundleBook(1 << 20, 4), PaperTransport()
    fetcher = BundleFetcher(book, paper, MEMBERS, tuple, PackageQueue(MEMBERS))

    async with trio.open_nursery() as nursery:
        nursery.start_soon(fetcher.run)
        book.want((numbered(1).digest,), 2, 1)
        await trio.testing.wait_all_tasks_blocked()
        nursery.cancel_scope.cancel()

    assert paper.offers == []


async def test_invented_hints_do_not_keep_the_bundles_of_a_batch_waiting(
    autojump_clock: object,
) -> None:
    book, paper = BundleBook(1 << 20, 4), PaperTransport()
    fetcher = BundleFetcher(
        book, paper, MEMBERS, lambda: (MEMBERS[0], MEMBERS[2]), PackageQueue(MEMBERS)
    )
    bundle = numbered(1)

    async with trio.open_nursery() as nursery:
        nursery.start_soon(fetcher.run)
        for number in range(200):
            book.heed(some_digest(number), 0)
        book.want((bundle.digest,), 2, 1)
        with trio.move_on_after(2):
            await trio.sleep_forever()
        nursery.cancel_scope.cancel()

    wanted = BundlesRequest(digests=(bundle.digest,))
    about_hints = [offer for offer in paper.offers if offer.sync != wanted]
    assert paper.offers[0].sync == wanted
    assert {offer.to for offer in about_hints} == {MEMBERS[0]}
    assert len(about_hints) == 4  # 200 digests in requests of 64, each asked once


@pytest.mark.parametrize("brought_by", [MEMBERS[0], MEMBERS[2]], ids=["author", "asked"])
async def test_what_waits_here_for_its_check_is_not_asked_for(
    autojump_clock: object, brought_by: str
) -> None:
    """A node that is behind must not make the others send it all again."""
    book, paper, packages = BundleBook(1 << 20, 4), PaperTransport(), PackageQueue(MEMBERS)
    fetcher = BundleFetcher(book, paper, MEMBERS, lambda: MEMBERS, packages)
    waiting = named_package(brought_by, signed(allot(1)))
    packages.put(waiting)

    async with trio.open_nursery() as nursery:
        nursery.start_soon(fetcher.run)
        book.heed(waiting.digest, 2)
        book.want((waiting.digest,), 2, 1)
        with trio.move_on_after(5):
            await trio.sleep_forever()
        assert paper.offers == []
        packages.take(1)
        packages.note_checked(waiting, is_spoilt=True)
        await paper.offered.wait()
        nursery.cancel_scope.cancel()

    assert [offer.to for offer in paper.offers] == [MEMBERS[2]]


async def test_a_copy_of_somebody_else_keeps_nobody_from_asking(autojump_clock: object) -> None:
    """Whoever spoils a copy and lets it wait in a long lane must not keep a good one away."""
    book, paper, packages = BundleBook(1 << 20, 4), PaperTransport(), PackageQueue(MEMBERS)
    fetcher = BundleFetcher(book, paper, MEMBERS, lambda: MEMBERS, packages)
    spoilt = named_package(MEMBERS[3], signed(allot(1)))
    packages.put(spoilt)

    async with trio.open_nursery() as nursery:
        nursery.start_soon(fetcher.run)
        book.heed(spoilt.digest, 2)
        await paper.offered.wait()
        nursery.cancel_scope.cancel()

    assert [offer.to for offer in paper.offers] == [MEMBERS[2]]
