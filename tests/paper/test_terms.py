"""Terms, sentence by sentence: the primary moves on as a batch that ends one is committed."""

from dataclasses import replace

import pytest

from consensus.errors import UsageError
from consensus.ids import SequenceNumber
from consensus.messages import (
    BatchReply,
    CertificateReply,
    Commit,
    FetchBatch,
    FetchNewView,
    NewView,
    Prepare,
    PrePrepare,
    ViewChange,
)
from consensus.records import LeaveRecord, TurnRecord, VoteRecord
from tests.unit.consensus.builders import (
    STATUS_MS,
    TIMEOUT_MS,
    A,
    B,
    Bench,
    C,
    batch,
    bench,
    checkpoint,
    claim,
    commit,
    committed,
    membership,
    new_view,
    pre_prepare,
    prepare,
    prepared,
    said,
    status,
    view_change,
    written,
)

# Primaries of the views 1, 2, 3, 4 are the replicas 2, 3, 0, 1; B ends the first term.
TWO = membership(term=2)
C2 = batch("C", B, view=2)


def proof_of_turn(view: int = 1, sender: int = 0) -> CertificateReply:
    return CertificateReply(sender, committed(B, view))


def where(made: Bench) -> tuple[int, bool]:
    return made.report.view, made.report.active


def backup(self_id: int = 1) -> Bench:
    return bench(self_id, TWO)


def turned(self_id: int = 1) -> Bench:
    """Return a replica in view 2, which the commit of B in view 1 has opened."""
    made = backup(self_id)
    made.decide(A, B)
    assert where(made) == (2, True)
    return made


def left(made: Bench) -> Bench:
    """Let a replica wait for view 2."""
    made.receive(view_change(0, 2), view_change(3, 2))
    assert where(made) == (2, False)
    return made


# --- nothing follows the end of a term ------------------------------------------------------------


def test_sequences_divisible_by_term_are_term_final() -> None:
    """Section 1, *term*; the root is never voted for, so it ends none."""
    assert [TWO.is_term_final(SequenceNumber(s)) for s in (0, 1, 2, 3, 4)] == [
        False,
        False,
        True,
        False,
        True,
    ]
    assert not replace(TWO, root_sequence=SequenceNumber(6)).is_term_final(SequenceNumber(6))


def test_the_primary_does_not_propose_past_a_term_final_batch() -> None:
    """Section 3: the predecessor is not term-final unless it is the anchor."""
    primary = backup(2)
    primary.propose("A")
    primary.propose("B")
    assert not primary.replica.can_propose()
    with pytest.raises(UsageError):
        primary.propose("C")


def test_a_backup_votes_for_nothing_after_the_batch_that_ends_the_term() -> None:
    """Section 3, condition 4: nothing follows a term-final base other than the anchor."""
    voter = backup()
    voter.accept(A, B)
    step = voter.accept(C)
    assert said(step, Prepare) == []
    assert voter.report.tip_sequence == 2


def test_also_a_replica_that_caught_up_past_the_end_of_a_term_goes_not_on_in_its_view() -> None:
    """Section 3, condition 4: the base may be the last decided batch; the rule is the same."""
    late = backup()
    late.adopt(A)
    late.adopt(B)
    assert said(late.accept(C), Prepare) == []
    assert where(late) == (1, True)


def test_the_window_may_be_larger_than_the_term() -> None:
    """Section 10, *WINDOW > TERM*: batches of two terms are in flight, each in its view."""
    wide = bench(3, membership(window=16, term=2))
    wide.accept(A, B)
    for sender in (0, 1, 2):
        wide.receive(commit(sender, B))
    wide.propose("C")
    assert (wide.report.executed, wide.report.tip_sequence, where(wide)) == (0, 3, (2, True))


# --- the certificate opens the next view ----------------------------------------------------------


