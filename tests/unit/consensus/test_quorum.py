"""Thresholds: each for its reason, for every size."""

import pytest

from consensus.quorum import MEMBER_COUNT_MAX, Limits
from tests.unit.consensus.builders import membership

SIZES = range(1, MEMBER_COUNT_MAX + 1)


@pytest.mark.parametrize("n", SIZES)
def test_two_quorums_share_a_correct_replica(n: int) -> None:
    """Checklist 4."""
    of = membership(n)
    assert 2 * of.quorum - n >= of.fault_max + 1


@pytest.mark.parametrize("n", SIZES)
def test_correct_replicas_alone_reach_a_quorum(n: int) -> None:
    """Checklist 4."""
    of = membership(n)
    assert of.quorum <= n - of.fault_max


@pytest.mark.parametrize("n", SIZES)
def test_a_weak_quorum_contains_a_correct_replica(n: int) -> None:
    of = membership(n)
    assert of.weak_quorum == of.fault_max + 1
    assert 3 * of.fault_max < n


def test_a_quorum_is_two_f_plus_one_only_when_n_is_three_f_plus_one() -> None:
    assert [membership(n).quorum for n in (3, 4, 5, 6, 7)] == [2, 3, 4, 4, 5]


def test_the_primary_moves_by_one_with_each_view() -> None:
    of = membership(4)
    assert [of.primary_of(view) for view in (1, 2, 3, 4)] == [2, 3, 0, 1]


def test_members_are_counted_from_zero() -> None:
    of = membership(4)
    assert [of.has(replica) for replica in (-1, 0, 3, 4)] == [False, True, True, False]
    assert list(of.replicas()) == [0, 1, 2, 3]
    assert (of.root, of.root_rank) == ((0, of.root_digest), (0, 0))


@pytest.mark.parametrize(
    "wrong",
    [
        {"window": 0},
        {"window": 17},
        {"term": 0},
        {"clock_drift_ms": -1},
        {"request_timeout_ms": 0},
        {"bundle_count_max": 0},
        {"bundle_count_max": 5_000},
    ],
)
def test_limits_have_limits(wrong: dict) -> None:
    with pytest.raises(AssertionError):
        Limits(**wrong)


def test_a_membership_has_different_keys_of_the_right_length() -> None:
    from dataclasses import replace

    of = membership(4)
    for keys in ((), of.public_keys[:1] * 2, (b"short",)):
        with pytest.raises(AssertionError):
            replace(of, public_keys=keys)
