"""The desk of batches: verdicts on bytes alone, fair choice, each obligation told once."""

from collections.abc import Sequence
from dataclasses import dataclass

import pytest

from consensus import BatchVerdict, Digest
from ledgerd.node.batch_desk import BatchDesk, BatchLimits
from ledgerd.node.bundle_book import BundleBook
from tests.unit.ledgerd.node.samples import NOON_MS, batch, numbered, some_digest

LATE_MS = NOON_MS + 10 * 3_600_000  # all samples have run out of time by then
ONE, TWO = numbered(1, author=1), numbered(2, author=2)


BYTES_MAX = 1 << 20


def limits(bundles: int, bytes_max: int = BYTES_MAX, transactions: int = 1_000) -> BatchLimits:
    return BatchLimits(bundles, bytes_max, transactions)


@dataclass(frozen=True)
class Stored:
    """Bundles that blocks hold, each of so many bytes."""

    digests: tuple[Digest, ...] = ()
    size: int = 0

    def holds(self, digest: Digest) -> bool:
        return digest in self.digests

    def byte_count(self, digests: Sequence[Digest]) -> int:
        assert set(digests) <= set(self.digests)
        return self.size * len(digests)


def desk_of(stored: tuple[Digest, ...] = ()) -> tuple[BatchDesk, BundleBook]:
    book = BundleBook(1 << 20, 4)
    return BatchDesk(book, Stored(stored), BYTES_MAX), book


def test_a_batch_whose_bundles_are_here_is_valid() -> None:
    desk, book = desk_of()
    book.add(ONE)
    book.add(TWO)

    assert desk.check(batch(ONE.digest, TWO.digest)) is BatchVerdict.VALID


def test_a_batch_with_a_refused_bundle_is_invalid() -> None:
    desk, book = desk_of()
    book.add(ONE)
    book.refuse(TWO.digest)

    assert desk.check(batch(ONE.digest, TWO.digest)) is BatchVerdict.INVALID


def test_a_batch_waits_for_what_is_missing_and_is_answered_when_it_came() -> None:
    desk, book = desk_of()
    waiting = batch(ONE.digest)

    assert desk.check(waiting) is None
    assert book.wanted() == ((ONE.digest, 2),)
    assert desk.take_answered() == []

    book.add(ONE)
    assert desk.take_answered() == [(waiting, BatchVerdict.VALID)]
    assert desk.take_answered() == []


def test_a_bundle_that_stands_in_a_block_is_at_hand() -> None:
    desk, book = desk_of(stored=(some_digest(1),))

    assert desk.check(batch(some_digest(1))) is BatchVerdict.VALID
    assert book.wanted() == ()


def test_authors_take_turns_in_a_batch_and_the_oldest_come_first() -> None:
    desk, book = desk_of()
    greedy = [numbered(number, author=0) for number in (1, 2, 3)]
    modest = numbered(4, author=1)
    for bundle in (*greedy, modest):
        book.add(bundle)

    assert desk.choose(limits(3)) == (greedy[0].digest, modest.digest, greedy[1].digest)


def test_a_bundle_in_a_batch_is_chosen_again_only_when_its_view_has_ended() -> None:
    desk, book = desk_of()
    book.add(ONE)
    desk.mark((ONE.digest,), 5)

    assert not desk.has_choice()

    desk.release(decided=4)
    assert desk.choose(limits(8)) == (ONE.digest,)


def test_a_decided_bundle_is_not_chosen_again_when_the_view_ends() -> None:
    desk, book = desk_of()
    book.add(ONE)
    desk.decide(batch(ONE.digest, sequence=5))

    desk.release(decided=5)

    assert desk.choose(limits(8)) == ()


def test_each_obligation_is_told_once_and_never_for_a_decided_bundle() -> None:
    desk, book = desk_of()
    book.add(ONE)
    book.add(TWO)
    desk.decide(batch(TWO.digest))

    assert desk.take_owed((ONE.digest, TWO.digest, some_digest(3))) == (ONE.digest,)
    assert desk.take_owed((ONE.digest, TWO.digest)) == ()


def test_a_batch_that_a_block_overtook_is_not_answered_any_more() -> None:
    desk, book = desk_of()
    waiting = batch(ONE.digest)
    desk.check(waiting)

    desk.settle(waiting.bundle_digests, height=1)
    book.add(ONE)

    assert desk.take_answered() == []


def test_a_bundle_of_a_proposal_that_lost_its_place_is_chosen_again() -> None:
    desk, book = desk_of()
    book.add(ONE)
    book.add(TWO)
    desk.check(batch(ONE.digest, sequence=5))
    winner = batch(TWO.digest, sequence=5)
    desk.decide(winner)

    book.settle(winner.bundle_digests)
    desk.settle(winner.bundle_digests, height=5)

    assert desk.choose(limits(8)) == (ONE.digest,)