def test_the_commit_of_the_last_batch_opens_the_next_view_with_it_as_anchor() -> None:
    """Section 4, *Terms*; it is decided and the view entered in one step, without a message."""
    voter = backup()
    voter.accept(A, B)
    step = voter.receive(commit(0, B), commit(2, B), commit(3, B))
    assert [decided.batch for decided in step.decided] == [A, B]
    assert [turn.certificate.rank for turn in written(step, TurnRecord)] == [(1, 2)]
    assert (said(step, ViewChange), where(voter)) == ([], (2, True))
    assert said(voter.accept(C2, view=2), Prepare) == [prepare(1, C2, view=2)]


def test_the_commit_of_another_batch_opens_nothing() -> None:
    """Section 4, *Terms*: of a term-final batch."""
    voter = backup()
    voter.decide(A)
    assert where(voter) == (1, True)


def test_the_entry_proof_is_on_disk_before_the_first_vote_of_the_view() -> None:
    """Section 2, *first vote of a view*: view, active, anchor, tip none, its entry proof."""
    voter = backup()
    voter.accept(A, B)
    voter.receive(pre_prepare(C2, 2), commit(0, B), commit(2, B))
    voter.check(C2)
    step = voter.receive(commit(3, B)) + voter.check(C2)
    kinds = [type(record) for record in voter.log]
    assert said(step, Prepare) == [prepare(1, C2, view=2)]
    turn = kinds.index(TurnRecord)
    assert voter.log[turn:].count(VoteRecord(prepare(1, C2, view=2))) == 1


def test_the_primary_of_the_opened_view_proposes_at_once() -> None:
    """Section 4, *Terms*: the primary moves at the price of one round trip."""
    primary = turned(3)
    [proposal] = said(primary.propose("C"), PrePrepare)
    assert (proposal.view, proposal.batch.parent, proposal.batch.proposed_in_view) == (2, B.ref, 2)


def test_it_opens_the_view_for_every_replica_in_a_lower_one() -> None:
    """Section 4, *Terms*: for every replica in a view <= v."""
    late = backup()
    late.receive(proof_of_turn(view=6))
    assert where(late) == (7, True)


def test_it_opens_the_view_for_one_who_waits_for_it() -> None:
    """Section 4, *Terms*: or inactive in v + 1."""
    waiting = left(backup())
    waiting.receive(proof_of_turn())
    assert where(waiting) == (2, True)


def test_it_opens_nothing_for_one_who_waits_for_a_later_view() -> None:
    """Section 4, *Leaving*: the view only rises."""
    waiting = backup()
    waiting.receive(view_change(0, 3), view_change(3, 3))
    waiting.receive(proof_of_turn())
    assert where(waiting) == (3, False)


def test_it_changes_nothing_for_one_who_is_active_there() -> None:
    """Section 4, *Terms*: a NewView for v + 1 has the same anchor, so the first proof is kept."""
    voter = left(backup())
    voter.receive(new_view(2, prepared(B)))
    step = voter.receive(proof_of_turn())
    assert written(step, TurnRecord) == []
    voter.tick(STATUS_MS)
    [entry] = said(voter.receive(FetchNewView(0, 0, 2)), NewView)
    assert entry == new_view(2, prepared(B))


def test_a_new_view_for_the_opened_view_is_neither_taken_nor_blamed() -> None:
    """Section 4, *Terms*: it has the same anchor."""
    voter = turned()
    step = voter.receive(new_view(2, prepared(B)))
    assert (step.faults, step.persist, where(voter)) == ((), (), (2, True))


def test_it_opens_the_view_also_when_the_batch_was_decided_before() -> None:
    """Section 4, *Terms*: catch-up brought it, by its seal."""
    late = backup()
    late.adopt(A)
    late.adopt(B)
    assert where(late) == (1, True)
    late.receive(proof_of_turn())
    assert where(late) == (2, True)


