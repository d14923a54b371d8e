"""Where a sequence lies, and which proposals a correct primary can make."""

import pytest

from consensus.admission import (
    Place,
    are_orderable,
    base_of,
    is_well_formed,
    place_of,
    repeats_anchor,
)
from consensus.messages import Prepare
from consensus.quorum import Limits
from tests.unit.consensus.builders import (
    A,
    B,
    batch,
    bench,
    commit,
    digest_of,
    new_view,
    pre_prepare,
    prepared,
    said,
    state_of,
)


@pytest.mark.parametrize(
    ("sequence", "place"),
    [
        (0, Place.PAST),
        (1, Place.OPEN),
        (4, Place.OPEN),
        (5, Place.LATER),
        (8, Place.LATER),
        (9, Place.BEYOND),
    ],
)
def test_a_sequence_lies_in_the_past_open_later_or_beyond(sequence: int, place: Place) -> None:
    assert place_of(sequence, state_of()) is place


def test_the_base_is_the_root_then_the_tip_then_what_was_decided_above_it() -> None:
    state = state_of()
    assert base_of(state) == state.membership.root
    state.reign.extend(A.ref)
    assert base_of(state) == A.ref
    state.chain.decide(B.ref)
    assert base_of(state) == B.ref


def test_the_anchor_is_repeated_up_to_its_own_decision() -> None:
    state = state_of()
    state.reign.enter(new_view(2, prepared(B)), B.ref, 0)
    assert repeats_anchor(B, state)
    state.chain.decide(A.ref)
    assert repeats_anchor(B, state)
    state.chain.decide(B.ref)
    assert repeats_anchor(B, state)
    state.chain.decide(batch("C", B).ref)
    assert not repeats_anchor(B, state)


def test_an_anchor_in_whose_place_another_batch_was_decided_gets_no_vote_and_no_child() -> None:
    """A later view may have decided before this replica has left the one with that anchor."""
    backup = bench()
    backup.receive(new_view(2, prepared(A)))
    other = batch("X")
    backup.receive(pre_prepare(other, 3), *(commit(by, other, 3) for by in (0, 2, 3)))
    assert backup.report.decided == 1
    step = backup.accept(A, batch("Y", A, view=2), view=2)
    assert said(step, Prepare) == []
    child = batch("Z", other, view=2)
    own_base = bench()
    own_base.receive(new_view(2, prepared(A)), pre_prepare(other, 3))
    own_base.receive(*(commit(by, other, 3) for by in (0, 2, 3)))
    assert [vote.digest for vote in said(own_base.accept(child, view=2), Prepare)] == [child.digest]


@pytest.mark.parametrize(
    "changes",
    [
        {"epoch": 1},
        {"proposed_in_view": 0},
        {"proposer": 3},
        {"bundle_digests": ()},
        {"bundle_digests": (digest_of("A"), digest_of("A"))},
    ],
)
def test_a_proposal_that_no_correct_primary_makes_is_ill_formed(changes: dict) -> None:
    assert is_well_formed(pre_prepare(A), state_of())
    assert not is_well_formed(pre_prepare(batch(**changes)), state_of())


def test_a_batch_holds_some_bundles_each_once_and_not_too_many() -> None:
    limits = Limits(bundle_count_max=2)
    a, b, c = (digest_of(name) for name in "abc")
    assert are_orderable((a, b), limits)
    assert not are_orderable((), limits)
    assert not are_orderable((a, a), limits)
    assert not are_orderable((a, b, c), limits)
