"""Events as they stand in the store."""

from ledgerd.ledger.events import NumbersAllotted
from ledgerd.node.stored_events import author_name, event_rows_of, read_event
from ledgerd.node.views import Cursor
from ledgerd.storage.block_store import EventCursor
from tests.unit.ledgerd.node.samples import NAMES, allot, signed
from tests.unit.ledgerd.node.worlds import chain


async def test_a_row_tells_who_did_what_where_and_when() -> None:
    read = signed(allot(0))
    executed = await chain().execute(read)

    (row,) = event_rows_of(executed.header, (read,), executed.receipts)
    event = read_event(EventCursor(1, row.transaction_index, row.operation_index), row.events)

    assert event.cursor == Cursor(1, 0, 0)
    assert event.time_ms == executed.header.timestamp_ms
    assert event.tx_id == read.transaction_id
    assert event.author == NAMES["finance"] == author_name(read)
    assert [type(e) for e in event.events] == [NumbersAllotted]


async def test_a_refused_operation_has_no_events() -> None:
    read = signed(allot(0), kind="insurer")
    executed = await chain().execute(read)

    assert event_rows_of(executed.header, (read,), executed.receipts) == ()
