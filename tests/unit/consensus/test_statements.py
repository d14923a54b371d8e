"""Whoever signs two different things is convicted, whatever way the two come here.

Checklist 1 and 29: an equivocation, also of the own key, is found by whoever sees both halves.
"""

from dataclasses import replace

import pytest

from consensus import Digest, Step
from consensus.evidence import statements_of
from consensus.faults import CONFLICTS, FaultKind
from consensus.messages import CertificateReply, Equivocation, Message, SealReply, VoteKind
from consensus.statements import STATEMENTS_MIN, STATEMENTS_PER_WINDOW, Statements
from tests.unit.consensus.builders import (
    FOUR,
    A,
    KeyedHash,
    batch,
    bench,
    checkpoint,
    claim,
    commit,
    committed,
    digest_of,
    new_view,
    pre_prepare,
    prepare,
    prepared,
    seal,
    status,
    view_change,
)

X = batch("X")
OTHER = digest_of("other header")


def convicted(step: Step) -> list[tuple[int, VoteKind]]:
    proofs = [fault.evidence for fault in step.faults if fault.evidence is not None]
    return [(proof.place.replica, proof.place.kind) for proof in proofs]


def test_there_is_a_fault_for_each_kind_of_statement() -> None:
    assert set(CONFLICTS) == set(VoteKind)
    assert len(set(CONFLICTS.values())) == len(VoteKind)


@pytest.mark.parametrize(
    ("first", "second", "kind"),
    [
        (pre_prepare(A), pre_prepare(X), VoteKind.PREPARE),
        (prepare(3, A), prepare(3, X), VoteKind.PREPARE),
        (commit(3, A), commit(3, X), VoteKind.COMMIT),
        (checkpoint(3, A), checkpoint(3, A, OTHER), VoteKind.CHECKPOINT),
        (view_change(3, 2), view_change(3, 2, prepared(A)), VoteKind.VIEW_CHANGE),
        (new_view(2), new_view(2, by=(1, 2, 3)), VoteKind.NEW_VIEW),
    ],
)
def test_two_messages_of_every_kind_bring_a_fault_with_evidence(
    first: Message, second: Message, kind: VoteKind
) -> None:
    backup = bench()
    assert convicted(backup.receive(first)) == []
    step = backup.receive(second)
    signer = statements_of(first, FOUR)[0].place.replica
    assert convicted(step) == [(signer, kind)]
    assert step.faults[0].kind is CONFLICTS[kind]


def test_of_two_new_views_neither_of_which_holds_the_signer_is_convicted_too() -> None:
    step = bench().receive(new_view(2, by=(0, 1)), new_view(2, by=(0, 2)))
    assert convicted(step) == [(3, VoteKind.NEW_VIEW)]
    assert FaultKind.INVALID_NEW_VIEW in [fault.kind for fault in step.faults]


def test_a_vote_of_an_old_view_that_is_not_counted_any_more_still_convicts() -> None:
    backup = bench()
    backup.receive(prepare(3, A), prepare(3, A, view=7), prepare(3, A, view=8))
    assert convicted(backup.receive(prepare(3, X))) == [(3, VoteKind.PREPARE)]


def test_a_status_that_shows_the_other_vote_convicts_whoever_split_it() -> None:
    """One member saw one proposal, another member the other one; neither was sent both."""
    backup = bench()
    backup.receive(pre_prepare(A))
    step = backup.receive(status(0, votes=(prepare(2, X),)))
    assert convicted(step) == [(2, VoteKind.PREPARE)]


def test_a_status_that_shows_another_claim_convicts_as_well() -> None:
    backup = bench()
    backup.receive(view_change(3, 2))
    step = backup.receive(status(0, claims=(claim(3, 2, prepared(A)),)))
    assert convicted(step) == [(3, VoteKind.VIEW_CHANGE)]


def test_a_status_with_a_forged_vote_convicts_nobody() -> None:
    backup = bench()
    backup.receive(pre_prepare(A), prepare(3, A))
    forged = replace(prepare(2, X), signature=bytes(64))
    step = backup.receive(status(0, votes=(forged, prepare(3, X))))
    assert convicted(step) == []