def test_commits_open_the_view_also_when_the_batch_was_decided_before() -> None:
    """Section 4, *Terms*: the anchor is proposed again by one who does not know it as committed."""
    voter = turned()
    voter.receive(pre_prepare(B, 2))
    step = voter.receive(commit(0, B, 2), commit(2, B, 2), commit(3, B, 2))
    assert (step.decided, where(voter)) == ((), (3, True))


def test_commits_at_or_below_the_low_watermark_open_nothing() -> None:
    """Section 9: nothing is kept there but the anchor; whoever was there has the certificate."""
    late = backup()
    late.adopt(A)
    late.adopt(B)
    late.receive(commit(0, B), commit(2, B), commit(3, B))
    assert where(late) == (1, True)


def test_certificates_are_checked_above_decided_or_when_they_open_a_view() -> None:
    """Section 9: nothing else is worth a quorum of signatures."""
    late = backup()
    late.adopt(A)
    late.adopt(B)
    unsound = replace(committed(A), signatures=committed(B).signatures)
    assert late.receive(CertificateReply(0, unsound)).faults == ()
    unsound = replace(committed(B), signatures=committed(A).signatures)
    assert len(late.receive(CertificateReply(0, unsound)).faults) == 1
    late.receive(proof_of_turn())
    assert late.receive(CertificateReply(0, unsound)).faults == ()


def test_far_behind_the_view_is_entered_and_blocks_are_fetched() -> None:
    """Section 8: what counts are certificates; nothing of the batch is kept beyond the window."""
    late = bench(1, membership(window=1, term=4))
    fourth = batch("D", batch("C", B))
    held = late.replica.kept_count()
    step = late.receive(CertificateReply(0, committed(fourth)))
    assert [hint.sequence for hint in step.fetches] == [4]
    assert (where(late), late.replica.kept_count()) == ((2, True), held)


def test_another_end_of_the_term_than_the_one_decided_is_a_contradiction() -> None:
    """Section 10, rule 1: nobody follows a majority silently."""
    voter = backup()
    voter.adopt(A)
    voter.adopt(B)
    other = batch("X", A)
    step = voter.receive(CertificateReply(0, committed(other)))
    assert step.halt is not None
    assert step.halt.sequence == 2


# --- the anchor of the opened view ----------------------------------------------------------------


def test_an_anchor_that_is_known_to_be_committed_is_not_proposed_again() -> None:
    """Section 3: known also by the proof that opened the view, its contents still on the way."""
    primary = backup(3)
    step = primary.receive(proof_of_turn())
    assert [fetch.digest for fetch in said(step, FetchBatch)] == [B.digest]
    assert not primary.replica.can_propose()
    step = primary.receive(BatchReply(0, 0, (B, A)))
    assert (said(step, PrePrepare), primary.report.decided) == ([], 2)
    assert primary.replica.can_propose()


def test_an_anchor_that_is_not_known_to_be_committed_is_proposed_again() -> None:
    """Section 3: first the anchor itself; its commit in this view opens the next one."""
    primary = backup(3)
    primary.accept(A, B)
    primary.receive(prepare(0, B), prepare(1, B))
    step = primary.receive(view_change(0, 2), view_change(1, 2))
    assert [(p.view, p.batch) for p in said(step, PrePrepare)] == [(2, B)]
    assert not primary.replica.can_propose()
    primary.receive(commit(0, B, 2), commit(1, B, 2), commit(2, B, 2))
    assert where(primary) == (3, True)


def test_who_voted_for_the_anchor_again_votes_for_no_child_of_it_in_that_view() -> None:
    """One of both, never both: so the certificate of the one excludes a certificate of the other.

    Else the commit of the anchor in view 2 could open view 3 on the anchor while its child is
    committed in view 2.
    """
    voter = backup()
    voter.accept(A, B)
    voter.receive(new_view(2, prepared(B)))
    step = voter.receive(pre_prepare(B, 2)) + voter.accept(C2, view=2)
    assert said(step, Prepare) == [prepare(1, B, view=2)]
    voter.receive(proof_of_turn())
    assert (voter.report.decided, where(voter)) == (2, (2, True))
    assert said(voter.accept(C2, view=2), Prepare) == []


