"""Pages over the state: bounded work, nothing lost, nothing twice."""

from ledgerd.rpc.queries import Page
from ledgerd.rpc.state_pages import is_bill_key, read_at, state_page
from tests.unit.ledgerd.rpc.solo_node import SoloNode
from tests.unit.ledgerd.rpc.stories import told


def key_of(key: bytes, _value: bytes) -> bytes:
    return key


def nothing(_key: bytes, _value: bytes) -> None:
    return None


async def test_small_pages_give_what_a_large_one_gives() -> None:
    node = (await told()).node
    whole, end = state_page(node, b"b", Page(limit=100), key_of)  # type: ignore[arg-type]

    found: list[bytes] = []
    cursor: str | None = ""
    while cursor is not None:
        page, cursor = state_page(node, b"b", Page(limit=1, cursor=cursor), key_of)  # type: ignore[arg-type]
        found += page

    assert end is None
    assert tuple(found) == whole
    assert len(whole) == 2


async def test_rows_that_are_left_out_end_the_page_at_the_end_of_the_range() -> None:
    node = (await told()).node

    assert state_page(node, b"b", Page(), nothing) == ((), None)  # type: ignore[arg-type]


def test_a_read_says_where_it_is_made() -> None:
    node = SoloNode()

    assert read_at(node) == (0, node.reads.head().state_root.hex())  # type: ignore[arg-type]


def test_only_a_bills_own_key_is_a_bill() -> None:
    assert is_bill_key(b"b" + b"1" * 18 + b"\x00")
    assert not is_bill_key(b"b" + b"1" * 18 + b"\x01" + b"r" * 16)
    assert not is_bill_key(b"c" + b"1" * 18 + b"\x00")
