"""What a replica is told at birth."""

import pytest

from consensus import ReplicaConfig, Timing
from tests.unit.consensus.builders import FOUR


def test_a_replica_must_be_a_member() -> None:
    assert ReplicaConfig(3, FOUR).timing == Timing()
    assert ReplicaConfig(None, FOUR).self_id is None
    with pytest.raises(AssertionError):
        ReplicaConfig(4, FOUR)
