"""The bytes of segments, drawn and read."""

import hashlib

from hypothesis import given, strategies as st

from ledgerd.storage.segment_format import (
    HEADER_BYTES,
    RECORD_OVERHEAD_BYTES,
    Extent,
    Kind,
    LogIdentity,
    decode_extent,
    decode_record,
    encode_extent,
    encode_header,
    encode_record,
    is_of_another_owner,
    log_owner,
    read_records,
    run_count,
)

IDENTITY = LogIdentity("votes", b"\x05" * 32)
DOMAIN = b"ledgerd.segment\x00"


def segment(*payloads: bytes) -> bytes:
    data = encode_header(IDENTITY, 3)
    for payload in payloads:
        data += encode_record(data[-32:], Kind.DATA, payload)
    return data


def test_a_header_is_drawn_byte_by_byte() -> None:
    head = b"ledgseg1" + b"votes".ljust(16, b"\0") + b"\x05" * 32 + b"\0\0\0\0\0\0\0\x03"
    assert encode_header(IDENTITY, 3) == head + hashlib.sha256(DOMAIN + head).digest()
    assert len(encode_header(IDENTITY, 3)) == HEADER_BYTES


def test_a_whole_header_of_another_owner_is_told_from_a_damaged_one() -> None:
    other = encode_header(LogIdentity("votes", b"\x06" * 32), 3)
    assert is_of_another_owner(other, IDENTITY, 3)
    assert not is_of_another_owner(encode_header(IDENTITY, 3), IDENTITY, 3)
    assert not is_of_another_owner(other[:40] + b"\xff" + other[41:], IDENTITY, 3)
    assert not is_of_another_owner(other[:50], IDENTITY, 3)
    assert not is_of_another_owner(
        encode_header(LogIdentity("notes", b"\x06" * 32), 3), IDENTITY, 3
    )
    assert not is_of_another_owner(other, IDENTITY, 4)


def test_a_record_is_drawn_byte_by_byte() -> None:
    chain = b"\x09" * 32
    head = b"\0\0\0\x05\x01hello"
    assert encode_record(chain, Kind.DATA, b"hello") == (
        head + hashlib.sha256(DOMAIN + chain + head).digest()
    )


@given(payloads=st.lists(st.binary(max_size=50), max_size=8))
def test_records_come_back_in_order_and_fill_the_segment(payloads: list[bytes]) -> None:
    data = segment(*payloads)
    records = list(read_records(data))
    assert [record.payload for record in records] == payloads
    overhead = HEADER_BYTES + len(payloads) * RECORD_OVERHEAD_BYTES
    assert len(data) == overhead + sum(map(len, payloads))


def test_reading_stops_where_the_chain_breaks() -> None:
    data = segment(b"one", b"two", b"three")
    second = next(r for r in read_records(data) if r.payload == b"two")
    without = data[: second.offset] + data[second.stop :]
    assert [record.payload for record in read_records(without)] == [b"one"]


def test_a_huge_length_is_no_record() -> None:
    assert decode_record(b"\xff\xff\xff\xff\x01" + bytes(40), 0, bytes(32)) is None


def test_a_record_of_an_unknown_kind_is_no_record() -> None:
    chain = bytes(32)
    head = b"\0\0\0\0\x07"
    data = head + hashlib.sha256(DOMAIN + chain + head).digest()
    assert decode_record(data, 0, chain) is None


@given(numbers=st.sets(st.integers(1, 60), min_size=1), length=st.integers(0, 2**40))
def test_an_extent_comes_back(numbers: set[int], length: int) -> None:
    extent = Extent(tuple(sorted(numbers)), length, b"\x03" * 32)
    assert decode_extent(encode_extent(extent)) == extent


def test_runs_are_counted() -> None:
    assert run_count((1, 2, 3)) == 1
    assert run_count((1, 3, 4, 9)) == 3


def test_an_owner_is_bound_to_chain_and_key() -> None:
    chains = [bytes(32), b"\x01" * 32]
    assert len({log_owner(chain, key) for chain in chains for key in chains}) == 4
