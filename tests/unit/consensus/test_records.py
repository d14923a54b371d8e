"""Records are values."""

from typing import get_args

from consensus.records import BatchRecord, ExecutedRecord, Record
from tests.unit.consensus.builders import A, B


def test_records_are_compared_by_value() -> None:
    assert BatchRecord(A) == BatchRecord(A) != BatchRecord(B)
    assert ExecutedRecord(1, A.digest, None) != ExecutedRecord(1, A.digest, B.digest)


def test_there_are_thirteen_kinds_of_record() -> None:
    assert len(get_args(Record)) == 13
