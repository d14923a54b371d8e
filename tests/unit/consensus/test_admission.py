"""Where a sequence lies, and which proposals a correct primary can make."""

import pytest

from consensus.admission import Place, are_orderable, base_of, is_well_formed, place_of
from consensus.quorum import Limits
from tests.unit.consensus.builders import A, B, batch, digest_of, pre_prepare, state_of


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
