"""Memory stays inside named limits whatever others send (consensus.md section 9)."""

from dataclasses import replace

from consensus import Ports, Replica
from consensus.codec import encode_message
from consensus.faults import FaultKind
from consensus.fetching import ANSWER_BYTES_MAX, ANSWERS_MAX
from consensus.messages import OWED_NAMED_MAX, BatchReply, FetchBatch, Status
from consensus.timers import BACKOFF_MAX, backed_off
from tests.unit.consensus.builders import (
    NOW,
    STATUS_MS,
    A,
    KeyedHash,
    batch,
    bench,
    checkpoint,
    claim,
    commit,
    config,
    digest_of,
    membership,
    ports,
    pre_prepare,
    prepare,
    said,
    status,
    view_change,
)


def numbered(sequence: int):
    return batch(f"bundle {sequence}", sequence=sequence)


def test_votes_above_twice_the_window_are_not_kept() -> None:
    """Votes: per sender and sequence in (low, low + 2 WINDOW]."""
    backup = bench(of=membership(window=2))
    before = backup.replica.kept_count()
    for sequence in range(5, 50):
        backup.receive(prepare(3, numbered(sequence)), commit(3, numbered(sequence)))
        backup.receive(checkpoint(3, numbered(sequence)))
    assert backup.replica.kept_count() == before


def test_votes_are_kept_for_the_present_view_and_the_highest_other() -> None:
    """Votes: per kind, the one of the present view and the one of the highest other view."""
    backup = bench()
    for view in range(1, 60):
        backup.receive(prepare(3, A, view), commit(3, A, view))
    assert backup.replica.kept_count() == 4


def test_proposals_are_kept_for_the_present_view_the_next_and_the_highest_other() -> None:
    """Votes: per sender and sequence; a proposal is its primary's Prepare."""
    backup = bench()
    for view in range(1, 60):
        if view % 4 != 0:  # those are its own turns
            backup.receive(pre_prepare(A, view))
    proposals = 3
    senders_of_two_prepares = 3
    assert backup.replica.kept_count() <= proposals + 2 * senders_of_two_prepares


def test_a_proposal_of_the_next_view_is_kept_whatever_a_later_primary_sends() -> None:
    """Section 4, *Terms*: the next view may open any moment; its primary may have been quicker."""
    backup = bench(of=membership(term=1))
    child = batch("B", A, view=2)
    backup.accept(A)
    backup.receive(pre_prepare(child, 2), pre_prepare(batch("liar's", A, view=3), 3))
    step = backup.receive(*(commit(replica, A) for replica in (0, 2, 3)))
    assert backup.report.view == 2
    assert child in step.checks


def test_one_view_change_per_sender_is_kept() -> None:
    """One ViewChange per sender (the highest new view)."""
    backup = bench()
    for view in (5, 9, 7):
        backup.receive(view_change(3, view))
    [shown, *_] = said(backup.wait(STATUS_MS), Status)
    assert [claim.new_view for claim in shown.claims] == [9]


def test_a_status_names_the_oldest_obligations_up_to_a_limit() -> None:
    """Obligations by the host's bounded pool; a Status stays small."""
    backup = bench()
    names = [f"bundle {number}" for number in range(OWED_NAMED_MAX + 9)]
    backup.owe(*names)
    [shown, *_] = said(backup.wait(STATUS_MS), Status)
    assert shown.owed == tuple(digest_of(name) for name in names[:OWED_NAMED_MAX])
    assert len(encode_message(shown)) < 10_000


class Counting(KeyedHash):
    """Counts what it verifies."""

    count = 0

    def verify(self, public_key: bytes, payload: bytes, signature: bytes) -> bool:
        self.count += 1
        return super().verify(public_key, payload, signature)


def test_a_status_costs_no_more_verifications_than_it_names_replicas() -> None:
    """Section 2: per replica the newest; one that shows more of one is not looked at."""
    many_votes = tuple(replace(prepare(1, A, view), signature=bytes(64)) for view in range(1, 129))
    many_claims = tuple(claim(0, view) for view in range(2, 130))
    unordered = (claim(3, 2), claim(0, 2))
    shown = (
        status(0, votes=many_votes),
        status(0, claims=many_claims),
        status(0, claims=unordered),
        status(0, votes=(prepare(0, A), prepare(0, A))),
    )
    for one in shown:
        counting = Counting()
        replica = Replica(config(1), Ports(ports(1).signer, counting))
        replica.start(NOW)
        step = replica.receive(one, NOW)
        assert [fault.kind for fault in step.faults] == [FaultKind.ILL_FORMED_STATUS]
        assert counting.count == 0
        replica.receive(status(0, votes=many_votes[:1], claims=many_claims[:1]), NOW)
        assert counting.count == 2


def test_fetches_are_answered_so_often_per_peer_and_period() -> None:
    """Fetches answered per peer and second."""
    backup = bench()
    backup.accept(A)
    asked = [FetchBatch(3, 0, A.digest)] * (ANSWERS_MAX + 5)
    assert len(said(backup.receive(*asked), BatchReply)) == ANSWERS_MAX
    assert len(said(backup.receive(FetchBatch(0, 0, A.digest)), BatchReply)) == 1
    backup.tick(STATUS_MS)
    assert len(said(backup.receive(*asked), BatchReply)) == ANSWERS_MAX


def test_fetches_are_answered_per_peer_and_second_in_bytes_too() -> None:
    """Fetches answered per peer and second; the answer to a small question may be large."""
    wide = membership(bundle_count_max=4_096)
    backup = bench(of=wide)
    full = tuple(digest_of(f"bundle {number}") for number in range(4_096))
    parent = None
    for _ in range(wide.limits.window):
        parent = batch("full", parent, bundle_digests=full)
        backup.receive(pre_prepare(parent, of=wide))
        backup.check(parent)
    answer_bytes = wide.limits.window * 4_096 * 32
    for _ in range(2):
        said_now = said(backup.receive(*[FetchBatch(3, 0, parent.digest)] * 20), BatchReply)
        assert len(said_now) == ANSWER_BYTES_MAX // answer_bytes
        assert len(said_now[0].batches) == wide.limits.window
        backup.tick(STATUS_MS)


def test_what_lies_below_the_watermark_is_forgotten() -> None:
    """Window: nothing is kept at or below low but what the present view rests on."""
    backup = bench()
    counts = []
    last = None
    for number in range(12):
        last = batch(f"bundle {number}", last)
        backup.seal(last)
        counts.append(backup.replica.kept_count())
    assert max(counts[6:]) == counts[6]


def test_the_back_off_is_bounded() -> None:
    """Section 4, *Timeouts*: at most 8 times."""
    assert backed_off(1_000, 10**6) == BACKOFF_MAX * 1_000


def test_messages_of_another_epoch_change_nothing() -> None:
    """Section 7: messages of a later epoch are dropped. Checklist 12."""
    backup = bench()
    other = replace(membership(), epoch=1)
    strangers = (
        replace(prepare(3, A), epoch=1),
        replace(checkpoint(3, A), epoch=1),
        replace(view_change(3, 2), claim=replace(view_change(3, 2).claim, epoch=1)),
        replace(pre_prepare(A), batch=replace(A, epoch=1)),
        status(3, epoch=1),
        FetchBatch(3, other.epoch, A.digest),
    )
    before = backup.report
    for stranger in strangers:
        assert not backup.replica.receive(stranger, backup.now).sends
    assert backup.report == before
