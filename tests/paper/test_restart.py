"""Crash, restart and amnesia, sentence by sentence (consensus.md section 6)."""

from dataclasses import fields

import pytest

from consensus import RestoreError, Step, UsageError
from consensus.ids import View
from consensus.messages import (
    Checkpoint,
    Commit,
    FetchBatch,
    NewView,
    Prepare,
    PrePrepare,
    Status,
    ViewChange,
    VoteKind,
)
from consensus.records import AmnesiaRecord, ArmedRecord, OpenedRecord, StartedRecord
from tests.unit.consensus.builders import (
    TIMEOUT_MS,
    A,
    B,
    Bench,
    batch,
    bench,
    checkpoint,
    claim,
    commit,
    digest_of,
    membership,
    new_view,
    pre_prepare,
    prepare,
    prepared,
    said,
    seal,
    sign_new_view,
    state_of,
    status,
    view_change,
)

BUSY = (Prepare, Commit, Checkpoint, PrePrepare, ViewChange, NewView)


def promised(step: Step) -> list:
    return [send.message for send in step.sends if isinstance(send.message, BUSY)]


def test_the_effects_of_a_step_stand_in_the_order_in_which_they_are_performed() -> None:
    """Section 6: persist, sends, decided, checks, fetches, faults."""
    names = [field.name for field in fields(Step)]
    order = ["persist", "sends", "decided", "checks", "fetches", "faults", "halt"]
    assert [name for name in names if name in order] == order


def test_a_restored_replica_says_the_same_messages_again() -> None:
    """Section 6: restore rebuilds the same replica and re-sends the same messages."""
    backup = bench()
    step = backup.accept(A, B) + backup.receive(prepare(0, A))
    before = backup.report
    again = backup.reboot()
    assert sorted(map(repr, promised(again))) == sorted(map(repr, promised(step)))
    assert (backup.report.tip_sequence, backup.report.rank) == (2, before.rank)


def test_a_primary_that_restarts_proposes_the_same_again() -> None:
    """Section 10, scenario: primary restarts with a stored proposal."""
    primary = bench(2)
    [proposed] = said(primary.propose("A"), PrePrepare)
    assert said(primary.reboot(), PrePrepare) == [proposed]
    primary.arm()
    [following] = said(primary.propose("B"), PrePrepare)
    assert following.batch.parent_digest == proposed.digest


def test_a_replica_that_was_waiting_for_a_view_waits_again() -> None:
    """Section 6: durable are view, active, own ViewChange; never made anew after a restart."""
    backup = bench()
    backup.accept(A)
    backup.receive(prepare(0, A))
    [own] = said(backup.receive(view_change(0, 2), view_change(3, 2)), ViewChange)
    again = backup.reboot()
    assert said(again, ViewChange) == [own]
    assert (backup.report.view, backup.report.active) == (2, False)


def test_a_replica_restarts_in_the_view_and_on_the_anchor_that_it_had() -> None:
    """Section 6: durable are view, active, anchor, entry proof."""
    backup = bench()
    backup.accept(A)
    backup.receive(new_view(2, prepared(A)))
    backup.reboot()
    backup.arm()
    assert (backup.report.view, backup.report.active) == (2, True)
    step = backup.receive(pre_prepare(A, view=2)) + backup.check(A)
    assert [vote.view for vote in said(step, Prepare)] == [2]


def test_a_new_primary_restarts_with_its_new_view() -> None:
    """Section 6: restore re-sends the same messages."""
    primary = bench(3)
    step = primary.receive(*(view_change(replica, 2) for replica in (0, 1, 2)))
    assert said(primary.reboot(), NewView) == said(step, NewView)


def test_the_highest_certificate_survives() -> None:
    """Section 6: durable is the highest certificate (whole). Checklist 6."""
    backup = bench()
    backup.accept(A)
    backup.receive(prepare(0, A))
    backup.reboot()
    backup.arm()
    [own] = said(backup.receive(view_change(0, 2), view_change(3, 2)), ViewChange)
    assert own.certificate == prepared(A)


def test_what_was_decided_and_not_executed_comes_again() -> None:
    """Section 6: commit certificate of the last decided batch, and batches."""
    backup = bench()
    backup.decide(A, B)
    backup.execute(A)
    assert [decided.batch for decided in backup.reboot().decided] == [B]


def test_contents_of_what_others_decided_are_asked_for_after_a_restart_too() -> None:
    """Section 3, condition 6: no vote without contents; that it is in the log says nothing."""
    backup = bench()
    backup.receive(pre_prepare(A), *(commit(replica, A) for replica in (0, 2, 3)))
    backup.execute(A)
    backup.reboot()
    backup.arm()
    backup.receive(new_view(2, prepared(A)))
    step = backup.receive(pre_prepare(A, view=2))
    assert (step.checks, said(step, Prepare)) == ((A,), [])
    assert [vote.view for vote in said(backup.check(A), Prepare)] == [2]


