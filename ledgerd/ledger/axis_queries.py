"""Reading the objects of ``axis_objects``.

Source: ``state_keys``.
"""

from ledgerd.ledger import state_keys
from ledgerd.ledger.axis_objects import BillEntry
from ledgerd.ledger.fields import BillRef
from ledgerd.ledger.overlay import StateReader
from ledgerd.ledger.queries import VALUE_BYTES_MAX
from ledgerd.primitives.canonical import decode


def entry_of(reader: StateReader, bill: BillRef, entry: bytes) -> BillEntry | None:
    """Look up an entry by its id under the bill; None when there is none."""
    value = reader.get(state_keys.entry_key(bill.code, bill.number, entry))
    return None if value is None else decode(value, BillEntry, bytes_max=VALUE_BYTES_MAX)