def test_that_holds_also_after_a_restart() -> None:
    """Section 6: the tip is durable."""
    voter = backup()
    voter.accept(A, B)
    voter.receive(new_view(2, prepared(B)), pre_prepare(B, 2))
    voter.reboot()
    voter.arm()
    assert said(voter.accept(C2, view=2), Prepare) == []


def test_who_voted_for_a_child_of_the_anchor_does_not_vote_for_the_anchor_again() -> None:
    """Section 3, condition 4: the anchor itself only without a tip."""
    voter = turned()
    voter.accept(C2, view=2)
    assert said(voter.receive(pre_prepare(B, 2)), Prepare) == []


def test_who_knows_the_anchor_as_committed_helps_a_primary_that_does_not() -> None:
    """Section 3, condition 3: voting again for the very digest that was decided harms nothing."""
    voter = turned()
    assert said(voter.receive(pre_prepare(B, 2)), Prepare) == [prepare(1, B, view=2)]


def test_who_does_not_know_it_as_committed_follows_the_anchor_too() -> None:
    """Section 3, condition 4: nothing follows a term-final base *other than the anchor*."""
    voter = backup()
    voter.accept(A, B)
    voter.receive(new_view(2, prepared(B)))
    assert said(voter.accept(C2, view=2), Prepare) == [prepare(1, C2, view=2)]


# --- the proof is durable and repeated ------------------------------------------------------------


def entry_said_to(made: Bench, **where_it_stands: object) -> list[CertificateReply]:
    made.tick(STATUS_MS)
    step = made.receive(status(0, decided=2, rank=(1, 2), **where_it_stands))
    return [reply for reply in said(step, CertificateReply) if reply.certificate.rank == (1, 2)]


def test_the_certificate_is_sent_to_whoever_shows_a_lower_view() -> None:
    """Section 4: an active replica sends its entry proof."""
    assert len(entry_said_to(turned(), view=1)) == 1


def test_the_certificate_is_sent_to_whoever_waits_in_the_same_view() -> None:
    """Section 4: or the same view and not active."""
    assert len(entry_said_to(turned(), view=2, active=False)) == 1
    assert entry_said_to(turned(), view=2) == []


def test_who_asks_for_the_opened_view_gets_the_certificate() -> None:
    """Section 2, *FetchNewView*: replies prove themselves."""
    [reply] = said(turned().receive(FetchNewView(0, 0, 2)), CertificateReply)
    assert reply.certificate.rank == (1, 2)
    assert said(turned().receive(FetchNewView(0, 0, 3)), CertificateReply) == []


def test_a_vote_in_the_opened_view_makes_a_late_replica_ask() -> None:
    """Section 5: nothing depends on one delivery."""
    late = backup()
    late.accept(A, B)
    assert said(late.receive(prepare(0, C2, view=2)), FetchNewView) == [FetchNewView(1, 0, 2)]


def test_own_commits_that_open_a_view_are_repeated_to_who_has_decided_the_batch() -> None:
    """Section 5: own Commits above its decided, and those that open a view which it awaits."""
    voter = backup()
    voter.accept(A, B)
    voter.receive(prepare(0, B), prepare(3, B))
    voter.tick(STATUS_MS)
    step = voter.receive(status(0, decided=2, rank=(1, 2)))
    assert [vote.sequence for vote in said(step, Commit)] == [2]
    voter.tick(STATUS_MS)
    step = voter.receive(status(0, decided=2, rank=(1, 2), view=2))
    assert said(step, Commit) == []


def test_a_restart_is_in_the_opened_view_and_still_proves_it() -> None:
    """Section 6: view, active, anchor and entry proof are durable."""
    voter = turned()
    voter.reboot()
    voter.arm()
    assert where(voter) == (2, True)
    assert len(entry_said_to(voter, view=1)) == 1
    assert said(voter.accept(C2, view=2), Prepare) == [prepare(1, C2, view=2)]


