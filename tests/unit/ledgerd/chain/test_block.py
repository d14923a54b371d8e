"""Headers, blocks, receipts."""

import msgspec
import pytest

from ledgerd.chain.block import (
    HEADER_BYTES_MAX,
    Block,
    Header,
    TransactionReceipts,
    decode_block,
    decode_header,
    header_hash,
    next_timestamp_ms,
    receipt_root,
    transaction_root,
)
from ledgerd.errors import DecodeError
from ledgerd.primitives import merkle
from ledgerd.primitives.canonical import encode, unbounded_fields
from tests.unit.ledgerd.chain.samples import CREATED_MS, bare_header

HEADER = bare_header()


def test_a_header_is_read_again() -> None:
    assert decode_header(encode(HEADER)) == HEADER


@pytest.mark.parametrize("field", [name for name in Header.__struct_fields__ if name != "version"])
def test_every_field_changes_the_hash(field: str) -> None:
    value = getattr(HEADER, field)
    other = b"\x77" * 32 if isinstance(value, bytes) else value + 1
    assert header_hash(msgspec.structs.replace(HEADER, **{field: other})) != header_hash(HEADER)


def test_the_largest_header_fits() -> None:
    largest = msgspec.structs.replace(
        HEADER,
        protocol_version=2**16 - 1,
        height=2**63 - 1,
        epoch=2**32 - 1,
        timestamp_ms=253_402_300_799_999,
    )
    assert len(encode(largest)) <= HEADER_BYTES_MAX


def test_a_block_is_read_again() -> None:
    block = Block(header=HEADER, batch=b"batch", bundles=(b"bundle",))
    assert decode_block(encode(block)) == block


def test_a_header_is_no_block() -> None:
    with pytest.raises(DecodeError):
        decode_block(encode(HEADER))


def test_time_never_stands_still_and_never_goes_back() -> None:
    assert next_timestamp_ms(HEADER, HEADER.timestamp_ms + 50) == HEADER.timestamp_ms + 50
    assert next_timestamp_ms(HEADER, CREATED_MS - 50) == HEADER.timestamp_ms + 1


def test_roots_are_merkle_roots() -> None:
    assert transaction_root([b"a", b"b"]) == receipt_root([b"a", b"b"]) == merkle.root([b"a", b"b"])


@pytest.mark.parametrize("type_", [Header, Block, TransactionReceipts])
def test_blocks_are_bounded(type_: type) -> None:
    assert unbounded_fields(type_) == ()
