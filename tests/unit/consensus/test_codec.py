"""Canonical bytes: every value comes back, and nothing else comes in."""

import hashlib
from dataclasses import fields
from pathlib import Path

import msgpack
import pytest

from consensus import DecodeError
from consensus.codec import (
    MESSAGE_BYTES_MAX,
    decode_batch,
    decode_message,
    decode_record,
    decode_seal,
    encode_batch,
    encode_message,
    encode_record,
    encode_seal,
)
from consensus.messages import (
    BatchReply,
    CertificateReply,
    Equivocation,
    FetchBatch,
    FetchCertificate,
    FetchNewView,
    SealReply,
)
from consensus.records import (
    AmnesiaRecord,
    ArmedRecord,
    BatchRecord,
    CertificateRecord,
    CheckpointRecord,
    EnterRecord,
    ExecutedRecord,
    LeaveRecord,
    OpenedRecord,
    SealRecord,
    StartedRecord,
    TurnRecord,
    VoteRecord,
)
from tests.unit.consensus.builders import (
    A,
    B,
    checkpoint,
    claim,
    commit,
    committed,
    digest_of,
    new_view,
    pre_prepare,
    prepare,
    prepared,
    seal,
    status,
    view_change,
)

FORMATS = Path(__file__).parents[3] / "docs" / "formats.md"
MESSAGES = [
    pre_prepare(A),
    prepare(1, A),
    commit(2, B, view=7),
    checkpoint(3, A),
    view_change(1, 2),
    view_change(1, 2, prepared(A)),
    new_view(2),
    new_view(2, prepared(A)),
    Equivocation(prepare(1, A), prepare(1, B)),
    status(1),
    status(1, owed=(A.digest,), votes=(prepare(0, A), commit(2, A)), claims=(claim(3, 2),)),
    FetchBatch(1, 0, A.digest),
    BatchReply(1, 0, (B, A)),
    FetchCertificate(1, 0),
    CertificateReply(1, committed(A)),
    FetchNewView(1, 0, 3),
    SealReply(1, seal(A)),
]
RECORDS = [
    OpenedRecord(digest_of("chain"), 3),
    BatchRecord(A),
    VoteRecord(prepare(1, A)),
    VoteRecord(commit(1, A)),
    CheckpointRecord(checkpoint(1, A)),
    CertificateRecord(prepared(A)),
    LeaveRecord(view_change(1, 2, prepared(A))),
    EnterRecord(new_view(2)),
    SealRecord(seal(A)),
    ExecutedRecord(1, A.digest, digest_of("header")),
    ExecutedRecord(1, A.digest, None),
    AmnesiaRecord(0),
    ArmedRecord(0),
    StartedRecord(0, 3, 17),
    TurnRecord(committed(A)),
]

WIRE = "9c9bea517f0fbd9995bc770482fa12d401a64bfbca869f1f5ab807f08b8557b5"
LOG = "d0e9db8110ba11c7d3ff3ca4f4f54025b3c49aade65c731b530005ef53789002"


@pytest.mark.parametrize("message", MESSAGES, ids=lambda m: type(m).__name__)
def test_a_message_comes_back_as_it_was(message) -> None:
    assert decode_message(encode_message(message)) == message


@pytest.mark.parametrize("record", RECORDS, ids=lambda r: type(r).__name__)
def test_a_record_comes_back_as_it_was(record) -> None:
    assert decode_record(encode_record(record)) == record


def test_batches_and_seals_have_bytes_of_their_own() -> None:
    assert decode_batch(encode_batch(A)) == A
    assert decode_seal(encode_seal(seal(A))) == seal(A)


def test_a_record_is_no_message_and_the_other_way_round() -> None:
    with pytest.raises(DecodeError):
        decode_message(encode_record(RECORDS[0]))
    with pytest.raises(DecodeError):
        decode_record(encode_message(MESSAGES[0]))


@pytest.mark.parametrize("message", MESSAGES, ids=lambda m: type(m).__name__)
def test_no_byte_more_or_less_is_a_message(message) -> None:
    data = encode_message(message)
    for wrong in (data + b"\0", data[:-1], b""):
        with pytest.raises(DecodeError):
            decode_message(wrong)


