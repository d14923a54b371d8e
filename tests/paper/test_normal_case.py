"""The normal case, sentence by sentence (consensus.md section 3)."""

import pytest

from consensus import BatchVerdict, Step, UsageError
from consensus.faults import FaultKind
from consensus.messages import Checkpoint, Commit, Prepare, PrePrepare
from consensus.records import BatchRecord, CertificateRecord, SealRecord, VoteRecord
from tests.unit.consensus.builders import (
    WALL_MS,
    A,
    B,
    C,
    D,
    batch,
    bench,
    chain,
    checkpoint,
    commit,
    committed,
    digest_of,
    membership,
    new_view,
    pre_prepare,
    prepare,
    prepared,
    said,
    seal,
    status,
    view_change,
    written,
)


def test_the_primary_proposes_the_successor_of_its_last_proposal() -> None:
    """Section 3, *Primary of the active view*."""
    primary = bench(2)
    first, second = primary.propose("A"), primary.propose("B")
    [one], [two] = said(first, PrePrepare), said(second, PrePrepare)
    assert (one.sequence, two.sequence) == (1, 2)
    assert two.batch.parent_digest == one.digest


def test_the_primary_proposes_nothing_above_the_window() -> None:
    """Section 3: s is at most low + WINDOW."""
    primary = bench(2, membership(window=2))
    primary.propose("A")
    primary.propose("B")
    assert not primary.replica.can_propose()
    with pytest.raises(UsageError):
        primary.propose("C")


def test_a_proposal_is_on_disk_before_it_is_sent() -> None:
    """Section 2: vote guard, tip, batch."""
    step = bench(2).propose("A")
    [proposal] = said(step, PrePrepare)
    assert [record.batch for record in written(step, BatchRecord)] == [proposal.batch]
    assert [record.vote.digest for record in written(step, VoteRecord)] == [proposal.digest]


def test_a_primary_that_does_not_know_its_anchor_committed_proposes_it_again_first() -> None:
    """Section 3: it first proposes the anchor itself again."""
    primary = bench(3)
    primary.receive(pre_prepare(A))
    primary.check(A)
    step = primary.receive(*(view_change(replica, 2, prepared(A)) for replica in (0, 1, 2)))
    [again] = said(step, PrePrepare)
    assert (again.view, again.batch) == (2, A)
    [following] = said(primary.propose("B"), PrePrepare)
    assert following.batch.parent_digest == A.digest
    assert following.batch.proposed_in_view == 2


def test_nobody_but_the_primary_of_the_active_view_proposes() -> None:
    """Section 3: *Primary of the active view*."""
    assert not bench(1).replica.can_propose()


def test_a_backup_votes_for_what_the_host_found_valid() -> None:
    """Section 3, condition 6: Step.checks asks, batch_checked answers."""
    backup = bench()
    asked = backup.receive(pre_prepare(A))
    assert asked == Step(checks=(A,))
    assert [vote.digest for vote in said(backup.check(A), Prepare)] == [A.digest]


def test_no_vote_without_contents() -> None:
    """Section 3, condition 6: as long as the host does not answer, nothing is said."""
    backup = bench()
    backup.receive(pre_prepare(A))
    assert said(backup.wait(300), Prepare) == []


def test_a_batch_with_bad_contents_is_the_primarys_fault() -> None:
    """Section 3, condition 6."""
    backup = bench()
    backup.receive(pre_prepare(A))
    step = backup.reject(A)
    assert [(f.replica, f.kind) for f in step.faults] == [(2, FaultKind.INVALID_BATCH)]
    assert said(backup.check(A), Prepare) == []


def test_a_verdict_is_asked_once_and_remembered() -> None:
    """Section 3, condition 6: depends on the bytes alone and is remembered by digest."""
    backup = bench()
    backup.receive(pre_prepare(A))
    assert backup.receive(pre_prepare(A)).checks == ()


def test_a_prepare_is_on_disk_before_it_is_sent() -> None:
    """Section 2: vote guard, tip, the batch."""
    step = bench().accept(A)
    assert [record.batch for record in written(step, BatchRecord)] == [A]
    assert [record.vote.sequence for record in written(step, VoteRecord)] == [1]
    kinds = [type(record) for record in step.persist]
    assert kinds == [BatchRecord, VoteRecord]


