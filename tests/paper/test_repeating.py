"""Losing and repeating messages, sentence by sentence (consensus.md section 5)."""

from consensus.messages import (
    BatchReply,
    CertificateReply,
    Checkpoint,
    Commit,
    FetchBatch,
    FetchCertificate,
    FetchNewView,
    NewView,
    Prepare,
    PrePrepare,
    SealReply,
    ViewChange,
)
from tests.unit.consensus.builders import (
    STATUS_MS,
    TIMEOUT_MS,
    A,
    B,
    C,
    batch,
    bench,
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
)


def later(made):
    """Let what was said become older than one period."""
    made.tick(STATUS_MS)
    return made


def test_what_is_younger_than_one_period_is_still_under_way() -> None:
    """Section 5: what is older than one period."""
    backup = bench()
    backup.tick(STATUS_MS)
    backup.accept(A)
    backup.tick(STATUS_MS - 1)
    assert said(backup.receive(status(3)), Prepare) == []


def test_own_prepares_of_its_view_above_its_highest_rank_are_repeated() -> None:
    """Section 5: own Prepares of its view above its highest rank."""
    backup = bench()
    backup.accept(A, B)
    later(backup)
    assert [v.sequence for v in said(backup.receive(status(3)), Prepare)] == [1, 2]
    later(backup)
    above = status(3, rank=prepared(A).rank)
    assert [v.sequence for v in said(backup.receive(above), Prepare)] == [2]
    later(backup)
    assert said(backup.receive(status(3, view=2)), Prepare) == []