def changed(values: object, **options: bool) -> bytes:
    packed = msgpack.packb(values, use_bin_type=True, **options)
    assert isinstance(packed, bytes)
    return packed


VOTE = [2, 1, 1, 0, 1, 1, A.digest, bytes(64)]


def with_field(index: int, value: object) -> bytes:
    return changed([*VOTE[:index], value, *VOTE[index + 1 :]])


def test_the_sound_vote_decodes() -> None:
    assert decode_message(changed(VOTE)).sequence == 1


@pytest.mark.parametrize(
    "wrong",
    [
        with_field(0, 99),
        with_field(0, True),
        with_field(0, b"2"),
        with_field(1, 2),
        with_field(1, True),
        with_field(2, -1),
        with_field(2, 128),
        with_field(3, 2**32),
        with_field(4, 2**62 + 1),
        with_field(4, True),
        with_field(4, 1.0),
        with_field(4, None),
        with_field(6, A.digest[:-1]),
        with_field(6, A.digest + b"x"),
        with_field(6, [1]),
        with_field(7, bytes(65)),
        with_field(5, "1"),
        with_field(5, {}),
        changed([]),
        changed([2]),
        changed([*VOTE, 1]),
        changed(VOTE[:-1]),
        changed({"type": 2}),
        changed(7),
        b"\xc1",
        b"\xdd\xff\xff\xff\xff",
        b"\xc6\xff\xff\xff\xff",
        b"\x91" * 5_000,
    ],
)
def test_anything_else_is_a_decode_error(wrong: bytes) -> None:
    with pytest.raises(DecodeError):
        decode_message(wrong)


def test_an_integer_in_a_longer_form_is_not_canonical() -> None:
    data = encode_message(prepare(1, A))
    assert data[:5] == b"\x98\x02\x01\x01\x00"
    with pytest.raises(DecodeError):
        decode_message(data[:3] + b"\xcc\x01" + data[4:])


def test_a_flag_and_a_kind_have_only_their_values() -> None:
    shown = msgpack.unpackb(encode_message(status(1)))
    shown[5] = 1
    with pytest.raises(DecodeError):
        decode_message(changed(shown))
    for wrong in (3, True, [1]):
        proof = msgpack.unpackb(encode_message(CertificateReply(1, prepared(A))))
        proof[3][0] = wrong
        with pytest.raises(DecodeError):
            decode_message(changed(proof))


def test_more_than_the_limit_is_not_even_read() -> None:
    with pytest.raises(DecodeError):
        decode_message(bytes(MESSAGE_BYTES_MAX + 1))


def test_the_digest_of_a_batch_is_computed_never_read() -> None:
    values = msgpack.unpackb(encode_batch(A))
    values[3] = 9
    assert decode_batch(changed(values)).digest != A.digest


@pytest.mark.parametrize("message", MESSAGES, ids=lambda m: type(m).__name__)
def test_a_changed_byte_is_refused_or_another_message(message) -> None:
    data = encode_message(message)
    for index in range(min(len(data), 400)):
        changed_data = data[:index] + bytes([data[index] ^ 0x41]) + data[index + 1 :]
        try:
            read = decode_message(changed_data)
        except DecodeError:
            continue
        assert read != message
        assert encode_message(read) == changed_data  # nothing that was read is lost


def test_the_bytes_of_the_wire_and_of_the_log_stay_what_they_are() -> None:
    """Whoever changes them changes the version, and writes down how old logs are read."""
    wire = hashlib.sha256(b"".join(encode_message(message) for message in MESSAGES)).hexdigest()
    log = hashlib.sha256(b"".join(encode_record(record) for record in RECORDS)).hexdigest()
    assert (wire, log) == (WIRE, LOG)


def test_the_page_on_formats_names_every_message_and_record_with_its_fields() -> None:
    page = FORMATS.read_text(encoding="utf-8")
    encoded = [(value, encode_message(value)) for value in MESSAGES]
    encoded += [(value, encode_record(value)) for value in RECORDS]
    for value, data in encoded:
        named = ", ".join(field.name for field in fields(value) if field.init)
        kind = msgpack.unpackb(data)[0]
        assert f"| {kind} | `{type(value).__name__}` | {named} |" in page
