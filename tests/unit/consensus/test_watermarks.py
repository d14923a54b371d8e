"""How far blocks are sealed and executed."""

import pytest

from consensus.records import ExecutedRecord
from consensus.watermarks import Watermarks
from tests.unit.consensus.builders import FOUR, A, B, C, header_of, seal


def execution(done) -> ExecutedRecord:
    return ExecutedRecord(done.sequence, done.digest, header_of(done))


def test_low_is_the_lesser_of_sealed_and_executed() -> None:
    marks = Watermarks(FOUR)
    assert (marks.low, marks.high, marks.horizon) == (0, 4, 8)
    marks.raise_seal(seal(C))
    assert (marks.sealed, marks.low) == (3, 0)
    marks.execute(execution(A))
    assert (marks.low, marks.high, marks.horizon) == (1, 5, 9)


def test_marks_only_rise() -> None:
    marks = Watermarks(FOUR)
    marks.raise_seal(seal(B))
    marks.execute(execution(B))
    with pytest.raises(AssertionError):
        marks.raise_seal(seal(A))
    with pytest.raises(AssertionError):
        marks.execute(execution(A))


def test_headers_are_kept_until_they_are_sealed_and_the_last_one_for_ever() -> None:
    marks = Watermarks(FOUR)
    for done in (A, B, C):
        marks.execute(execution(done))
    marks.raise_seal(seal(B))
    assert marks.header_hash(2) is None
    assert marks.header_hash(3) == header_of(C)
    marks.raise_seal(seal(C))
    assert marks.executions() == (execution(C),)