def test_a_new_log_segment_holds_the_proof() -> None:
    """Section 6: kept while the view is the present one."""
    voter = turned()
    voter.log[:] = voter.replica.durable_records()
    voter.reboot()
    voter.arm()
    assert len(entry_said_to(voter, view=1)) == 1


def test_a_restart_before_the_batch_is_decided_decides_it_by_the_proof() -> None:
    """Section 6: the certificate of the last decided batch goes with the next record."""
    voter = backup()
    voter.receive(proof_of_turn())
    voter.reboot()
    step = voter.receive(BatchReply(0, 0, (B, A)))
    assert [decided.batch for decided in step.decided] == [A, B]


def test_one_who_waits_keeps_its_view_change_when_the_certificate_opens_the_view() -> None:
    """Section 4: a ViewChange once stored stays as it is."""
    voter = left(backup())
    voter.receive(proof_of_turn())
    records = voter.replica.durable_records()
    assert [type(r) for r in records if isinstance(r, LeaveRecord | TurnRecord)] == [
        LeaveRecord,
        TurnRecord,
    ]


def test_an_opened_view_covers_no_forgotten_view_change() -> None:
    """Section 6, *Amnesia*: a view change of the own that the log does not hold is missing."""
    forgetful = Bench(1, TWO)
    forgetful.receive(proof_of_turn())
    forgetful.receive(status(0, claims=(claim(1, 2),)))
    assert forgetful.report.amnesia


def test_an_observer_follows_the_turns() -> None:
    """Section 1: it votes nowhere, and knows who the primary is."""
    watching = Bench(None, TWO)
    watching.accept(A, B)
    watching.receive(commit(0, B), commit(2, B), commit(3, B))
    assert (where(watching), watching.report.primary) == ((2, True), 3)


# --- clocks ---------------------------------------------------------------------------------------


def test_the_new_primary_gets_its_full_time() -> None:
    """Section 4, *Their clock* starts at 0 when a view becomes active."""
    voter = backup()
    voter.accept(A, B)
    voter.owe("Z")
    voter.wait(TIMEOUT_MS * 3 // 4)
    voter.receive(commit(0, B), commit(2, B), commit(3, B))
    assert said(voter.wait(TIMEOUT_MS * 3 // 4), ViewChange) == []
    assert len(said(voter.wait(TIMEOUT_MS), ViewChange)) == 1


def test_the_back_off_goes_back_on_a_commit_and_not_on_entering() -> None:
    """Section 4, *Timeouts*: back to the start on a commit, not on entering a view."""
    voter = backup()
    voter.adopt(A)
    voter.adopt(B)
    left(voter)
    backed_off_ms = voter.report.timeout_ms
    assert backed_off_ms > TIMEOUT_MS
    voter.receive(proof_of_turn())
    assert (where(voter), voter.report.timeout_ms) == ((2, True), backed_off_ms)
    voter.accept(C2, view=2)
    voter.receive(commit(0, C2, 2), commit(2, C2, 2), commit(3, C2, 2))
    assert voter.report.timeout_ms == TIMEOUT_MS


def test_each_term_has_its_primary() -> None:
    """Section 4, *Terms*: the primary moves on every TERM batches, and all get their turns."""
    made = bench(1, membership(window=4, term=1))
    proposers, parent = [], None
    for view, name in enumerate("ABCDEFGH", start=1):
        if made.report.primary == 1:
            [proposal] = said(made.propose(name), PrePrepare)
            new = proposal.batch
        else:
            new = batch(name, parent, view=view)
        proposers.append(new.proposer)
        made.accept(new, view=view) if new.proposer != 1 else None
        made.receive(*(commit(sender, new, view) for sender in (0, 2, 3)))
        made.execute(new)
        made.receive(*(checkpoint(sender, new) for sender in (0, 2, 3)))
        parent = new
    assert proposers == [2, 3, 0, 1, 2, 3, 0, 1]
