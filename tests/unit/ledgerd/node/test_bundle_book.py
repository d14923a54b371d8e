"""The book of bundles: bounded, each handed to the log once, nothing taken twice."""

import pytest
import trio

from ledgerd.node.bundle_book import HINTED_COUNT_MAX, REFUSED_COUNT_MAX, BundleBook
from tests.unit.ledgerd.node.samples import NOON_MS, numbered, some_digest

ROOMY = 1 << 20


def test_a_bundle_is_taken_once_and_handed_to_the_log_once() -> None:
    book = BundleBook(ROOMY, 4)
    bundle = numbered(1)

    assert book.add(bundle)
    assert not book.add(bundle)

    assert book.take_unsaved() == [bundle]
    assert book.take_unsaved() == []
    assert book.get(bundle.digest) is bundle


def test_an_author_fills_its_own_share_only() -> None:
    first, second, other = numbered(1), numbered(2), numbered(3, author=1)
    book = BundleBook(4 * (first.byte_count + 10), 4)

    assert book.add(first)
    assert not book.add(second)
    assert book.add(other)


def test_transactions_that_no_block_holds_are_counted_by_author() -> None:
    book = BundleBook(ROOMY, 4)
    first, other = numbered(1), numbered(2, author=1)
    book.add(first)
    book.add(other)
    assert (book.transaction_count, book.transaction_count_of(1)) == (2, 1)

    book.settle((other.digest,))

    assert (book.transaction_count, book.transaction_count_of(1)) == (1, 0)


def test_a_bundle_that_a_batch_wants_comes_in_whatever_its_author_holds() -> None:
    first, second = numbered(1), numbered(2)
    book = BundleBook(4 * (first.byte_count + 10), 4)
    book.add(first)

    book.want((second.digest,), 2, 1)

    assert book.wanted() == ((second.digest, 2),)
    assert book.add(second)
    assert book.wanted() == ()


async def test_whatever_begins_to_be_missing_rings_by_itself() -> None:
    """A node that does not vote checks no batch; it learns from the decision what it lacks.

    The fetcher was woken by checks and hints only: such a node waited for ever for a bundle whose
    frame was lost, one block behind all others.
    """
    book = BundleBook(ROOMY, 4)

    book.want((some_digest(1),), 2, 1)
    with trio.fail_after(1):
        await book.lacking.wait()
    book.heed(some_digest(2), 3)
    with trio.fail_after(1):
        await book.lacking.wait()


async def test_what_is_missing_already_does_not_ring_again(autojump_clock: object) -> None:
    book = BundleBook(ROOMY, 4)
    book.want((some_digest(1),), 2, 1)
    await book.lacking.wait()

    book.want((some_digest(1),), 2, 2)

    with pytest.raises(trio.TooSlowError), trio.fail_after(1):
        await book.lacking.wait()


def test_a_bundle_of_a_block_is_let_go_and_not_taken_again() -> None:
    book = BundleBook(ROOMY, 4)
    bundle = numbered(1)
    book.add(bundle)

    book.settle((bundle.digest,))

    assert len(book) == 0
    assert book.byte_count == 0
    assert book.is_over(bundle.digest)
    assert not book.add(bundle)


def test_what_ran_out_of_time_goes_unless_a_batch_holds_it() -> None:
    late, held = numbered(1, until_ms=NOON_MS), numbered(2, until_ms=NOON_MS)
    book = BundleBook(ROOMY, 4)
    book.add(late)
    book.add(held)

    over = book.expire(NOON_MS + 1, {held.digest})

    assert over == (late.digest,)
    assert held.digest in book


def test_refused_digests_are_remembered_in_bounded_number() -> None:
    book = BundleBook(ROOMY, 4)

    for number in range(REFUSED_COUNT_MAX + 1):
        book.refuse(some_digest(number))

    assert not book.is_refused(some_digest(0))
    assert book.is_refused(some_digest(REFUSED_COUNT_MAX))


def test_a_bundle_from_the_own_log_is_not_written_again() -> None:
    book = BundleBook(ROOMY, 4)

    book.add_saved(numbered(1))

    assert len(book) == 1
    assert book.take_unsaved() == []


def test_what_a_replica_says_it_waits_for_is_asked_of_it_once_for_each_time_it_says_so() -> None:
    book = BundleBook(ROOMY, 4)
    book.heed(some_digest(1), 3)

    assert book.take_hinted() == {3: (some_digest(1),)}
    assert book.take_hinted() == {}
    assert book.wanted() == ()

    book.heed(some_digest(1), 3)
    assert book.take_hinted() == {3: (some_digest(1),)}


def test_invented_bundles_that_a_replica_waits_for_take_bounded_room() -> None:
    book = BundleBook(ROOMY, 4)

    for number in range(HINTED_COUNT_MAX + 5):
        book.heed(some_digest(number), 3)
    book.heed(some_digest(0), 1)

    hinted = book.take_hinted()
    assert len(hinted[3]) == HINTED_COUNT_MAX
    assert hinted[1] == (some_digest(0),)


def test_a_bundle_that_is_here_or_in_a_block_is_not_asked_for_on_a_hint() -> None:
    book = BundleBook(ROOMY, 4)
    book.add(numbered(1))
    book.add(numbered(2))
    book.settle((numbered(2).digest,))
    book.heed(numbered(3).digest, 2)
    book.add(numbered(3))

    for bundle in (numbered(1), numbered(2)):
        book.heed(bundle.digest, 3)

    assert book.take_hinted() == {}


def test_the_newest_batch_is_served_first_and_the_wants_of_overtaken_ones_go() -> None:
    book = BundleBook(ROOMY, 4)
    book.want((some_digest(1),), 0, 4)
    book.want((some_digest(2),), 1, 5)

    assert book.wanted() == ((some_digest(2), 1), (some_digest(1), 0))

    book.forget_wants(4)
    assert book.wanted() == ((some_digest(2), 1),)


def test_what_a_block_holds_is_not_written_to_the_log_any_more() -> None:
    """A node that follows without a vote writes bundles late: a log of them would only grow."""
    book = BundleBook(ROOMY, 4)
    held, late, waiting = numbered(1), numbered(2, until_ms=NOON_MS), numbered(3)
    for bundle in (held, late, waiting):
        book.add(bundle)

    book.settle((held.digest,))
    book.expire(NOON_MS + 1, ())

    assert book.unsaved_bytes == waiting.byte_count
    assert book.take_unsaved() == [waiting]


def test_bundles_of_an_author_are_counted_while_no_block_holds_them() -> None:
    book = BundleBook(ROOMY, 4)
    one, two, other = numbered(1), numbered(2), numbered(3, author=1)
    for bundle in (one, two, other):
        book.add(bundle)
    assert (book.count_of(0), book.count_of(1)) == (2, 1)

    book.settle((one.digest,))

    assert (book.count_of(0), book.count_of(1)) == (1, 1)


def test_what_was_refused_or_settled_is_wanted_no_more() -> None:
    book = BundleBook(ROOMY, 4)
    refused, settled, wanted = (some_digest(number) for number in range(3))
    book.want((refused, settled, wanted), 2, 5)

    book.refuse(refused)
    book.settle((settled,))

    assert book.wanted() == ((wanted, 2),)


def test_a_known_bundle_is_not_refused_afterwards() -> None:
    """Its bytes hold: whoever says otherwise sent other bytes."""
    book = BundleBook(ROOMY, 4)
    bundle = numbered(1)
    book.add(bundle)

    book.refuse(bundle.digest)

    assert not book.is_refused(bundle.digest)
    assert book.get(bundle.digest) is bundle
