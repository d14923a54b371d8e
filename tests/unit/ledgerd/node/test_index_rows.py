"""Rows of lists that a block adds."""

import msgspec

from ledgerd.ledger.events import AccessGranted, KeyDelivered
from ledgerd.ledger.fields import BillRef, SidecarName
from ledgerd.ledger.state_keys import bill_key, grant_key, range_key
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


async def test_consent_and_delivered_keys_stand_in_the_history_of_their_bill() -> None:
    read = signed(allot(0))
    executed = await chain().execute(read)
    bill, grant = BillRef(code="99010126", number="0000000001"), b"g" * 16
    reader = NAMES["insurer"]
    granted = AccessGranted(
        bill=bill, issuer=NAMES["hospital"], grant=grant, reader=reader, parts=3, until_ms=1
    )
    sidecar = SidecarName(sidecar_hash=b"h" * 32, sidecar_bytes=1)
    delivered = KeyDelivered(bill=bill, grant=grant, reader=reader, document=sidecar)
    object_key = grant_key(bill.code, bill.number, grant)
    receipts = tuple(
        msgspec.structs.replace(
            executed.receipts[0][0], operation=place_, object_key=object_key, events=(event,)
        )
        for place_, event in enumerate((granted, delivered))
    )

    rows = index_rows_of(executed.header, (read,), (receipts,))

    history = [row for row in rows if row.scope == bill_key(bill.code, bill.number)]
    assert [row.index for row in history] == [Index.OPERATION_BY_OBJECT] * 2
    assert [row.order for row in history] == [place(1, 0, 0), place(1, 0, 1)]
