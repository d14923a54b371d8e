"""Values that replicas exchange."""

from dataclasses import replace

import pytest

from consensus.messages import VOTE_TYPES, Commit, Prepare, VoteKind
from tests.unit.consensus.builders import A, B, batch, digest_of, pre_prepare, prepare, prepared


@pytest.mark.parametrize(
    "changes",
    [
        {"epoch": 1},
        {"sequence": 2},
        {"parent_digest": digest_of("x")},
        {"proposed_in_view": 2},
        {"proposer": 1},
        {"timestamp_ms": 1},
        {"bundle_digests": ()},
        {"bundle_digests": (digest_of("A"), digest_of("B"))},
    ],
)
def test_the_digest_of_a_batch_covers_every_field(changes: dict) -> None:
    assert replace(A, **changes).digest != A.digest


def test_the_digest_says_nothing_of_the_view_in_which_it_is_voted() -> None:
    assert pre_prepare(A, 1).digest == pre_prepare(A, 5).digest


def test_a_batch_names_its_parent_by_place_and_digest() -> None:
    assert B.parent == A.ref
    assert batch().ref == A.ref


def test_a_proposal_carries_its_primarys_prepare() -> None:
    assert pre_prepare(A).prepare(2) == prepare(2, A)


def test_certificates_and_votes_have_rank_and_place() -> None:
    assert prepared(A, 3).rank == prepare(1, A, 3).rank == (3, 1)
    assert prepared(A).ref == A.ref
    assert {VoteKind.PREPARE: Prepare, VoteKind.COMMIT: Commit} == VOTE_TYPES
