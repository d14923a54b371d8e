"""Pages over the state: bounded work, nothing lost, nothing twice."""

import pytest
import trio
import trio.testing

from ledgerd.ledger.bill_operations import AllotNumbers
from ledgerd.node.slices import SLICE_S
from ledgerd.rpc.queries import Page
from ledgerd.rpc.state_pages import Reading, is_bill_key, read_at, state_page
from tests.unit.ledgerd.rpc.solo_node import FINANCE, HOSPITAL, SoloNode, signed
from tests.unit.ledgerd.rpc.stories import told

ALLOT = AllotNumbers(client_ref="another", holder=HOSPITAL, code="99010124", first=1, count=10)


def key_of(key: bytes, _value: bytes) -> bytes:
    return key


def nothing(_key: bytes, _value: bytes) -> None:
    return None


async def test_small_pages_give_what_a_large_one_gives() -> None:
    node = (await told()).node
    whole, end = await state_page(node, b"b", Page(limit=100), key_of)  # type: ignore[arg-type]

    found: list[bytes] = []
    cursor: str | None = ""
    while cursor is not None:
        page, cursor = await state_page(node, b"b", Page(limit=1, cursor=cursor), key_of)  # type: ignore[arg-type]
        found += page

    assert end is None
    assert tuple(found) == whole
    assert len(whole) == 2


async def test_rows_that_are_left_out_end_the_page_at_the_end_of_the_range() -> None:
    node = (await told()).node

    found = await state_page(node, b"b", Page(), nothing)  # type: ignore[arg-type]

    assert found == ((), None)


async def test_a_reading_is_over_when_the_state_moved_on_while_others_had_their_turn(
    mock_clock: trio.testing.MockClock,
) -> None:
    node = (await told()).node
    reading = Reading(node)  # type: ignore[arg-type]
    mock_clock.jump(2 * SLICE_S)
    assert await reading.go_on()

    await node.submit(signed(FINANCE, [ALLOT]).encoded, ())

    assert await reading.go_on(), "nobody had a turn since it looked"
    mock_clock.jump(2 * SLICE_S)
    assert not await reading.go_on()


async def test_a_page_whose_reading_is_over_goes_on_behind_what_it_holds(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    node = (await told()).node
    whole, _ = await state_page(node, b"b", Page(limit=100), key_of)  # type: ignore[arg-type]

    async def is_over(_reading: Reading) -> bool:
        return False

    monkeypatch.setattr(Reading, "go_on", is_over)
    found: list[bytes] = []
    cursor: str | None = ""
    while cursor is not None:
        page, cursor = await state_page(node, b"b", Page(cursor=cursor), key_of)  # type: ignore[arg-type]
        assert len(page) <= 1
        found += page

    assert tuple(found) == whole


def test_a_read_says_where_it_is_made() -> None:
    node = SoloNode()

    assert read_at(node) == (0, node.reads.head().state_root.hex())  # type: ignore[arg-type]


def test_only_a_bills_own_key_is_a_bill() -> None:
    assert is_bill_key(b"b" + b"1" * 18 + b"\x00")
    assert not is_bill_key(b"b" + b"1" * 18 + b"\x01" + b"r" * 16)
    assert not is_bill_key(b"c" + b"1" * 18 + b"\x00")