def test_the_second_proposal_for_a_sequence_is_not_voted_for() -> None:
    """Section 3, condition 2: it has not voted for another digest at (view, sequence)."""
    backup = bench()
    backup.accept(A)
    other = batch("X")
    step = backup.receive(pre_prepare(other)) + backup.check(other)
    assert said(step, Prepare) == []
    assert [f.kind for f in step.faults] == [FaultKind.CONFLICTING_PREPARE]


def test_a_proposal_above_the_window_is_kept_for_later() -> None:
    """Section 3, condition 3: up to twice the window is kept for later."""
    backup = bench(of=membership(window=1))
    assert said(backup.accept(A), Prepare)
    assert backup.receive(pre_prepare(B)) == Step()
    step = backup.seal(A)
    assert step.checks == (B,)


def test_a_proposal_beyond_twice_the_window_is_a_hint_to_catch_up() -> None:
    """Section 3, condition 3."""
    backup = bench(of=membership(window=1))
    step = backup.receive(pre_prepare(C))
    assert [(hint.sequence, hint.replica) for hint in step.fetches] == [(3, 2)]


def test_a_batch_must_name_the_base_as_its_parent() -> None:
    """Section 3, condition 4."""
    backup = bench()
    backup.accept(A)
    stranger = batch("B", batch("X"))
    assert said(backup.accept(stranger), Prepare) == []


def test_proposals_that_come_in_the_wrong_order_are_voted_for_in_the_right_one() -> None:
    """Section 3, condition 4: the chain rule."""
    backup = bench()
    assert said(backup.accept(B), Prepare) == []
    assert [vote.sequence for vote in said(backup.accept(A), Prepare)] == [1, 2]


def test_a_replica_that_caught_up_inside_a_view_goes_on_from_there() -> None:
    """Section 3, condition 4: base is the last decided batch when it lies above the tip."""
    backup = bench()
    backup.accept(A)
    backup.adopt(A)
    backup.adopt(B)
    assert [vote.sequence for vote in said(backup.accept(C), Prepare)] == [3]


def test_an_old_label_on_a_new_batch_is_refused() -> None:
    """Section 3, condition 5: every other batch has proposed_in_view = view."""
    backup = bench()
    backup.receive(new_view(2))
    step = backup.receive(pre_prepare(A, view=2))
    assert step.checks == ()
    assert [(f.replica, f.kind) for f in step.faults] == [(3, FaultKind.ILL_FORMED_BATCH)]


def test_an_old_label_is_refused_also_where_the_contents_are_known_to_be_valid() -> None:
    """Section 3, condition 5: a verdict on contents says nothing about the label."""
    backup = bench()
    backup.accept(A)
    backup.receive(new_view(2))
    step = backup.receive(pre_prepare(A, view=2))
    assert said(step, Prepare) == []
    assert [(f.replica, f.kind) for f in step.faults] == [(3, FaultKind.ILL_FORMED_BATCH)]
    assert backup.receive(pre_prepare(A, view=2)).faults == ()


def test_a_batch_refused_for_its_label_may_be_the_anchor_of_a_later_view() -> None:
    """Section 3, condition 5: what is wrong in one view need not be wrong for ever.

    The refusal was remembered by digest once, and a view that was anchored on the batch stood
    still.
    """
    backup = bench()
    backup.receive(new_view(2))
    assert backup.receive(pre_prepare(A, view=2)).faults
    backup.receive(new_view(3, prepared(A)))
    step = backup.receive(pre_prepare(A, view=3)) + backup.check(A)
    assert [vote.view for vote in said(step, Prepare)] == [3]


def test_only_the_anchor_may_come_from_an_earlier_view() -> None:
    """Section 3, condition 5: its digest is the certificate's, nothing else is asked.

    Checklist 9.
    """
    backup = bench()
    backup.accept(A)
    backup.receive(new_view(2, prepared(A)))
    step = backup.receive(pre_prepare(A, view=2))
    assert [(vote.view, vote.digest) for vote in said(step, Prepare)] == [(2, A.digest)]


def test_an_empty_batch_is_refused() -> None:
    """Section 3, condition 5: holds a bundle."""
    step = bench().receive(pre_prepare(batch(bundle_digests=())))
    assert [f.kind for f in step.faults] == [FaultKind.ILL_FORMED_BATCH]


