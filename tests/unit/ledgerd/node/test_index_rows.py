"""Rows of lists that a block adds."""

from ledgerd.ledger.state_keys import range_key
from ledgerd.node.index_rows import index_rows_of
from ledgerd.storage.indexes import Index, place
from tests.unit.ledgerd.node.samples import NAMES, allot, signed
from tests.unit.ledgerd.node.worlds import chain


async def test_a_range_stands_in_the_list_of_its_holder_and_in_its_own_history() -> None:
    read = signed(allot(0))
    executed = await chain().execute(read)
    key = executed.receipts[0][0].object_key

    rows = index_rows_of(executed.header, (read,), executed.receipts)

    assert {(row.index, row.scope, row.value) for row in rows} == {
        (Index.NUMBERS_BY_HOLDER, NAMES["hospital"].encode(), key),
        (Index.OPERATION_BY_OBJECT, key, read.transaction_id),
    }
    assert {row.order for row in rows} == {place(1, 0, 0)}
    assert key.startswith(range_key("99010126", b""))


async def test_what_was_refused_stands_in_no_list() -> None:
    read = signed(allot(0), kind="insurer")
    executed = await chain().execute(read)

    assert index_rows_of(executed.header, (read,), executed.receipts) == ()