def test_a_proposal_of_an_ended_view_does_not_hold_its_bundles_when_it_is_answered() -> None:
    desk, book = desk_of()
    book.add(ONE)
    lost = batch(ONE.digest, TWO.digest, sequence=5)
    desk.check(lost)
    desk.release(decided=4)

    book.add(TWO)
    assert desk.take_answered() == [(lost, BatchVerdict.VALID)]

    assert desk.choose(limits(8)) == (ONE.digest, TWO.digest)


def test_what_a_lost_proposal_wanted_is_not_wanted_any_more() -> None:
    desk, book = desk_of()
    desk.check(batch(ONE.digest, sequence=5))
    desk.check(batch(TWO.digest, sequence=6))

    desk.settle((), height=5)

    assert book.wanted() == ((TWO.digest, 2),)


def test_a_bundle_that_a_vote_may_rest_on_is_held_until_a_block_overtakes_its_batch() -> None:
    """The batch of an ended view may come back as an anchor, long after its bundles' time."""
    desk, book = desk_of()
    book.add(ONE)
    desk.check(batch(ONE.digest, sequence=5))

    desk.release(decided=4)
    assert book.expire(LATE_MS, desk) == ()

    desk.settle((), height=4)
    assert book.expire(LATE_MS, desk) == ()

    desk.settle((), height=5)
    assert book.expire(LATE_MS, desk) == (ONE.digest,)


def test_an_own_proposal_holds_its_bundles_and_an_invention_holds_nothing() -> None:
    desk, book = desk_of()
    desk.mark((TWO.digest,), 5)
    book.add(TWO)
    book.add(ONE)
    desk.mark((ONE.digest,), 5)

    desk.release(decided=4)

    assert book.expire(LATE_MS, desk) == (TWO.digest,)
    assert ONE.digest in desk


def test_bundles_of_a_block_are_held_no_more() -> None:
    desk, book = desk_of()
    book.add(ONE)
    desk.hold(batch(ONE.digest, sequence=9))

    desk.settle((ONE.digest,), height=3)

    assert ONE.digest not in desk


def test_a_batch_is_closed_when_the_next_bundle_would_be_too_much() -> None:
    desk, book = desk_of()
    book.add(ONE)
    book.add(TWO)
    both = len(ONE.bundle) + len(TWO.bundle)

    assert desk.choose(limits(8, bytes_max=both)) == (ONE.digest, TWO.digest)
    assert desk.choose(limits(8, bytes_max=both - 1)) == (ONE.digest,)
    assert desk.choose(limits(8, transactions=1)) == (ONE.digest,)


def test_a_bundle_that_is_too_large_for_the_pace_is_proposed_alone() -> None:
    desk, book = desk_of()
    book.add(ONE)

    assert desk.choose(limits(8, transactions=0)) == (ONE.digest,)


def test_a_batch_of_too_many_bytes_is_invalid_whoever_proposed_it() -> None:
    book = BundleBook(1 << 20, 4)
    book.add(ONE)
    book.add(TWO)
    desk = BatchDesk(book, Stored(), len(ONE.bundle) + len(TWO.bundle) - 1)

    assert desk.check(batch(ONE.digest, TWO.digest)) is BatchVerdict.INVALID
    assert desk.check(batch(ONE.digest)) is BatchVerdict.VALID


@pytest.mark.parametrize("is_one_stored", [False, True], ids=["in the book", "in a block"])
@pytest.mark.parametrize(
    ("spare", "verdict"), [(0, BatchVerdict.VALID), (-1, BatchVerdict.INVALID)]
)
def test_a_bundle_weighs_the_same_wherever_it_stands_by_now(
    is_one_stored: bool, spare: int, verdict: BatchVerdict
) -> None:
    """Nodes that are further and nodes that are not must give one verdict: it is never changed."""
    book = BundleBook(1 << 20, 4)
    book.add(TWO)
    stored = Stored((ONE.digest,), len(ONE.bundle)) if is_one_stored else Stored()
    if not is_one_stored:
        book.add(ONE)
    desk = BatchDesk(book, stored, len(ONE.bundle) + len(TWO.bundle) + spare)

    assert desk.check(batch(ONE.digest, TWO.digest)) is verdict


def test_a_bundle_that_came_after_its_batch_is_held_as_well() -> None:
    desk, book = desk_of()
    desk.check(batch(ONE.digest, sequence=5))
    book.add(ONE)
    desk.take_answered()

    desk.release(decided=4)

    assert book.expire(LATE_MS, desk) == ()


def test_a_bundle_runs_out_of_time_after_its_last_millisecond() -> None:
    desk, book = desk_of()
    book.add(ONE)

    assert book.expire(ONE.valid_until_ms, desk) == ()
    assert book.expire(ONE.valid_until_ms + 1, desk) == (ONE.digest,)