def test_at_most_once_per_status_and_twice_a_period() -> None:
    """Section 5: at most once per status; section 9: status rate."""
    backup = bench()
    backup.accept(A)
    later(backup)
    assert said(backup.receive(status(3)), Prepare)
    assert said(backup.receive(status(3)), Prepare) == []
    backup.tick(STATUS_MS // 2)
    assert said(backup.receive(status(3)), Prepare)


def test_repeats_go_to_the_one_that_asks() -> None:
    """Section 5: whoever reads a Status sends."""
    backup = bench()
    backup.accept(A)
    later(backup)
    assert {send.to for send in backup.receive(status(3)).sends} == {3}


def test_proposals_of_its_view_above_its_tip_are_passed_on_whoever_made_them() -> None:
    """Section 5: PrePrepares of that view above its tip, whoever holds them."""
    backup = bench()
    backup.accept(A, B)
    later(backup)
    above = status(3, tip_sequence=1)
    assert said(backup.receive(above), PrePrepare) == [pre_prepare(B)]
    later(backup)
    assert said(backup.receive(status(3, view=2)), PrePrepare) == []


def test_own_commits_above_its_decided_are_repeated() -> None:
    """Section 5: own Commits of any view above its decided."""
    backup = bench()
    backup.accept(A, B)
    backup.receive(prepare(0, A), prepare(0, B))
    backup.receive(new_view(2, prepared(B)))
    later(backup)
    assert [v.sequence for v in said(backup.receive(status(3)), Commit)] == [1, 2]
    later(backup)
    assert [v.sequence for v in said(backup.receive(status(3, decided=1)), Commit)] == [2]


def test_own_checkpoints_above_its_low_are_repeated() -> None:
    """Section 5: own Checkpoints above its low up to the own executed."""
    backup = bench()
    backup.decide(A, B)
    backup.execute(A, B)
    later(backup)
    assert [v.sequence for v in said(backup.receive(status(3)), Checkpoint)] == [1, 2]
    later(backup)
    step = backup.receive(status(3, low_watermark=1))
    assert [v.sequence for v in said(step, Checkpoint)] == [2]


def test_the_commit_certificate_of_the_last_decided_batch_is_shown() -> None:
    """Section 5: if above its decided."""
    backup = bench()
    backup.decide(A)
    later(backup)
    step = backup.receive(status(3, rank=prepared(A).rank))
    assert said(step, CertificateReply) == [CertificateReply(1, committed(A, by=(0, 2, 3)))]


def test_the_highest_certificate_is_shown_to_whoever_has_a_lower_one() -> None:
    """Section 5: the highest certificate, if above its rank."""
    backup = bench()
    backup.accept(A)
    backup.receive(prepare(0, A))
    later(backup)
    assert said(backup.receive(status(3)), CertificateReply) == [CertificateReply(1, prepared(A))]
    later(backup)
    assert said(backup.receive(status(3, rank=prepared(A).rank)), CertificateReply) == []


def test_a_seal_is_shown_to_whoever_has_executed_and_lost_the_votes() -> None:
    """Section 5: at or below the own low watermark: seals."""
    backup = bench()
    backup.seal(A)
    later(backup)
    step = backup.receive(status(3, executed=1, decided=1))
    assert [shown.seal.sequence for shown in said(step, SealReply)] == [1]
    reader = bench()
    reader.decide(A)
    reader.execute(A)
    assert reader.receive(SealReply(0, seal(A))).seals == (seal(A),)


def test_the_entry_proof_goes_to_a_lower_view_or_the_same_one_not_active() -> None:
    """Section 4: its entry proof to each replica whose status shows a lower view."""
    backup = bench()
    opened = new_view(2)
    backup.receive(opened)
    later(backup)
    assert said(backup.receive(status(3)), NewView) == [opened]
    later(backup)
    assert said(backup.receive(status(3, view=2, active=False)), NewView) == [opened]
    later(backup)
    assert said(backup.receive(status(3, view=2)), NewView) == []


def test_an_inactive_replica_shows_its_view_change_instead() -> None:
    """Section 5: its entry proof or (inactive) its ViewChange."""
    backup = bench()
    [own] = said(backup.receive(view_change(0, 2), view_change(3, 2)), ViewChange)
    later(backup)
    assert said(backup.receive(status(2)), ViewChange) == [own]
    later(backup)
    assert said(backup.receive(status(2, view=2, active=False)), ViewChange) == [own]


def test_a_view_change_stays_as_it_is_with_a_higher_certificate() -> None:
    """Section 4: a ViewChange once stored stays as it is."""
    backup = bench()
    [own] = said(backup.receive(view_change(0, 2), view_change(3, 2)), ViewChange)
    backup.receive(CertificateReply(0, prepared(A)))
    assert backup.report.rank == (1, 1)
    later(backup)
    assert said(backup.receive(status(2)), ViewChange) == [own]


def test_a_status_far_ahead_is_a_hint_to_catch_up() -> None:
    """Section 5: at or below the low watermark of the other: blocks and seals."""
    step = bench().receive(status(3, low_watermark=7, executed=7, decided=7))
    assert [(hint.sequence, hint.replica) for hint in step.fetches] == [(7, 3)]


def test_a_decision_that_does_not_come_by_itself_is_asked_for() -> None:
    """Section 2: FetchCertificate."""
    backup = bench()
    later(backup)
    step = backup.receive(status(3, decided=1))
    assert [send.to for send in step.sends if isinstance(send.message, FetchCertificate)] == [3]
    other = bench(3)
    other.decide(A)
    step = other.receive(said(step, FetchCertificate)[0])
    assert said(step, CertificateReply) == [CertificateReply(3, committed(A, by=(0, 1, 2)))]
    step = backup.receive(pre_prepare(A), *said(step, CertificateReply))
    assert [decided.batch for decided in step.decided] == [A]


def test_a_missing_ancestor_is_fetched_by_digest_from_another_each_period() -> None:
    """Section 3: missing ancestors are fetched by digest; section 2: to another each period."""
    backup = bench()
    backup.receive(pre_prepare(B))
    step = backup.receive(*(commit(replica, B) for replica in (0, 2, 3)))
    asked = [send for send in step.sends if isinstance(send.message, FetchBatch)]
    asked += [s for s in backup.wait(2 * STATUS_MS).sends if isinstance(s.message, FetchBatch)]
    assert [(send.message.digest, send.to) for send in asked] == [
        (A.digest, 2),
        (A.digest, 3),
        (A.digest, 0),
    ]
    step = backup.receive(BatchReply(2, 0, (A,)))
    assert [decided.batch for decided in step.decided] == [A, B]
    assert said(backup.wait(2 * STATUS_MS), FetchBatch) == []


def test_a_batch_comes_with_its_ancestors() -> None:
    """Section 2: a batch comes with up to WINDOW ancestors."""
    backup = bench(of=membership(window=2))
    backup.accept(A, B)
    step = backup.receive(FetchBatch(3, 0, B.digest))
    assert said(step, BatchReply) == [BatchReply(1, 0, (B, A))]
    assert said(backup.receive(FetchBatch(3, 0, C.digest)), BatchReply) == []


def test_a_reply_that_nobody_asked_for_is_ignored() -> None:
    """Section 2: replies prove themselves, and only to whoever asked."""
    backup = bench()
    backup.receive(BatchReply(3, 0, (A,)), BatchReply(3, 0, ()))
    assert said(backup.receive(FetchBatch(3, 0, A.digest)), BatchReply) == []


def test_a_reply_that_does_not_hang_together_is_a_fault() -> None:
    """Section 2: replies prove themselves."""
    backup = bench()
    backup.receive(new_view(2, prepared(B)))
    step = backup.receive(BatchReply(3, 0, (B, batch("X"))))
    assert [f.replica for f in step.faults] == [3]


def test_votes_in_a_view_that_is_not_open_here_make_it_ask_for_its_proof() -> None:
    """Section 2: FetchNewView."""
    backup = bench()
    step = backup.receive(prepare(3, A, view=2), prepare(3, B, view=2))
    assert said(step, FetchNewView) == [FetchNewView(1, 0, 2)]
    other = bench(3)
    other.receive(*(view_change(replica, 2) for replica in (0, 1, 2)))
    step = other.receive(*said(step, FetchNewView))
    assert [opened.view for opened in said(step, NewView)] == [2]
    assert said(other.receive(FetchNewView(1, 0, 3)), NewView) == []


def test_buffered_proposals_are_looked_at_when_their_view_opens() -> None:
    """Section 8: afterwards buffered proposals and new views are looked at again."""
    backup = bench()
    first = batch("A", view=2)
    assert backup.receive(pre_prepare(first, view=2)).checks == ()
    assert backup.receive(new_view(2)).checks == (first,)


def test_a_certificate_that_does_not_hold_is_the_senders_fault() -> None:
    """Section 2: a quorum of different members of that epoch."""
    backup = bench()
    for wrong in (prepared(A, by=(0, 1)), committed(A, by=(0, 1))):
        step = backup.receive(CertificateReply(3, wrong))
        assert [f.replica for f in step.faults] == [3]
    assert [f.replica for f in backup.receive(SealReply(3, seal(A, by=(0, 1)))).faults] == [3]


def test_a_commit_certificate_beyond_what_is_kept_is_a_hint() -> None:
    """Section 8: what counts are certificates; far ahead blocks are fetched."""
    backup = bench(of=membership(window=1))
    step = backup.receive(CertificateReply(3, committed(C)))
    assert [(hint.sequence, hint.replica) for hint in step.fetches] == [(3, 3)]


def test_a_new_replica_on_the_link_gets_a_status_at_once() -> None:
    """Section 2: Status on connect."""
    backup = bench()
    step = backup.receive(status(3))
    assert [send.to for send in step.sends] == [3]
    assert backup.receive(status(3)).sends == ()


def test_with_every_first_message_lost_all_is_repeated_by_status() -> None:
    """Section 5: nothing depends on one delivery."""
    primary, backup = bench(2), bench(1)
    primary.propose("A")
    later(primary)
    step = backup.receive(*said(primary.receive(status(1)), PrePrepare))
    [proposed] = step.checks
    backup.check(proposed)
    later(backup)
    assert said(backup.receive(status(2, tip_sequence=1)), Prepare)
    assert backup.report.timeout_ms == TIMEOUT_MS
    assert digest_of("A") in proposed.bundle_digests
