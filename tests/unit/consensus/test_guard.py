"""The only place that signs, with everything else taken away."""

import pytest

from consensus.ids import BatchRef, Rank
from consensus.messages import VoteKind
from consensus.records import CheckpointRecord, ExecutedRecord, VoteRecord
from tests.unit.consensus.builders import (
    FOUR,
    A,
    B,
    batch,
    chain,
    checkpoint,
    digest_of,
    header_of,
    new_view,
    prepare,
    prepared,
    seal,
    state_of,
    view_change,
)

PREPARE, COMMIT = VoteKind.PREPARE, VoteKind.COMMIT
X = batch("X")


def sealed_state(*executed):
    state = state_of()
    for done in executed:
        state.marks.execute(ExecutedRecord(done.sequence, done.digest, header_of(done)))
    state.marks.raise_seal(seal(executed[-1]))
    return state


@pytest.mark.parametrize("kind", [PREPARE, COMMIT])
def test_one_digest_is_signed_for_one_kind_view_and_sequence(kind: VoteKind) -> None:
    state = state_of()
    first = state.guard.vote(kind, 1, A.ref)
    assert state.journal.take() == (VoteRecord(first),)
    assert state.guard.vote(kind, 1, A.ref) is first
    assert state.guard.vote(kind, 1, X.ref) is None
    assert state.journal.take() == ()


def test_kinds_do_not_stand_in_each_others_way() -> None:
    state = state_of()
    assert state.guard.vote(PREPARE, 1, A.ref)
    assert state.guard.vote(COMMIT, 1, X.ref)


@pytest.mark.parametrize("view", [0, 2])
def test_only_the_present_view_is_signed(view: int) -> None:
    assert state_of().guard.vote(PREPARE, view, A.ref) is None


def test_nothing_is_signed_while_no_view_is_active() -> None:
    state = state_of()
    state.reign.leave(view_change(1, 2), 0)
    assert state.guard.vote(PREPARE, 2, A.ref) is None
    assert state.guard.vote(COMMIT, 1, A.ref) is None


def test_nothing_is_signed_above_the_window() -> None:
    fourth, fifth = chain("ABCDE")[3:]
    guard = state_of().guard
    assert guard.vote(PREPARE, 1, fourth.ref)
    assert guard.vote(PREPARE, 1, fifth.ref) is None


def test_below_the_watermark_only_the_anchor_is_signed() -> None:
    state = sealed_state(A, B)
    state.reign.enter(new_view(2, prepared(B)), B.ref, 0)
    assert state.guard.vote(PREPARE, 2, A.ref) is None
    assert state.guard.vote(PREPARE, 2, BatchRef(2, X.digest)) is None
    assert state.guard.vote(PREPARE, 2, B.ref)


def test_one_header_is_signed_at_one_height() -> None:
    state = state_of()
    first = state.guard.checkpoint(1, header_of(A))
    assert state.journal.take() == (CheckpointRecord(first),)
    assert state.guard.checkpoint(1, header_of(A)) is first
    assert state.guard.checkpoint(1, digest_of("other")) is None
    assert sealed_state(A).guard.checkpoint(1, header_of(A)) is None


def test_one_claim_is_signed_for_one_view() -> None:
    state = state_of()
    own = state.guard.claim(2, Rank(0, 0), FOUR.root_digest)
    assert own is not None
    state.reign.leave(view_change(1, 2), 0)
    assert state.guard.claim(2, Rank(1, 1), A.digest) is None
    assert state.guard.claim(1, Rank(0, 0), FOUR.root_digest) is None


def test_one_new_view_is_signed_by_its_primary() -> None:
    state = state_of(3)
    assert state.guard.new_view((), None) is None
    state.reign.leave(view_change(3, 2), 0)
    opened = state.guard.new_view((), None)
    assert opened is not None
    state.reign.enter(opened, FOUR.root, 0)
    assert state.guard.new_view((), prepared(A)) is None
    backup = state_of(1)
    backup.reign.leave(view_change(1, 2), 0)
    assert backup.guard.new_view((), None) is None


def test_nothing_is_signed_by_an_observer_an_amnesic_or_before_it_is_armed() -> None:
    observer, forgetful, early = state_of(None), state_of(), state_of()
    forgetful.guard.amnesia = True
    early.guard.armed = False
    for state in (observer, forgetful, early):
        assert state.guard.vote(PREPARE, 1, A.ref) is None
        assert state.guard.checkpoint(1, header_of(A)) is None
        assert state.guard.claim(2, Rank(0, 0), FOUR.root_digest) is None
        assert not state.guard.may_sign()


def test_stored_votes_come_back_and_contradictions_are_told() -> None:
    guard = state_of().guard
    assert guard.remember(prepare(1, A))
    assert guard.remember(prepare(1, A))
    assert not guard.remember(prepare(1, X))
    assert guard.remember(checkpoint(1, A))
    assert not guard.remember(checkpoint(1, A, digest_of("other")))
    assert guard.vote(PREPARE, 1, A.ref) == prepare(1, A)
    assert guard.stored(PREPARE, 1, 1) == A.digest
    assert guard.stored(COMMIT, 1, 1) is None
    assert (guard.votes(), guard.checkpoints()) == ((prepare(1, A),), (checkpoint(1, A),))


def test_what_lies_below_the_watermark_is_forgotten_once_it_votes() -> None:
    state = sealed_state(A, B)
    for vote in (prepare(1, A), prepare(1, B), checkpoint(1, A), checkpoint(1, B)):
        state.guard.remember(vote)
    state.reign.extend(B.ref)
    state.guard.armed = False
    state.guard.forget()
    assert len(state.guard.votes()) == 2
    state.guard.armed = True
    state.guard.forget()
    assert state.guard.votes() == (prepare(1, B),)
    assert state.guard.checkpoints() == ()