def test_a_batch_with_a_bundle_twice_is_refused() -> None:
    """Section 9: bundle digests per batch."""
    twice = batch(bundle_digests=(digest_of("A"), digest_of("A")))
    assert [f.kind for f in bench().receive(pre_prepare(twice)).faults] == [
        FaultKind.ILL_FORMED_BATCH
    ]


def test_a_timestamp_must_lie_above_the_parents() -> None:
    """Section 3, condition 5."""
    backup = bench()
    backup.accept(A)
    late = batch("B", A, timestamp_ms=A.timestamp_ms)
    step = backup.accept(late)
    assert said(step, Prepare) == []
    assert [f.kind for f in step.faults] == [FaultKind.ILL_FORMED_BATCH]


def test_a_proposal_from_the_future_is_kept_until_the_clock_gets_there() -> None:
    """Section 3, condition 5: at most clock_drift_ms ahead of the own clock."""
    backup = bench(of=membership(clock_drift_ms=100))
    early = batch("A", timestamp_ms=WALL_MS + 180)
    assert said(backup.accept(early), Prepare) == []
    assert backup.replica.next_deadline() == 10_080
    assert said(backup.tick(79), Prepare) == []
    assert [vote.digest for vote in said(backup.tick(1), Prepare)] == [early.digest]


def test_there_is_no_lower_bound_for_timestamps() -> None:
    """Section 3, condition 5."""
    assert said(bench().accept(batch("A", timestamp_ms=1)), Prepare)


def test_a_quorum_of_prepares_makes_a_certificate_the_primarys_counts_as_one() -> None:
    """Section 3, *Prepared*."""
    backup = bench()
    backup.accept(A)
    step = backup.receive(prepare(0, A))
    [record] = written(step, CertificateRecord)
    assert [replica for replica, _ in record.certificate.signatures] == [0, 1, 2]
    assert [vote.digest for vote in said(step, Commit)] == [A.digest]


def test_prepares_for_different_digests_or_views_do_not_add_up() -> None:
    """Section 3, *Prepared*: a quorum for (view, s, digest)."""
    backup = bench()
    backup.accept(A)
    step = backup.receive(prepare(0, batch("X")), prepare(3, A, view=2))
    assert said(step, Commit) == []


def test_the_certificate_is_on_disk_before_the_commit_is_sent() -> None:
    """Section 2: vote guard, the prepared certificate."""
    backup = bench()
    backup.accept(A)
    step = backup.receive(prepare(0, A))
    assert [type(record) for record in step.persist] == [CertificateRecord, VoteRecord]


def test_a_commit_needs_neither_the_own_prepare_nor_the_contents() -> None:
    """Section 3, *Prepared*."""
    backup = bench()
    step = backup.receive(prepare(0, A), prepare(2, A), prepare(3, A))
    assert [vote.digest for vote in said(step, Commit)] == [A.digest]


def test_a_commit_outside_the_window_is_looked_at_again_when_low_moves() -> None:
    """Section 3, *Prepared*."""
    backup = bench(of=membership(window=1))
    assert said(backup.receive(prepare(0, B), prepare(2, B), prepare(3, B)), Commit) == []
    assert [vote.sequence for vote in said(backup.seal(A), Commit)] == [2]


def test_nothing_is_committed_after_the_view_was_left() -> None:
    """Section 3: if still active in that view and not leaving it; section 4, *Leaving*."""
    backup = bench()
    backup.accept(A)
    backup.owe("Z")
    backup.wait(2_000)
    assert backup.report.view == 2
    assert said(backup.receive(prepare(0, A), prepare(3, A)), Commit) == []


def test_a_quorum_of_commits_decides_in_whatever_state_the_replica_is() -> None:
    """Section 3, *Committed*: also while changing views."""
    backup = bench()
    backup.accept(A)
    backup.owe("Z")
    backup.wait(2_000)
    step = backup.receive(commit(0, A), commit(2, A), commit(3, A))
    assert [decided.batch for decided in step.decided] == [A]


def test_commits_of_another_view_count_among_themselves() -> None:
    """Section 3, *Committed*: of any view."""
    backup = bench()
    backup.accept(A)
    step = backup.receive(commit(0, A, 5), commit(2, A, 5), commit(3, A, 5))
    assert [decided.batch for decided in step.decided] == [A]


def test_a_commit_brings_all_ancestors_in_order_each_once() -> None:
    """Section 3, *Committed*: without gaps."""
    backup = bench()
    backup.accept(A, B, C)
    step = backup.receive(*(commit(replica, C) for replica in (0, 2, 3)))
    assert [decided.batch for decided in step.decided] == [A, B, C]
    assert backup.receive(*(commit(replica, B) for replica in (0, 2, 3))).decided == ()


