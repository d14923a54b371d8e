"""Corners of the normal case that no sentence names."""

from consensus import BatchVerdict, Step
from consensus.faults import FaultKind
from consensus.messages import CertificateReply, Commit, FetchBatch, Prepare, PrePrepare
from consensus.ordering import Ordering
from tests.unit.consensus.builders import (
    NOW,
    A,
    B,
    C,
    batch,
    bench,
    chain,
    commit,
    committed,
    membership,
    new_view,
    pre_prepare,
    prepare,
    prepared,
    said,
    seal,
    state_of,
    view_change,
)


def test_a_commit_that_leaves_the_decided_chain_halts_at_once() -> None:
    """It takes more than f liars, and is when an operator needs the diagnosis; it once hung."""
    other = batch("X")
    child = batch("Y", other)
    votes = (commit(0, child), commit(2, child), commit(3, child))
    for proofs in (votes, (CertificateReply(0, committed(child)),)):
        backup = bench()
        backup.decide(A)
        step = backup.receive(pre_prepare(child), *proofs)
        assert step.halt is not None
        assert (step.halt.own, step.halt.proven) == (A.digest, other.digest)
        assert not backup.report.voting


def test_a_repeated_vote_changes_nothing() -> None:
    backup = bench()
    backup.receive(prepare(0, A))
    assert backup.receive(prepare(0, A)) == Step()


def test_a_commit_at_or_below_decided_changes_nothing() -> None:
    backup = bench()
    backup.decide(A)
    before = backup.replica.kept_count()
    assert backup.receive(commit(0, A, view=9)).decided == ()
    assert backup.replica.kept_count() == before


def test_two_commits_of_one_replica_for_one_place_are_a_fault() -> None:
    step = bench().receive(commit(3, A), commit(3, batch("X")))
    assert [f.kind for f in step.faults] == [FaultKind.CONFLICTING_COMMIT]


def test_a_proposal_below_the_watermark_is_late() -> None:
    backup = bench()
    backup.seal(A)
    assert backup.receive(pre_prepare(A)) == Step()


def test_an_answer_for_a_batch_that_nobody_asked_about_is_ignored() -> None:
    assert bench().check(A) == Step()


def test_a_certificate_of_the_present_view_is_reason_enough_to_commit() -> None:
    backup = bench()
    step = backup.receive(CertificateReply(3, prepared(A)))
    assert [vote.digest for vote in said(step, Commit)] == [A.digest]
    assert backup.receive(CertificateReply(3, prepared(A))) == Step()


def test_a_certificate_of_another_view_is_kept_and_not_committed() -> None:
    backup = bench()
    step = backup.receive(CertificateReply(3, prepared(A, view=5)))
    assert said(step, Commit) == []
    assert backup.report.rank == (5, 1)


def test_a_certificate_outside_what_is_kept_is_carried_all_the_same() -> None:
    backup = bench(of=membership(window=1))
    backup.receive(CertificateReply(3, prepared(C)))
    assert backup.report.rank == (1, 3)


def test_a_second_quorum_for_one_place_in_an_earlier_view_changes_nothing() -> None:
    backup = bench()
    backup.receive(*(prepare(replica, A, view=5) for replica in (0, 2, 3)))
    backup.receive(*(prepare(replica, A, view=1) for replica in (0, 2, 3)))
    assert backup.report.rank == (5, 1)


def test_a_decided_anchor_is_committed_again_for_a_primary_that_does_not_know_yet() -> None:
    """Votes for what is decided harm nothing and are not counted here any more."""
    backup = bench()
    backup.seal(A)
    backup.receive(new_view(2, prepared(A)))
    step = backup.receive(pre_prepare(A, view=2)) + backup.check(A)
    assert [vote.view for vote in said(step, Prepare)] == [2]
    step = backup.receive(prepare(0, A, 2))
    assert [vote.view for vote in said(step, Commit)] == [2]


