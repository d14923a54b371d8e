"""Keys: byte order is number order, and no key is taken for another."""

import itertools

import pytest

from ledgerd.storage import schema
from ledgerd.storage.kv import EVERYTHING, prefix_span

HASH = b"\x07" * 32
KEYS = {
    "block": schema.block_key(1),
    "header": schema.header_key(1),
    "header hash": schema.header_hash_key(HASH),
    "seal": schema.seal_key(1),
    "receipt": schema.receipt_key(1, 1),
    "transaction": schema.transaction_key(HASH),
    "bundle": schema.bundle_key(HASH),
    "event": schema.event_key(1, 1, 1),
    "node": schema.node_key(HASH),
    "superseded": schema.superseded_key(1),
    "leaf": schema.leaf_key(HASH),
    "index": schema.index_key(1, b"scope", b"order"),
    "sidecar": schema.sidecar_key(HASH),
    "sealed": schema.sealed_key(b"8 bytes!", HASH),
    "let go": schema.let_go_key(HASH),
    "format": schema.FORMAT_KEY,
}


def test_every_kind_of_key_has_a_prefix_of_its_own() -> None:
    assert len({key[:1] for key in KEYS.values()}) == len(KEYS)


@pytest.mark.parametrize("name", list(KEYS))
def test_every_key_lies_between_the_first_and_the_last(name: str) -> None:
    assert schema.FIRST_KEY < KEYS[name] < schema.LAST_KEY


def test_the_rows_that_a_store_keeps_for_itself_lie_outside_of_what_callers_see() -> None:
    assert schema.FIRST_KEY < schema.marks_key(0) < schema.marks_key(1 << 63) < EVERYTHING.start


def test_what_numbers_a_key_can_be_read_back() -> None:
    assert schema.marks_number(schema.marks_key(7)) == 7
    assert schema.superseded_height(schema.superseded_key(7)) == 7


def test_byte_order_is_number_order() -> None:
    heights = [0, 1, 9, 10, 255, 256, 65_536, 2**40]
    assert [schema.block_key(h) for h in heights] == sorted(schema.block_key(h) for h in heights)
    places = list(itertools.product([0, 9, 256], repeat=3))
    assert [schema.event_key(*p) for p in places] == sorted(schema.event_key(*p) for p in places)


def test_a_scope_that_begins_like_another_is_not_in_its_list() -> None:
    assert schema.index_key(1, b"ab", b"") not in prefix_span(schema.index_prefix(1, b"a"))


def test_the_docstring_names_every_prefix() -> None:
    assert schema.__doc__ is not None
    lines = schema.__doc__.splitlines()
    documented = {line.strip()[0] for line in lines if line.strip()[1:3] == " |"}
    assert documented == {key[:1].decode() for key in KEYS.values()}