def test_a_decision_that_was_not_written_has_not_happened() -> None:
    """Section 3: a decided of a step whose persist did not come back has not happened."""
    backup = bench()
    backup.decide(A)
    assert backup.reboot().decided == ()
    assert backup.report.decided == 0
    backup.arm()
    assert backup.decide(A).decided


def test_executed_and_sealed_heights_survive() -> None:
    """Section 6: durable are seals; section 2: before the low watermark moves."""
    backup = bench()
    backup.seal(A)
    again = backup.reboot()
    assert again.seals == (seal(A, by=(0, 1, 2)),)
    report = backup.report
    assert (report.executed, report.decided, report.sealed, report.low_watermark) == (1, 1, 1, 1)


def test_signing_goes_through_one_guard() -> None:
    """Section 6: which returns the stored bytes or refuses; around everything else."""
    state = state_of()
    first = state.guard.vote(VoteKind.PREPARE, View(1), A.ref)
    assert state.guard.vote(VoteKind.PREPARE, View(1), A.ref) is first
    assert state.guard.vote(VoteKind.PREPARE, View(1), batch("X").ref) is None
    assert state.guard.vote(VoteKind.PREPARE, View(2), A.ref) is None


def test_a_replica_of_a_new_chain_votes_when_enough_others_have_answered() -> None:
    """Section 6: a starting replica votes after quorum - 1 peers have answered once."""
    fresh = Bench()
    fresh.wait(10 * TIMEOUT_MS, heard=(0,))
    assert not fresh.report.voting
    fresh.receive(status(2))
    assert fresh.report.voting


def test_with_an_intact_log_waiting_is_enough() -> None:
    """Section 6: or after wait_for_peers_ms when its log is intact."""
    backup = bench()
    backup.accept(A)
    backup.reboot()
    assert not backup.report.voting
    assert backup.replica.next_deadline() <= backup.now_ms + 500
    backup.tick(499)
    assert not backup.report.voting
    backup.tick(1)
    assert backup.report.voting


def test_a_log_in_which_nobody_has_answered_yet_is_like_a_missing_one() -> None:
    """Section 6: or when its log is intact; a lost one is not, after how many restarts ever."""
    lost = Bench()
    lost.reboot()
    lost.tick(10 * TIMEOUT_MS)
    assert not lost.report.voting
    lost.arm()
    assert lost.report.voting
    lost.reboot()
    lost.tick(500)
    assert lost.report.voting


def test_what_was_learnt_before_anybody_answered_covers_nothing_after_a_restart_either() -> None:
    """Section 6: the view and the watermark of the log are those of the own promises."""
    for shown in (status(0, claims=(claim(1, 2),)), status(0, votes=(commit(1, A),))):
        lost = Bench()
        lost.adopt(A)
        lost.receive(new_view(3, by=(0, 2, 3)))
        lost.reboot()
        assert (lost.report.view, lost.report.low_watermark) == (3, 1)
        lost.receive(shown)
        assert lost.report.amnesia


def test_an_old_log_that_restarts_twice_before_anybody_contradicts_is_found_out_all_the_same() -> (
    None
):
    """Section 6: above the log's view and watermark: those of the first start, not of the last."""
    for shown in (status(0, claims=(claim(1, 2),)), status(0, votes=(commit(1, B),))):
        aged = bench()
        aged.seal(A)
        aged.reboot()
        aged.adopt(B)
        aged.receive(new_view(3, by=(0, 2, 3)))
        aged.reboot()
        aged.reboot()
        assert (aged.report.view, aged.report.low_watermark) == (3, 2)
        aged.receive(shown)
        assert (aged.report.amnesia, aged.report.voting) == (True, False)


def test_what_the_log_said_at_its_first_start_outlives_a_new_segment() -> None:
    """Section 6: durable_records restore the same replica."""
    aged = bench()
    aged.reboot()
    aged.receive(new_view(3, by=(0, 2, 3)))
    aged.log = list(aged.replica.durable_records())
    aged.reboot()
    aged.receive(status(0, claims=(claim(1, 2),)))
    assert aged.report.amnesia


def test_once_it_votes_again_the_log_vouches_for_all_that_is_in_it() -> None:
    """Section 6: nothing else is amnesia; views that it was led to since then are its own."""
    backup = bench()
    backup.reboot()
    assert [type(record) for record in backup.first.persist] == [StartedRecord]
    backup.arm()
    assert backup.log[-1] == ArmedRecord(0)
    backup.receive(new_view(3, by=(0, 2, 3)))
    backup.reboot()
    backup.receive(status(0, claims=(claim(1, 2),)), status(2))
    assert (backup.report.amnesia, backup.report.voting) == (False, True)