def test_a_primary_asks_for_the_contents_of_an_anchor_that_it_fetched() -> None:
    primary = bench(3)
    step = primary.receive(*(view_change(replica, 2, prepared(A)) for replica in (0, 1, 2)))
    assert said(step, FetchBatch)
    assert not primary.replica.can_propose()
    from consensus.messages import BatchReply

    assert primary.receive(BatchReply(0, 0, (A,))).checks == (A,)
    assert said(primary.wait(100), PrePrepare) == []
    assert [proposal.batch for proposal in said(primary.check(A), PrePrepare)] == [A]


def test_an_anchor_above_the_window_waits_for_it() -> None:
    one = membership(window=1)
    primary, backup = bench(3, one), bench(1, one)
    changes = [view_change(replica, 2, prepared(B)) for replica in (0, 1, 2)]
    primary.receive(pre_prepare(A), pre_prepare(B))
    step = primary.receive(*changes)
    assert (step.checks, said(step, PrePrepare)) == ((), [])
    backup.receive(pre_prepare(A), pre_prepare(B), new_view(2, prepared(B)))
    step = backup.receive(pre_prepare(B, view=2)) + backup.check(B)
    assert said(step, Prepare) == []
    backup.adopt(A)
    step = backup.check(B) + backup.wait(100)
    assert backup.report.low_watermark == 1


def test_a_child_of_an_anchor_that_is_not_here_yet_waits() -> None:
    backup = bench()
    backup.receive(new_view(2, prepared(A)))
    child = batch("B", A, view=2)
    step = backup.receive(pre_prepare(child, view=2)) + backup.check(child)
    assert said(step, Prepare) == []


def test_a_restarted_replica_goes_on_in_the_middle_of_its_window() -> None:
    backup = bench()
    batches = chain("ABCDE")
    backup.seal(batches[0])
    backup.accept(batches[1], batches[2])
    backup.reboot()
    backup.arm()
    backup.receive(prepare(0, batches[2]), prepare(2, batches[2]))
    assert backup.report.rank == (1, 3)
    assert [vote.sequence for vote in said(backup.accept(batches[3]), Prepare)] == [4]


def test_the_guard_has_the_last_word() -> None:
    """Whatever the chain rule says, a place that was voted for otherwise is not voted for again."""
    backup_state = state_of(1)
    backup_state.guard.remember(prepare(1, batch("X")))
    backup = Ordering(backup_state)
    backup.on_pre_prepare(pre_prepare(A), NOW)
    assert backup.on_batch_checked(A.digest, BatchVerdict.VALID, NOW).sends == ()
    primary_state = state_of(3)
    primary_state.reign.enter(new_view(2, prepared(A)), A.ref, 0)
    primary_state.guard.remember(prepare(3, batch("X"), view=2))
    primary_state.chain.add(A)
    primary = Ordering(primary_state)
    assert primary.advance(NOW).checks == (A,)
    assert primary.on_batch_checked(A.digest, BatchVerdict.VALID, NOW).sends == ()


def test_what_was_prepared_above_the_window_is_not_committed_below_it() -> None:
    backup = bench(of=membership(window=1))
    backup.receive(prepare(0, B), prepare(2, B), prepare(3, B))
    assert said(backup.adopt(B), Commit) == []


def test_an_ill_formed_proposal_is_blamed_once() -> None:
    backup = bench()
    empty = pre_prepare(batch(bundle_digests=()))
    assert len(backup.receive(empty, empty).faults) == 1


def test_a_proposal_ripens_only_once() -> None:
    backup = bench(of=membership(clock_drift_ms=0))
    early = batch("A", timestamp_ms=backup.now.wall_ms + 50)
    backup.accept(early)
    assert said(backup.tick(50), Prepare)
    assert backup.replica.next_deadline() > backup.now_ms


def test_a_block_caught_up_below_the_tip_changes_nothing_of_the_chain() -> None:
    backup = bench()
    backup.accept(A, B)
    backup.adopt(A, seal(A))
    assert [vote.sequence for vote in said(backup.accept(C), Prepare)] == [3]
