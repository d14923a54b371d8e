"""Leaving, joining, opening and entering views, sentence by sentence (consensus.md section 4)."""

from dataclasses import replace

from consensus.evidence import Evidence, verify_evidence, vote_statement
from consensus.faults import FaultKind
from consensus.ids import View
from consensus.messages import (
    Commit,
    Equivocation,
    FetchBatch,
    NewView,
    Prepare,
    PrePrepare,
    Status,
    ViewChange,
)
from consensus.records import EnterRecord, LeaveRecord
from tests.unit.consensus.builders import (
    TIMEOUT_MS,
    A,
    B,
    Bench,
    C,
    KeyedHash,
    batch,
    bench,
    claim,
    commit,
    membership,
    new_view,
    pre_prepare,
    prepare,
    prepared,
    said,
    sign_new_view,
    status,
    view_change,
    written,
)


def leave(made):
    """Let a bench leave its first view: something is owed and nothing is decided."""
    made.owe("Z")
    return made.wait(2 * TIMEOUT_MS)


def test_a_view_change_with_its_certificate_is_on_disk_before_it_is_sent() -> None:
    """Section 2: the new view, inactive, tip none; itself with its certificate."""
    backup = bench()
    backup.accept(A)
    backup.receive(prepare(0, A))
    step = leave(backup)
    [said_change] = said(step, ViewChange)
    assert written(step, LeaveRecord) == [LeaveRecord(said_change)]
    assert said_change.certificate is not None
    assert said_change.claim.rank == said_change.certificate.rank == (1, 1)
    assert (backup.report.view, backup.report.active, backup.report.tip_sequence) == (2, False, 0)


def test_after_leaving_no_prepare_for_the_view_that_was_left() -> None:
    """Section 4, *Leaving*: from then on no Prepare and no Commit for views below v', ever.

    Checklist 5.
    """
    backup = bench()
    leave(backup)
    step = backup.receive(pre_prepare(A), prepare(0, A), prepare(3, A)) + backup.check(A)
    assert said(step, Prepare) == []
    assert said(step, Commit) == []


def test_weak_quorum_others_take_a_replica_along() -> None:
    """Section 4: let x be the weak_quorum-th largest new_view."""
    backup = bench()
    assert said(backup.receive(view_change(0, 2)), ViewChange) == []
    step = backup.receive(view_change(3, 3))
    assert [change.claim.new_view for change in said(step, ViewChange)] == [2]


def test_one_replica_with_a_huge_view_moves_nobody() -> None:
    """Section 4: x is the weak_quorum-th largest, not the largest."""
    backup = bench()
    backup.receive(view_change(0, 10**9))
    assert backup.report.view == 1
    backup.receive(view_change(3, 2))
    assert backup.report.view == 2


def test_the_timer_starts_only_when_a_quorum_waits() -> None:
    """Section 4: no racing."""
    backup = bench()
    backup.receive(view_change(0, 2), view_change(3, 2))
    assert backup.report.view == 2
    backup.wait(3 * TIMEOUT_MS)
    assert backup.report.view == 3


def test_a_replica_that_waits_alone_stays_where_it_is() -> None:
    """Section 4: the timer for v' starts only when a quorum of ViewChange for >= v' is seen."""
    backup = bench()
    leave(backup)
    backup.wait(20 * TIMEOUT_MS)
    assert backup.report.view == 2


def test_the_new_primary_opens_its_view_on_the_highest_certificate() -> None:
    """Section 4, *New primary*: anchor = the one of highest rank."""
    primary = bench(3)
    primary.receive(view_change(0, 2, prepared(A)))
    step = primary.receive(view_change(2, 2, prepared(B)))
    [opened] = said(step, NewView)
    assert opened.certificate == prepared(B)
    assert [told.replica for told in opened.claims] == [0, 2, 3]
    assert (primary.report.view, primary.report.active) == (2, True)