def test_a_start_is_noted_once_until_the_replica_votes() -> None:
    """Section 6: however often it starts, one record says what the log vouched for."""
    backup = bench()
    backup.reboot()
    backup.reboot()
    assert backup.first.persist == ()
    assert [r for r in backup.log if isinstance(r, StartedRecord)] == [StartedRecord(0, 1, 0)]


def test_an_idle_sealed_network_stopped_and_started_as_often_as_one_likes_votes_again() -> None:
    """Section 6: stop and start every node of an idle, sealed network: all vote again."""
    backup = bench()
    backup.seal(A)
    for _ in range(3):
        backup.log = list(backup.replica.durable_records())
        backup.reboot()
        assert not backup.report.voting
        shown = (commit(0, A), commit(1, A), commit(2, A), commit(3, A))
        backup.receive(status(0, votes=shown), status(2, votes=shown))
        assert (backup.report.amnesia, backup.report.voting) == (False, True)


def test_a_new_segment_still_says_that_enough_others_had_answered() -> None:
    """Section 6: durable_records restore the same replica, which trusts its log."""
    backup = bench()
    backup.log = list(backup.replica.durable_records())
    backup.reboot()
    backup.tick(500)
    assert backup.report.voting


def test_a_vote_shown_with_the_own_signature_and_not_stored_is_amnesia() -> None:
    """Section 6: a Prepare or Commit shown by a peer is missing."""
    for missing in (prepare(1, A), commit(1, B)):
        fresh = Bench()
        step = fresh.receive(status(0, votes=(missing,)))
        assert [type(record) for record in step.persist] == [AmnesiaRecord]
        fresh.arm()
        assert (fresh.report.amnesia, fresh.report.voting) == (True, False)


def test_a_view_change_shown_above_the_logs_view_is_amnesia() -> None:
    """Section 6: a ViewChange or NewView when its view is above the log's view."""
    fresh = Bench()
    fresh.receive(status(0, claims=(claim(1, 2),)))
    assert fresh.report.amnesia


def test_a_new_view_before_the_first_vote_does_not_cover_a_forgotten_view_change() -> None:
    """Section 6: above the log's view, not above the present one."""
    forgotten = Bench()
    forgotten.receive(new_view(3, by=(0, 2, 3)))
    assert (forgotten.report.view, forgotten.report.voting) == (3, False)
    forgotten.receive(status(0, claims=(claim(1, 2),)))
    assert forgotten.report.amnesia


def test_a_new_view_before_the_first_vote_does_not_make_older_view_changes_missing() -> None:
    """Section 6: something missing is amnesia; nothing else is."""
    backup = bench()
    backup.receive(view_change(0, 2), view_change(3, 2))
    backup.reboot()
    backup.receive(new_view(3, by=(0, 2, 3)))
    backup.receive(status(0, claims=(claim(1, 2),)), status(2))
    assert (backup.report.amnesia, backup.report.voting) == (False, True)


def test_own_messages_that_come_back_and_are_not_stored_are_amnesia() -> None:
    """Section 6: shown by a peer; a proposal and a new view are passed on by anyone."""
    shown = (
        (2, pre_prepare(A)),
        (1, prepare(1, A)),
        (1, view_change(1, 2)),
        (3, sign_new_view(new_view(2))),
    )
    for self_id, message in shown:
        fresh = Bench(self_id)
        assert fresh.receive(message).sends == ()
        assert fresh.report.amnesia


def test_what_is_stored_is_not_missing() -> None:
    """Section 6: something missing is amnesia; nothing else is."""
    backup = bench()
    backup.accept(A)
    backup.receive(prepare(0, A), view_change(0, 2), view_change(3, 2))
    backup.reboot()
    backup.receive(status(0, votes=(commit(1, A),), claims=(claim(1, 2, prepared(A)),)))
    backup.receive(status(3, votes=(prepare(1, A),)), prepare(1, A))
    assert not backup.report.amnesia


def test_a_forged_vote_is_no_proof_of_amnesia() -> None:
    """Section 6: with its signature."""
    forged = prepare(3, A)
    lie = Prepare(1, 0, forged.view, forged.sequence, forged.digest, forged.signature)
    own = claim(3, 2)
    lied = type(own)(1, 0, own.new_view, own.rank, own.digest, own.signature)
    fresh = Bench()
    fresh.receive(status(3, votes=(lie,), claims=(lied,)))
    assert not fresh.report.amnesia


