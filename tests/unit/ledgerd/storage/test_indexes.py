"""Lists with keyset cursors."""

from ledgerd.storage.indexes import Index, Indexes, IndexRow, Listing, Page, place
from ledgerd.storage.kv import Direction, WriteBatch
from ledgerd.storage.memory import MemoryStore

ISSUER = b"9133010000000000AX"


def filled(*rows: IndexRow) -> Indexes:
    store = MemoryStore()
    indexes = Indexes(store)
    add(indexes, store, *rows)
    return indexes


def add(indexes: Indexes, store: MemoryStore, *rows: IndexRow) -> None:
    batch = WriteBatch()
    indexes.stage(batch, rows)
    store.write(batch)


def bill(height: int, scope: bytes = ISSUER) -> IndexRow:
    return IndexRow(Index.BILL_BY_ISSUER, scope, place(height, 0, 0), b"bill %d" % height)


def values(page: Page) -> list[bytes]:
    return [value for _, value in page.rows]


def test_a_list_is_paged_in_order_without_repeats_or_gaps() -> None:
    indexes = filled(*(bill(height) for height in range(7)))
    seen: list[bytes] = []
    cursor = None
    while True:
        page = indexes.page(Listing(Index.BILL_BY_ISSUER, ISSUER, after=cursor, limit=3))
        seen += values(page)
        cursor = page.cursor
        if cursor is None:
            break
    assert seen == [b"bill %d" % height for height in range(7)]


def test_the_newest_come_first_when_asked_for() -> None:
    indexes = filled(*(bill(height) for height in (1, 255, 256)))
    newest = Listing(Index.BILL_BY_ISSUER, ISSUER, limit=2, direction=Direction.DESCENDING)
    page = indexes.page(newest)
    assert values(page) == [b"bill 256", b"bill 255"]
    rest = indexes.page(
        Listing(Index.BILL_BY_ISSUER, ISSUER, after=page.cursor, direction=Direction.DESCENDING)
    )
    assert rest == Page(((place(1, 0, 0), b"bill 1"),), None)


def test_a_page_that_is_exactly_full_says_whether_there_is_more() -> None:
    indexes = filled(bill(1), bill(2))
    assert indexes.page(Listing(Index.BILL_BY_ISSUER, ISSUER, limit=2)).cursor is None
    assert indexes.page(Listing(Index.BILL_BY_ISSUER, ISSUER, limit=1)).cursor is not None


def test_rows_added_meanwhile_shift_nothing() -> None:
    store = MemoryStore()
    indexes = Indexes(store)
    add(indexes, store, bill(10), bill(20))
    first = indexes.page(Listing(Index.BILL_BY_ISSUER, ISSUER, limit=1))
    add(indexes, store, bill(5))
    second = indexes.page(Listing(Index.BILL_BY_ISSUER, ISSUER, after=first.cursor))
    assert values(second) == [b"bill 20"]


def test_lists_of_other_scopes_and_kinds_are_apart() -> None:
    longer = bill(1, scope=ISSUER + b"X")
    other = IndexRow(Index.CLAIM_BY_ISSUER, ISSUER, place(1, 0, 0), b"claim")
    indexes = filled(bill(2), longer, other)
    assert values(indexes.page(Listing(Index.BILL_BY_ISSUER, ISSUER))) == [b"bill 2"]


def test_a_row_may_leave_a_list_and_be_looked_up() -> None:
    store = MemoryStore()
    indexes = Indexes(store)
    row = IndexRow(Index.CLAIM_BY_STATE, ISSUER + b"f", b"claim key", b"")
    add(indexes, store, row)
    assert indexes.get(row.index, row.scope, row.order) == b""
    add(indexes, store, IndexRow(row.index, row.scope, row.order, None))
    assert indexes.get(row.index, row.scope, row.order) is None


def test_clearing_leaves_no_row() -> None:
    indexes = filled(*(bill(height) for height in range(50)))
    indexes.clear()
    assert indexes.page(Listing(Index.BILL_BY_ISSUER, ISSUER)) == Page((), None)