def test_commits_that_came_first_decide_as_soon_as_the_own_vote_completes_them() -> None:
    """Section 3: transitions are taken in a loop."""
    backup = bench()
    backup.receive(commit(0, A), commit(2, A))
    backup.accept(A)
    step = backup.receive(prepare(0, A))
    assert [vote.digest for vote in said(step, Commit)] == [A.digest]
    assert [decided.batch for decided in step.decided] == [A]


def test_an_executed_block_is_signed() -> None:
    """Section 3, *Executed*."""
    backup = bench()
    backup.decide(A)
    [vote] = said(backup.execute(A), Checkpoint)
    assert vote.sequence == 1


def test_a_quorum_of_equal_checkpoints_is_the_seal_on_disk_before_low_moves() -> None:
    """Section 3, *Executed*; section 2: before the low watermark moves."""
    backup = bench()
    backup.decide(A)
    backup.execute(A)
    step = backup.receive(checkpoint(0, A), checkpoint(2, A))
    assert step.seals == (seal(A),)
    assert written(step, SealRecord) == [SealRecord(seal(A))]
    assert backup.report.low_watermark == 1


def test_low_does_not_move_without_execution() -> None:
    """Section 1: min(last sequence with a seal, last sequence executed here)."""
    backup = bench()
    backup.decide(A)
    backup.receive(checkpoint(0, A), checkpoint(2, A), checkpoint(3, A))
    assert (backup.report.sealed, backup.report.low_watermark) == (1, 0)


def test_a_seal_for_another_header_than_the_own_halts() -> None:
    """Section 3: it never follows the majority silently."""
    backup = bench()
    backup.decide(A)
    backup.execute(A)
    other = digest_of("another header")
    step = backup.receive(*(checkpoint(replica, A, other) for replica in (0, 2, 3)))
    assert step.halt is not None
    assert step.halt.proven == other
    assert not backup.report.voting


def test_a_weak_quorum_for_another_header_is_an_alarm_and_no_reason_to_stop() -> None:
    """Section 3: else one bug and one liar stop everybody."""
    backup = bench()
    backup.decide(A)
    backup.execute(A)
    other = digest_of("another header")
    step = backup.receive(checkpoint(0, A, other), checkpoint(3, A, other))
    assert step.halt is None
    assert (backup.report.divergence, backup.report.voting) == (1, True)


def test_a_decision_is_written_with_the_next_record() -> None:
    """Section 2, *Not sent*: the commit certificate of the last decided batch."""
    backup = bench()
    assert written(backup.decide(A), CertificateRecord) == []
    [record] = written(backup.execute(A), CertificateRecord)
    assert record.certificate == committed(A, by=(0, 2, 3))


def test_batches_in_flight_are_prepared_and_committed_side_by_side() -> None:
    """Decision 1: several batches in flight."""
    backup = bench()
    step = backup.accept(A, B, C, D)
    assert [vote.sequence for vote in said(step, Prepare)] == [1, 2, 3, 4]
    step = backup.receive(prepare(0, C))
    assert [vote.sequence for vote in said(step, Commit)] == [3]


def test_the_window_moves_with_low() -> None:
    """Section 1: no vote above low + WINDOW."""
    backup = bench()
    batches = chain("ABCDE")
    assert len(said(backup.accept(*batches), Prepare)) == 4
    step = backup.seal(A)
    assert step.checks == (batches[4],)
    assert [vote.sequence for vote in said(backup.check(batches[4]), Prepare)] == [5]


def test_a_proposal_needs_bundles_each_once_and_not_too_many() -> None:
    """Section 3: no empty batches; section 9: bundle digests per batch."""
    primary = bench(2, membership(bundle_count_max=2))
    for names in ((), ("A", "A"), ("A", "B", "C")):
        with pytest.raises(UsageError):
            primary.propose(*names)


def test_late_answers_of_the_host_change_nothing() -> None:
    """Section 3, condition 6: a verdict is remembered by digest."""
    backup = bench()
    backup.accept(A)
    step = backup.replica.batch_checked(A.digest, BatchVerdict.INVALID, backup.now)
    assert step == Step()
    assert backup.receive(status(0)) == Step()
