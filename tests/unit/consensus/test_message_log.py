"""Slots, bounded by construction."""

import pytest

from consensus.message_log import Received, Slot
from consensus.messages import VoteKind
from tests.unit.consensus.builders import (
    A,
    B,
    batch,
    commit,
    new_view,
    pre_prepare,
    prepare,
    prepared,
    state_of,
)


def test_a_slot_keeps_the_first_proposal_of_the_present_the_next_and_the_highest_view() -> None:
    slot = Slot(1)
    for view in (1, 3, 6, 2, 4):
        slot.keep(Received(pre_prepare(A, view), 7), present_view=1)
    slot.keep(Received(pre_prepare(batch("X"), 1), 8), present_view=1)
    kept = [slot.proposal(view) is not None for view in (1, 2, 3, 4, 6)]
    assert kept == [True, True, False, False, True]
    assert slot.received(1) == Received(pre_prepare(A), 7)
    assert slot.received(3) is None


def test_a_slot_finds_a_proposed_batch_by_digest() -> None:
    slot = Slot(1)
    slot.keep(Received(pre_prepare(A), 7), present_view=1)
    assert slot.batch(A.digest) == A
    assert slot.batch(B.digest) is None


def test_a_slot_keeps_the_prepared_certificate_of_the_highest_view() -> None:
    slot = Slot(1)
    for view in (2, 3, 1):
        slot.prepared(prepared(A, view))
    assert slot.certificate == prepared(A, 3)


def test_a_slot_counts_what_it_holds() -> None:
    slot = Slot(1)
    slot.keep(Received(pre_prepare(A), 7), present_view=1)
    slot.votes(VoteKind.PREPARE).add(prepare(0, A), 1)
    slot.votes(VoteKind.COMMIT).add(commit(0, A), 1)
    assert slot.item_count() == 3


def test_there_is_room_up_to_twice_the_window_and_for_the_anchor() -> None:
    state = state_of()
    assert [state.log.has_room_for(s) for s in (0, 1, 8, 9)] == [True, True, True, False]
    state.reign.enter(new_view(2, prepared(A)), A.ref, 0)
    assert not state.log.has_room_for(0)
    with pytest.raises(AssertionError):
        state.log.slot(9)


def test_slots_without_room_are_dropped() -> None:
    state = state_of()
    state.log.slot(0)
    state.log.slot(2)
    state.log.slot(1)
    state.reign.enter(new_view(2, prepared(A)), A.ref, 0)
    state.log.forget()
    assert [slot.sequence for slot in state.log.slots()] == [1, 2]
    assert state.log.find(0) is None
    assert state.log.item_count() == 0
