"""Misdeeds as values."""

from consensus import Fault, FaultKind


def test_faults_are_compared_by_value() -> None:
    assert Fault(2, FaultKind.INVALID_BATCH) == Fault(2, FaultKind.INVALID_BATCH)
    assert Fault(2, FaultKind.INVALID_BATCH).evidence is None


def test_every_kind_reads_differently() -> None:
    assert len({kind.value for kind in FaultKind}) == len(FaultKind)