def test_a_new_view_is_on_disk_before_it_is_sent() -> None:
    """Section 2: NewView, itself."""
    primary = bench(3)
    step = primary.receive(*(view_change(replica, 2) for replica in (0, 1, 2)))
    assert written(step, EnterRecord) == [EnterRecord(said(step, NewView)[0])]


def test_a_new_view_needs_a_quorum_for_exactly_its_view() -> None:
    """Section 4, *New primary*: a quorum of view changes for v'."""
    primary = bench(3)
    step = primary.receive(view_change(0, 2), view_change(1, 3))
    assert said(step, NewView) == []
    assert primary.report.view == 2


def test_a_view_change_whose_certificate_does_not_verify_counts_for_joining_only() -> None:
    """Section 4: and gives way to a copy that does."""
    primary = bench(3)
    too_few = ViewChange(claim(1, 2, prepared(A)), prepared(A, by=(0, 1)))
    step = primary.receive(view_change(0, 2), too_few)
    assert primary.report.view == 2
    assert said(step, NewView) == []
    step = primary.receive(view_change(1, 2, prepared(A)))
    assert [opened.certificate for opened in said(step, NewView)] == [prepared(A)]


def test_claims_that_a_status_shows_count_for_joining_and_for_the_timer() -> None:
    """Section 2: Status shows the newest ViewChange of each, with signatures; a link may be down.

    With one link cut for good two replicas once waited for ever in different views.
    """
    backup = bench()
    backup.receive(status(0, claims=(claim(0, 2), claim(2, 2), claim(3, 2))))
    assert backup.report.view == 2
    backup.tick(1_500)
    assert backup.report.view == 3


def test_a_claim_without_its_certificate_counts_for_no_new_view() -> None:
    """Section 4: certificates it has verified; the message itself still may come."""
    primary = bench(3)
    bare = claim(1, 2, prepared(A))
    primary.receive(status(1, claims=(claim(0, 2), bare)))
    assert (primary.report.view, primary.report.active) == (2, False)
    step = primary.receive(view_change(1, 2, prepared(A)))
    assert [opened.certificate for opened in said(step, NewView)] == [prepared(A)]


def test_a_forged_claim_in_a_status_is_the_senders_fault_and_moves_nobody() -> None:
    """Section 4: with signatures."""
    backup = bench()
    forged = [replace(claim(r, 2), new_view=View(9)) for r in (2, 3)]
    foreign = replace(claim(3, 2), epoch=1)
    for wrong in (*forged, foreign):
        step = backup.receive(status(0, claims=(wrong,)))
        assert [(f.replica, f.kind) for f in step.faults] == [(0, FaultKind.INVALID_CERTIFICATE)]
    assert backup.report.view == 1


def test_an_accepted_new_view_is_on_disk_and_active() -> None:
    """Section 4, *Accept a NewView*: to disk; active; anchor set."""
    backup = bench()
    opened = new_view(2, prepared(A))
    step = backup.receive(opened)
    assert written(step, EnterRecord) == [EnterRecord(opened)]
    assert (backup.report.view, backup.report.active) == (2, True)


def test_a_new_view_for_a_lower_view_is_late() -> None:
    """Section 4: for v' >= own view, not active in v'."""
    backup = bench()
    backup.receive(new_view(3))
    assert backup.receive(new_view(2)).persist == ()
    assert backup.report.view == 3


def refused(opened: NewView) -> FaultKind:
    """Return for what a replica blames the primary; it must not enter the view."""
    backup = bench()
    step = backup.receive(opened)
    assert backup.report.view == 1
    [fault] = step.faults
    assert fault.replica == 3
    return fault.kind


def test_a_new_view_with_too_few_claims_is_refused() -> None:
    """Section 4: a quorum of different members. Checklist 10."""
    assert refused(new_view(2, by=(0, 1))) is FaultKind.INVALID_NEW_VIEW
    twice = new_view(2, claims=(claim(0, 2), claim(1, 2), claim(1, 2)))
    assert refused(twice) is FaultKind.INVALID_NEW_VIEW


