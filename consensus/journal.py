"""Collects what one input makes durable, in order.

Rules of this file: whoever changes something that must survive writes the record at the same
place, so that no vote can exist without its record. A deferred record rests until the next one
that must be written; nothing is ever said that rests on it alone.

Source: consensus.md section 2 (*Not sent, yet written before anything rests on it*).
"""

from consensus.records import Record


class Journal:
    """Records since the last step that was handed out."""

    def __init__(self) -> None:
        self._records: list[Record] = []
        self._is_due = False

    def write(self, record: Record) -> None:
        """Make this durable before anything of the present step leaves."""
        self._records.append(record)
        self._is_due = True

    def defer(self, record: Record) -> None:
        """Make this durable with the next record that is written."""
        self._records.append(record)

    def take(self) -> tuple[Record, ...]:
        """Return what the present step persists, in order of writing; often nothing."""
        if not self._is_due:
            return ()
        records = tuple(self._records)
        self._records.clear()
        self._is_due = False
        return records
