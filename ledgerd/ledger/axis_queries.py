"""Reading the objects of ``axis_objects``.

Source: ``state_keys``.
"""

from ledgerd.ledger import state_keys
from ledgerd.ledger.axis_objects import BillEntry
from ledgerd.ledger.fields import BillRef
from ledgerd.ledger.overlay import StateReader
from ledgerd.ledger.queries import read_object


def entry_of(reader: StateReader, bill: BillRef, entry: bytes) -> BillEntry | None:
    """Look up an entry by its id under the bill; None when there is none."""
    return read_object(reader, state_keys.entry_key(bill.code, bill.number, entry), BillEntry)
