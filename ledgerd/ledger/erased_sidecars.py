"""Which sealed bytes an approved erasure takes with it.

Rules: follows from the state alone, so every node deletes the same. A bill that reverses another
one says the same as that one, so both go. With the lines goes the calculation of the settlement.

Source: domain.md section 8.
"""

from ledgerd.ledger.care_objects import Erasure
from ledgerd.ledger.fields import BillRef, Parts
from ledgerd.ledger.overlay import StateReader
from ledgerd.ledger.queries import bill_of, settlement_of


def erased_sidecars(reader: StateReader, erasure: Erasure) -> dict[bytes, int]:
    """Give the hashes of sidecars, and the parts of each that are erased; 3 is the whole."""
    found: dict[bytes, int] = {}
    for item in erasure.bills:
        _add(reader, item.bill, found)
        bill = bill_of(reader, item.bill)
        if bill is not None and bill.related is not None:
            _add(reader, bill.related, found)
    return found


def _add(reader: StateReader, ref: BillRef, found: dict[bytes, int]) -> None:
    bill = bill_of(reader, ref)
    if bill is None or not bill.erased:
        return
    found[bill.sealed.sidecar.sidecar_hash] = bill.erased
    if bill.settlement is None or not bill.erased & Parts.LINES:
        return
    settlement = settlement_of(reader, bill.settlement)
    if settlement is not None and settlement.calculation is not None:
        found[settlement.calculation.sidecar.sidecar_hash] = Parts.FACE | Parts.LINES