def test_own_votes_at_or_below_the_logs_watermark_are_not_missing() -> None:
    """Section 6: its sequence is above the log's low watermark; stop and start, all vote again."""
    backup = bench()
    backup.seal(A)
    backup.log = list(backup.replica.durable_records())
    backup.reboot()
    backup.receive(status(0, votes=(commit(1, A),)), status(2, votes=(prepare(1, A),)))
    assert backup.report.voting


def test_catching_up_before_the_first_vote_does_not_cover_what_was_forgotten() -> None:
    """Section 6: above the log's low watermark, not above the present one."""
    fresh = Bench()
    fresh.adopt(A)
    fresh.receive(status(0, votes=(commit(1, A),)))
    assert fresh.report.amnesia


def test_amnesia_is_for_ever_and_the_replica_follows_as_an_observer() -> None:
    """Section 6: with that key it never votes again; it follows."""
    backup = bench()
    backup.receive(status(0, votes=(prepare(1, B),)))
    backup.reboot()
    backup.arm()
    assert backup.report.amnesia
    step = backup.decide(A) + backup.execute(A)
    assert [decided.batch for decided in step.decided] == [A]
    assert promised(step) == []
    backup.owe("Z")
    assert said(backup.wait(3 * TIMEOUT_MS), ViewChange) == []


def test_a_damaged_log_is_amnesia() -> None:
    """Section 6, *Amnesia*: whose vote log is missing, cut, or behind."""
    damaged = Bench(changes={"log_is_damaged": True})
    damaged.arm()
    assert (damaged.report.amnesia, damaged.report.voting) == (True, False)
    assert damaged.log[1] == AmnesiaRecord(0)
    assert ArmedRecord(0) not in damaged.log


def test_a_status_shows_the_newest_vote_and_claim_of_each() -> None:
    """Section 2: per replica the newest Prepare or Commit and the newest ViewChange seen."""
    backup = bench()
    backup.receive(prepare(0, B), prepare(0, A), commit(3, A), prepare(3, A), view_change(2, 2))
    shown = said(backup.wait(100), Status)[-1]
    assert shown.votes == (prepare(0, B), commit(3, A))
    assert shown.claims == (claim(2, 2),)


def test_a_new_segment_begins_with_everything_that_is_needed() -> None:
    """Section 6: durable_records restore the same replica."""
    backup = bench()
    backup.seal(A)
    backup.accept(B)
    backup.receive(prepare(0, B), new_view(2, prepared(B)))
    backup.receive(view_change(0, 3), view_change(3, 3))
    before = backup.report
    backup.log = list(backup.replica.durable_records())
    again = backup.reboot()
    backup.arm()
    assert said(again, ViewChange)[0].certificate == prepared(B)
    assert [v.sequence for v in said(again, Commit)] == [2]
    unchanged = ("view", "active", "decided", "executed", "sealed", "rank", "voting")
    for name in unchanged:
        assert getattr(backup.report, name) == getattr(before, name)


def test_an_amnesic_log_stays_one_in_a_new_segment() -> None:
    """Section 6: waiting replaces nothing."""
    backup = bench()
    backup.receive(status(0, votes=(prepare(1, B),)))
    assert AmnesiaRecord(0) in backup.replica.durable_records()


def test_a_log_of_another_chain_or_epoch_is_refused() -> None:
    """Section 7: a fresh Replica if the vote log has no record of that epoch."""
    for opened in (OpenedRecord(digest_of("other"), 0), OpenedRecord(membership().chain, 1)):
        with pytest.raises(RestoreError):
            Bench(log=[opened])


def test_everything_waits_for_the_start_and_time_never_goes_back() -> None:
    """The host contract, duty 8."""
    backup = bench()
    with pytest.raises(UsageError):
        backup.replica.start(backup.now)
    with pytest.raises(UsageError):
        backup.tick(-1)


def test_an_observer_follows_and_says_nothing() -> None:
    """Section 6: it follows as an observer."""
    observer = Bench(None)
    step = observer.receive(pre_prepare(A), status(0), status(2, low_watermark=3))
    assert [hint.sequence for hint in step.fetches] == [3]
    step += observer.receive(new_view(2, prepared(A)))
    step += observer.receive(*(commit(replica, A) for replica in (0, 2, 3)))
    step += observer.execute(A) + observer.adopt(B) + observer.receive(FetchBatch(0, 0, A.digest))
    step += observer.receive(checkpoint(0, A), pre_prepare(batch("X")), prepare(3, B, view=7))
    step += observer.tick(1_000)
    assert step.sends == ()
    assert (observer.report.view, observer.report.executed) == (2, 2)
