"""The rows of lists that a block adds: derived from its receipts' events, rebuildable.

Rules: whatever people list stands in a row under whose list it is; nothing that a rule reads.
Rows follow the chain's order, so a page's cursor is a place in the chain.
"""

from collections.abc import Iterator, Sequence

from ledgerd.chain.block import Header
from ledgerd.chain.transaction import ReadTransaction
from ledgerd.ledger import state_keys
from ledgerd.ledger.axis_events import AccessRevoked, BillEntered, EntryRevoked
from ledgerd.ledger.events import (
    AccessGranted,
    BillIssued,
    BillReversed,
    ClaimFiled,
    Event,
    KeyDelivered,
    NumbersAllotted,
)
from ledgerd.ledger.fields import BillRef
from ledgerd.ledger.receipts import Receipt
from ledgerd.storage.indexes import Index, IndexRow, place


def index_rows_of(
    header: Header,
    transactions: Sequence[ReadTransaction],
    receipts: Sequence[Sequence[Receipt]],
) -> tuple[IndexRow, ...]:
    """Derive the rows of a block."""
    rows: list[IndexRow] = []
    for index, (read, own) in enumerate(zip(transactions, receipts, strict=True)):
        for receipt in own:
            if receipt.events:
                order = place(header.height, index, receipt.operation)
                if receipt.object_key:
                    rows.append(_object_row(read, receipt, order))
                for event in receipt.events:
                    rows.extend(_event_rows(event, receipt, order))
    return tuple(rows)


def _object_row(read: ReadTransaction, receipt: Receipt, order: bytes) -> IndexRow:
    """Put an operation into the history of what it made or moved."""
    return IndexRow(Index.OPERATION_BY_OBJECT, receipt.object_key, order, read.transaction_id)


def _event_rows(event: Event, receipt: Receipt, order: bytes) -> Iterator[IndexRow]:
    match event:
        case BillIssued(bill=bill, issuer=issuer):
            key = state_keys.bill_key(bill.code, bill.number)
            yield IndexRow(Index.BILL_BY_ISSUER, issuer.encode(), order, key)
        case BillReversed(red=red, bill=bill, issuer=issuer):
            key = state_keys.bill_key(red.code, red.number)
            yield IndexRow(Index.BILL_BY_ISSUER, issuer.encode(), order, key)
            blue = state_keys.bill_key(bill.code, bill.number)
            if blue != receipt.object_key:
                yield IndexRow(Index.OPERATION_BY_OBJECT, blue, order, key)
        case NumbersAllotted(holder=holder, code=code, range_id=range_id):
            key = state_keys.range_key(code, range_id)
            yield IndexRow(Index.NUMBERS_BY_HOLDER, holder.encode(), order, key)
        case ClaimFiled(claim=claim, payer=payer, bills=bills):
            yield IndexRow(Index.CLAIM_BY_PAYER, payer.encode(), order, claim)
            yield from (_of_bill(bill, order, claim) for bill in bills)
        case AccessGranted(bill=bill, grant=grant, reader=reader):
            key = state_keys.grant_key(bill.code, bill.number, grant)
            yield IndexRow(Index.GRANT_BY_READER, reader.encode(), order, key)
            yield _of_bill(bill, order, key)
        case KeyDelivered(bill=bill):
            yield _of_bill(bill, order, receipt.object_key)
        case AccessRevoked(bill=bill) | BillEntered(bill=bill) | EntryRevoked(bill=bill):
            yield _of_bill(bill, order, receipt.object_key)
        case _:
            return


def _of_bill(bill: BillRef, order: bytes, object_key: bytes) -> IndexRow:
    """Put an operation on another object into the history of its bill."""
    bill_key = state_keys.bill_key(bill.code, bill.number)
    return IndexRow(Index.OPERATION_BY_OBJECT, bill_key, order, object_key)
