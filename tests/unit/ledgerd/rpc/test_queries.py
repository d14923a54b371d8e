"""Requests that read: every list has a cursor and a bounded page."""

import msgspec
import pytest

from ledgerd.rpc.catalogue import METHODS
from ledgerd.rpc.queries import PAGE_LIMIT, Page
from ledgerd.rpc.registry import Method

LISTS = [
    method
    for method in METHODS
    if any(field.name == "next" for field in msgspec.structs.fields(method.answer))
]


def test_a_page_has_a_default_limit() -> None:
    assert msgspec.convert({}, Page) == Page(cursor="", limit=PAGE_LIMIT)


@pytest.mark.parametrize("method", LISTS, ids=lambda method: method.name)
def test_every_list_takes_a_cursor_and_a_limit(method: Method) -> None:
    assert {"cursor", "limit"} <= {field.name for field in msgspec.structs.fields(method.params)}
