"""What one step makes durable."""

from consensus.journal import Journal
from consensus.records import AmnesiaRecord, OpenedRecord
from tests.unit.consensus.builders import digest_of

LATER = AmnesiaRecord(0)
NOW = OpenedRecord(digest_of("chain"), 0)


def test_a_deferred_record_rests_until_one_is_written() -> None:
    journal = Journal()
    journal.defer(LATER)
    assert journal.take() == ()
    journal.write(NOW)
    assert journal.take() == (LATER, NOW)
    assert journal.take() == ()


def test_records_keep_their_order() -> None:
    journal = Journal()
    journal.write(NOW)
    journal.defer(LATER)
    assert journal.take() == (NOW, LATER)
