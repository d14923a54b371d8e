"""The events of a block as they stand in the store, one row per operation that had any.

Rules: a row holds all that a subscriber is told, so reading events touches no block. Rows are
derived from receipts while the block is executed and can be derived again.
"""

from collections.abc import Sequence
from typing import Annotated

from msgspec import Meta

from ledgerd.chain.block import Header
from ledgerd.chain.transaction import InstitutionAuthor, ReadTransaction
from ledgerd.ledger.events import Event
from ledgerd.ledger.receipts import EVENTS_MAX, Receipt
from ledgerd.node.views import ChainEvent, Cursor
from ledgerd.primitives.canonical import Hash32, Record, TimeMs, decode, encode
from ledgerd.storage.block_store import EventCursor, EventRow

STORED_EVENTS_BYTES_MAX = 8_192  # four events of at most sixteen bills each, with room


class StoredEvents(Record, tag=90, frozen=True, kw_only=True):
    """The events of one operation.

    Attributes:
        author: institution id, or an account in hex.
    """

    time_ms: TimeMs
    tx_id: Hash32
    author: Annotated[str, Meta(max_length=32)]
    object_key: Annotated[bytes, Meta(max_length=64)]
    events: Annotated[tuple[Event, ...], Meta(max_length=EVENTS_MAX)]


def author_name(read: ReadTransaction) -> str:
    """Give the institution id, or the account in hex."""
    author = read.transaction.author
    if isinstance(author, InstitutionAuthor):
        return author.institution_id
    return author.account_id.hex()


def event_rows_of(
    header: Header,
    transactions: Sequence[ReadTransaction],
    receipts: Sequence[Sequence[Receipt]],
) -> tuple[EventRow, ...]:
    """Derive the rows of a block."""
    rows: list[EventRow] = []
    for index, (read, own) in enumerate(zip(transactions, receipts, strict=True)):
        for receipt in own:
            if receipt.events:
                stored = StoredEvents(
                    time_ms=header.timestamp_ms,
                    tx_id=read.transaction_id,
                    author=author_name(read),
                    object_key=receipt.object_key,
                    events=receipt.events,
                )
                rows.append(EventRow(index, receipt.operation, encode(stored)))
    return tuple(rows)


def read_event(cursor: EventCursor, row: bytes) -> ChainEvent:
    """Read a stored row.

    Raises:
        DecodeError: it is none.
    """
    stored = decode(row, StoredEvents, bytes_max=STORED_EVENTS_BYTES_MAX)
    place = Cursor(cursor.height, cursor.transaction_index, cursor.operation_index)
    return ChainEvent(
        cursor=place,
        time_ms=stored.time_ms,
        tx_id=stored.tx_id,
        author=stored.author,
        object_key=stored.object_key,
        events=stored.events,
    )