def test_a_new_view_with_claims_for_another_view_is_refused() -> None:
    """Section 4: for exactly (epoch, v')."""
    other = new_view(2, claims=(claim(0, 2), claim(1, 2), claim(2, 3)))
    assert refused(other) is FaultKind.INVALID_NEW_VIEW


def test_a_new_view_must_build_on_the_highest_rank_claimed() -> None:
    """Section 4: and it has the highest rank claimed. Checklist 10."""
    claims = (claim(0, 2), claim(1, 2, prepared(A)), claim(2, 2, prepared(B)))
    lower = sign_new_view(NewView(0, 2, claims, prepared(A), b""))
    none = sign_new_view(NewView(0, 2, claims, None, b""))
    assert refused(lower) is FaultKind.INVALID_NEW_VIEW
    assert refused(none) is FaultKind.INVALID_NEW_VIEW


def test_a_certificate_must_come_from_before_the_new_view() -> None:
    """Section 4: its view is below v'."""
    assert refused(new_view(2, prepared(A, view=2))) is FaultKind.INVALID_NEW_VIEW


def test_two_different_new_views_of_one_primary_are_evidence_and_harmless() -> None:
    """Section 4, *Accept a NewView*. Checklist 8."""
    backup = bench()
    backup.receive(new_view(2))
    step = backup.receive(new_view(2, by=(1, 2, 3)))
    [fault] = step.faults
    assert fault.kind is FaultKind.CONFLICTING_NEW_VIEW
    assert fault.evidence is not None
    verify_evidence(fault.evidence, membership(), KeyedHash())
    assert (backup.report.view, backup.report.active) == (2, True)


def test_a_new_view_that_did_not_hold_is_not_verified_again() -> None:
    """Section 9: one NewView per (sender, view) verified."""
    backup = bench()
    assert backup.receive(new_view(2, by=(0, 1))).faults
    assert not backup.receive(new_view(2, by=(0, 1))).faults


def test_a_replica_that_lacks_the_anchor_fetches_it() -> None:
    """Section 4: a replica that lacks the anchor or ancestors fetches them."""
    step = bench().receive(new_view(2, prepared(A)))
    assert [fetch.digest for fetch in said(step, FetchBatch)] == [A.digest]


def test_ancestors_are_never_proposed_again_one_by_one() -> None:
    """Section 4: only the anchor; its ancestors come with it. Checklist 7."""
    primary = bench(3)
    primary.accept(A, B)
    changes = [view_change(replica, 2, prepared(B)) for replica in (0, 1, 2)]
    step = primary.receive(*changes)
    assert [proposal.batch for proposal in said(step, PrePrepare)] == [B]


def test_a_backup_votes_again_for_the_anchor_and_then_for_its_child() -> None:
    """Section 3, condition 4: without a tip, the batch is the anchor itself. Checklist 9."""
    backup = bench()
    backup.accept(A, B)
    backup.receive(new_view(2, prepared(B)))
    child = batch("C", B, view=2)
    step = backup.receive(pre_prepare(child, view=2)) + backup.check(child)
    assert [vote.sequence for vote in said(step, Prepare)] == [3]
    assert said(backup.receive(pre_prepare(B, view=2)), Prepare) == []


def test_the_root_is_never_voted_for() -> None:
    """Section 3, condition 4: never the root; a view may build on it all the same."""
    backup = bench()
    backup.receive(new_view(2))
    first = batch("A", view=2)
    assert [vote.sequence for vote in said(backup.accept(first, view=2), Prepare)] == [1]


def test_a_primary_that_provably_equivocated_is_shown_to_all_and_left() -> None:
    """Section 4, *Leave view v when*: the proof is passed on to all before leaving. Checklist 1."""
    backup = bench()
    backup.accept(A)
    step = backup.receive(pre_prepare(batch("X")))
    kinds = [type(send.message) for send in step.sends]
    assert kinds[:2] == [Equivocation, ViewChange]
    proof = step.faults[0].evidence
    assert proof is not None
    assert [proof.equivocation()] == said(step, Equivocation)
    assert backup.report.view == 2


