"""Rebuilding a replica from its log."""

import pytest

from consensus import RestoreError
from consensus.durable import restore, snapshot
from consensus.records import (
    ArmedRecord,
    BatchRecord,
    CertificateRecord,
    CheckpointRecord,
    EnterRecord,
    ExecutedRecord,
    LeaveRecord,
    OpenedRecord,
    SealRecord,
    TurnRecord,
    VoteRecord,
)
from tests.unit.consensus.builders import (
    FOUR,
    A,
    B,
    batch,
    checkpoint,
    commit,
    committed,
    digest_of,
    header_of,
    membership,
    new_view,
    prepare,
    prepared,
    seal,
    state_of,
    view_change,
)

OPENED = OpenedRecord(FOUR.chain, 0)


def restored(*records, of=FOUR):
    state = state_of(of=of)
    restore((OPENED, *records), state)
    return state


def test_no_record_at_all_is_a_fresh_replica() -> None:
    assert not restore((), state_of())
    assert restore((OPENED,), state_of())


def test_a_log_begins_with_the_record_that_opens_it() -> None:
    with pytest.raises(RestoreError):
        restore((BatchRecord(A),), state_of())


def test_segments_open_the_same_log_again() -> None:
    assert restored(BatchRecord(A), OPENED, BatchRecord(A)).chain.recorded() == (A,)


@pytest.mark.parametrize(
    "records",
    [
        (VoteRecord(prepare(1, A)), VoteRecord(prepare(1, batch("X")))),
        (CheckpointRecord(checkpoint(1, A)), CheckpointRecord(checkpoint(1, A, digest_of("x")))),
        (ExecutedRecord(1, A.digest, header_of(A)), SealRecord(seal(A, digest_of("x")))),
        (VoteRecord(type(prepare(1, A))(1, 1, 1, 1, A.digest, bytes(64))),),
        (OpenedRecord(FOUR.chain, 1),),
    ],
)
def test_records_that_contradict_each_other_are_refused(records) -> None:
    with pytest.raises(RestoreError):
        restored(*records)


def test_a_log_that_holds_a_promise_was_armed_though_no_record_says_so() -> None:
    """Logs that were written before there was a record of it are read like this."""
    promises = (
        VoteRecord(prepare(1, A)),
        CheckpointRecord(checkpoint(1, A)),
        LeaveRecord(view_change(1, 2)),
        ArmedRecord(0),
    )
    for promise in promises:
        assert restored(promise).guard.was_armed
    assert not restored(BatchRecord(A), EnterRecord(new_view(2))).guard.was_armed


def test_the_tip_is_the_highest_own_prepare_of_the_present_view() -> None:
    state = restored(VoteRecord(prepare(1, A)), VoteRecord(prepare(1, B)), VoteRecord(commit(1, A)))
    assert state.reign.tip == B.ref


def test_a_prepare_of_an_earlier_view_is_no_tip() -> None:
    state = restored(VoteRecord(prepare(1, A)), EnterRecord(new_view(2)))
    assert (state.reign.view, state.reign.active, state.reign.tip) == (2, True, None)


def test_views_are_taken_as_they_rise() -> None:
    state = restored(
        LeaveRecord(view_change(1, 2)),
        EnterRecord(new_view(2, prepared(A))),
        LeaveRecord(view_change(1, 2)),
        EnterRecord(new_view(2, prepared(A))),
        LeaveRecord(view_change(1, 3, prepared(B))),
        EnterRecord(new_view(2)),
    )
    assert (state.reign.view, state.reign.active, state.reign.entry) == (3, False, None)
    assert state.proofs.highest == prepared(B)


def test_a_turn_is_taken_where_it_opens_a_view() -> None:
    of = membership(term=1)
    turn = TurnRecord(committed(A, view=2))
    assert restored(turn).reign.view == 1  # A ends no term of 128
    state = restored(LeaveRecord(view_change(1, 3)), turn, turn, of=of)
    assert (state.reign.view, state.reign.active, state.reign.anchor) == (3, True, A.ref)
    assert snapshot(state)[-2:] == (LeaveRecord(view_change(1, 3)), turn)
    state = restored(turn, EnterRecord(new_view(3)), of=of)
    assert state.reign.entry == turn.certificate


def test_certificates_are_kept_by_rank_and_height() -> None:
    state = restored(
        CertificateRecord(prepared(B)),
        CertificateRecord(prepared(A)),
        CertificateRecord(committed(B)),
        CertificateRecord(committed(A)),
    )
    assert (state.proofs.highest, state.proofs.commit) == (prepared(B), committed(B))


def test_heights_only_rise() -> None:
    state = restored(
        ExecutedRecord(1, A.digest, header_of(A)),
        ExecutedRecord(2, B.digest, header_of(B)),
        ExecutedRecord(1, A.digest, header_of(A)),
        SealRecord(seal(B)),
        SealRecord(seal(A)),
    )
    assert (state.marks.executed, state.marks.sealed, state.chain.decided) == (2, 2, B.ref)


def test_a_snapshot_restores_to_the_same_snapshot() -> None:
    state = restored(
        BatchRecord(A),
        BatchRecord(B),
        VoteRecord(prepare(1, A)),
        CertificateRecord(prepared(A)),
        VoteRecord(commit(1, A)),
        CertificateRecord(committed(A)),
        ExecutedRecord(1, A.digest, header_of(A)),
        CheckpointRecord(checkpoint(1, A)),
        SealRecord(seal(A)),
        LeaveRecord(view_change(1, 2, prepared(A))),
        EnterRecord(new_view(2, prepared(A))),
    )
    again = state_of()
    restore(snapshot(state), again)
    assert snapshot(again) == snapshot(state)
    assert len(snapshot(state)) == 13


def test_something_that_is_no_record_has_no_place() -> None:
    with pytest.raises(AssertionError):
        restored("nonsense")