def test_a_seal_with_another_header_of_one_voter_convicts_it() -> None:
    backup = bench()
    backup.receive(checkpoint(2, A, OTHER))
    step = backup.receive(SealReply(0, seal(A, by=(0, 2, 3))))
    assert convicted(step) == [(2, VoteKind.CHECKPOINT)]


def test_a_certificate_with_another_vote_of_one_voter_convicts_it() -> None:
    backup = bench()
    backup.receive(commit(3, X))
    step = backup.receive(CertificateReply(0, committed(A, by=(0, 2, 3))))
    assert convicted(step) == [(3, VoteKind.COMMIT)]


def test_a_new_view_brings_the_claims_and_the_certificate_inside_it() -> None:
    backup = bench()
    backup.receive(prepare(0, X), view_change(0, 2))
    step = backup.receive(new_view(2, prepared(A, by=(0, 2, 3)), by=(0, 2, 3)))
    assert sorted(convicted(step)) == [(0, VoteKind.PREPARE), (0, VoteKind.VIEW_CHANGE)]


def test_a_certificate_that_does_not_hold_testifies_nothing() -> None:
    backup = bench()
    backup.receive(commit(3, X))
    false = replace(committed(A, by=(0, 2, 3)), signatures=committed(A, by=(0, 3)).signatures)
    assert convicted(backup.receive(CertificateReply(0, false))) == []


def test_a_proof_that_is_passed_on_convicts_here_too() -> None:
    step = bench().receive(Equivocation(commit(3, A), commit(3, X)))
    assert convicted(step) == [(3, VoteKind.COMMIT)]


def test_the_own_key_used_elsewhere_convicts_itself_and_is_silent_from_then_on() -> None:
    backup = bench()
    backup.accept(A)
    step = backup.receive(prepare(1, X))
    assert convicted(step) == [(1, VoteKind.PREPARE)]
    assert (backup.report.amnesia, backup.report.voting) == (True, False)


def test_a_proof_against_the_own_key_that_is_passed_on_takes_the_vote_away_too() -> None:
    backup = bench()
    step = backup.receive(Equivocation(commit(1, A), commit(1, X)))
    assert convicted(step) == [(1, VoteKind.COMMIT)]
    assert not backup.report.voting


def test_after_a_restart_the_own_votes_are_known_as_before() -> None:
    backup = bench()
    backup.accept(A)
    backup.reboot()
    assert convicted(backup.receive(prepare(1, X))) == [(1, VoteKind.PREPARE)]


def test_the_same_message_again_convicts_nobody() -> None:
    backup = bench()
    messages = (prepare(3, A), commit(3, A), checkpoint(3, A), view_change(3, 2), new_view(2))
    assert convicted(backup.receive(*messages, *messages)) == []


def test_what_says_that_it_is_of_another_epoch_testifies_nothing() -> None:
    """No signature covers that field: the layout names the epoch of whoever checks it."""
    kept = Statements(FOUR, KeyedHash())
    kept.on_message(prepare(3, A))
    step = kept.on_message(replace(prepare(3, X), epoch=1))
    assert (convicted(step), kept.count()) == ([], 1)


def test_memory_is_bounded_whatever_one_replica_signs() -> None:
    """Checklist 43."""
    kept = Statements(FOUR, KeyedHash())
    bound = STATEMENTS_MIN + STATEMENTS_PER_WINDOW * FOUR.limits.window
    for view in range(1, 3 * bound):
        kept.on_message(prepare(3, A, view=view))
    kept.on_message(prepare(0, A))
    assert kept.count() == bound + 1


def test_all_of_two_windows_is_kept() -> None:
    kept = Statements(FOUR, KeyedHash())
    batches = [batch(sequence=sequence) for sequence in range(1, 2 * FOUR.limits.window + 1)]
    for voted in batches:
        for message in (prepare(3, voted), commit(3, voted), checkpoint(3, voted)):
            kept.on_message(message)
    step = kept.on_message(checkpoint(3, batches[0], Digest(bytes(32))))
    assert convicted(step) == [(3, VoteKind.CHECKPOINT)]