def test_a_proof_of_equivocation_that_is_passed_on_counts_as_much() -> None:
    """Section 4: provably."""
    backup = bench()
    proof = Equivocation(prepare(2, A), prepare(2, batch("X")))
    step = backup.receive(proof)
    assert said(step, Equivocation) == [proof]
    assert backup.report.view == 2


def test_an_equivocation_seen_before_the_first_vote_is_still_a_reason_to_leave() -> None:
    """Section 4: provably; it is passed on once, and left when that is possible."""
    backup = Bench()
    proof = Equivocation(prepare(2, A), prepare(2, batch("X")))
    assert said(backup.receive(proof, proof), Equivocation) == [proof]
    backup.arm()
    assert backup.report.view == 1
    step = backup.receive(proof)
    assert (said(step, Equivocation), backup.report.view) == ([], 2)


def test_a_proof_that_proves_nothing_moves_nobody() -> None:
    """Section 4: provably."""
    backup = bench()
    step = backup.receive(
        Equivocation(prepare(2, A), prepare(2, A)),
        Equivocation(prepare(2, A), commit(2, batch("X"))),
        Equivocation(prepare(2, A), prepare(2, B)),
        Equivocation(prepare(2, A), prepare(3, batch("X"))),
    )
    assert step.faults == ()
    assert backup.report.view == 1


def test_a_backup_that_equivocates_is_reported_and_moves_nobody() -> None:
    """Section 4: the primary provably equivocated."""
    backup = bench()
    step = backup.receive(prepare(3, A), prepare(3, batch("X")))
    [fault] = step.faults
    assert fault.evidence == Evidence(
        vote_statement(prepare(3, A)), vote_statement(prepare(3, batch("X")))
    )
    assert backup.report.view == 1


def test_the_time_a_primary_gets_grows_by_half_with_each_view_without_a_commit() -> None:
    """Section 4, *Timeouts*: times 1.5, at most 8 times; back to the start on a commit."""
    backup = bench()
    backup.receive(view_change(0, 2), view_change(3, 2))
    assert backup.report.timeout_ms == 1_500
    backup.receive(view_change(0, 3), view_change(3, 3))
    assert backup.report.timeout_ms == 2_250
    backup.receive(new_view(3))
    assert backup.report.timeout_ms == 2_250
    backup.receive(pre_prepare(A), *(commit(replica, A) for replica in (0, 2, 3)))
    backup.adopt(A)
    assert backup.report.timeout_ms == TIMEOUT_MS


def test_a_replica_says_its_status_when_its_view_changes() -> None:
    """Section 2: Status every status_ms, on connect, on change."""
    backup = bench()
    [before] = said(backup.receive(new_view(2)), Status)
    assert (before.view, before.active) == (2, True)


def test_nobody_leaves_for_a_view_in_which_something_is_prepared() -> None:
    """Section 4, *Accept a NewView*: its view is below v'; such a claim could not be shown."""
    backup = bench()
    backup.receive(*(prepare(replica, C, view=5) for replica in (0, 2, 3)))
    backup.receive(view_change(0, 4), view_change(3, 4))
    assert backup.report.view == 1
    backup.receive(view_change(0, 6), view_change(3, 6))
    assert backup.report.view == 6


def test_with_five_replicas_three_commits_are_no_quorum() -> None:
    """Section 1: 2f + 1 only when n = 3f + 1; with n = 5 plain 2f + 1 forks."""
    five = membership(5)
    backup = bench(1, five)
    others = [commit(replica, A, of=five) for replica in (0, 2, 3, 4)]
    assert backup.receive(pre_prepare(A, of=five), *others[:3]).decided == ()
