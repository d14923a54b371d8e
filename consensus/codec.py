"""Canonical bytes of every message, record, batch and seal, in both directions.

Rules of this file: one value is one MessagePack array, the type first, then the version, then the
fields in the order of the dataclass. Only integers in shortest form, byte strings, booleans,
arrays, nil where a field is optional. Every length and range is checked; what is decoded encodes
to the very same bytes again. No other file knows a byte of the wire or of the vote log.

Source: architecture.md section 3.
"""

from collections.abc import Callable
from dataclasses import dataclass, fields
from typing import Any, Final, TypeVar, cast

import msgpack  # type: ignore[import-untyped]  # it ships none

from consensus.errors import DecodeError
from consensus.ids import DIGEST_BYTES, SIGNATURE_BYTES, Rank
from consensus.messages import (
    OWED_NAMED_MAX,
    Batch,
    BatchReply,
    Certificate,
    CertificateReply,
    Checkpoint,
    Claim,
    Commit,
    Equivocation,
    FetchBatch,
    FetchCertificate,
    FetchNewView,
    Message,
    NewView,
    Prepare,
    PrePrepare,
    SealReply,
    StableCertificate,
    Status,
    ViewChange,
    VoteKind,
)
from consensus.quorum import BUNDLE_COUNT_MAX, MEMBER_COUNT_MAX, WINDOW_MAX
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
    Record,
    SealRecord,
    StartedRecord,
    TurnRecord,
    VoteRecord,
)

VERSION: Final = 1
MESSAGE_BYTES_MAX: Final = 4 * 1024 * 1024  # a window of full batches; everything else is far less
INTEGER_MAX: Final = 2**62  # sums of two of them still fit the signed 64 bits of the format

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class _Form:
    """How one value is laid out: to MessagePack's values and back, checked."""

    dump: Callable[[Any], Any]
    load: Callable[[Any], Any]


def _integer(low: int, high: int) -> _Form:
    def load(value: object) -> int:
        if type(value) is not int or not low <= value <= high:
            raise DecodeError(f"expected an integer from {low} to {high}")
        return value

    return _Form(int, load)


def _bytes(length: int) -> _Form:
    def load(value: object) -> bytes:
        if type(value) is not bytes or len(value) != length:
            raise DecodeError(f"expected {length} bytes")
        return value

    return _Form(bytes, load)


def _load_boolean(value: object) -> bool:
    if type(value) is not bool:
        raise DecodeError("expected a boolean")
    return value


def _load_vote_kind(value: object) -> VoteKind:
    if type(value) is not int or value not in {VoteKind.PREPARE, VoteKind.COMMIT}:
        raise DecodeError("expected the kind of a certificate")
    return VoteKind(value)


def _expect_array(value: object, low: int, high: int) -> list[Any]:
    if type(value) is not list or not low <= len(value) <= high:
        raise DecodeError(f"expected an array of {low} to {high}")
    return value


def _many(form: _Form, count_max: int) -> _Form:
    dump, load = form.dump, form.load
    return _Form(
        lambda values: [dump(value) for value in values],
        lambda value: tuple([load(item) for item in _expect_array(value, 0, count_max)]),
    )


def _optional(form: _Form) -> _Form:
    return _Form(
        lambda value: None if value is None else form.dump(value),
        lambda value: None if value is None else form.load(value),
    )


def _tuple(build: Callable[..., Any], *forms: _Form) -> _Form:
    """Lay out a fixed sequence of values, one form each."""
    dumps = tuple(form.dump for form in forms)
    loads = tuple(form.load for form in forms)
    count = len(forms)

    def dump(values: Any) -> list[Any]:  # noqa: ANN401 - a tuple of mixed values
        return [dump(value) for dump, value in zip(dumps, values, strict=True)]

    def load(value: object) -> object:
        items = _expect_array(value, count, count)
        return build(*[load(item) for load, item in zip(loads, items, strict=True)])

    return _Form(dump, load)


def _struct(type_: type[Any], *forms: _Form) -> _Form:
    """Lay out a dataclass, its fields in order."""
    names = tuple(field.name for field in fields(type_) if field.init)
    assert len(names) == len(forms), type_
    values = _tuple(type_, *forms)
    return _Form(lambda value: values.dump([getattr(value, name) for name in names]), values.load)


def _union(forms: dict[int, tuple[type[Any], _Form]]) -> _Form:
    """Lay out one of several types: tag, version, fields."""
    tags = {type_: tag for tag, (type_, _) in forms.items()}

    def dump(value: object) -> list[Any]:
        tag = tags[type(value)]
        return [tag, VERSION, *forms[tag][1].dump(value)]

    def load(value: object) -> object:
        items = _expect_array(value, 2, 64)
        tag, version, *rest = items
        if type(tag) is not int or tag not in forms or type(version) is not int:
            raise DecodeError("expected a known type")
        if version != VERSION:
            raise DecodeError(f"version {version}, expected {VERSION}")
        return forms[tag][1].load(rest)

    return _Form(dump, load)


_REPLICA: Final = _integer(0, MEMBER_COUNT_MAX - 1)
_EPOCH: Final = _integer(0, 2**32 - 1)
_NUMBER: Final = _integer(0, INTEGER_MAX)
_DIGEST: Final = _bytes(DIGEST_BYTES)
_SIGNATURE: Final = _bytes(SIGNATURE_BYTES)
_BOOLEAN: Final = _Form(bool, _load_boolean)
_KIND: Final = _Form(int, _load_vote_kind)
_RANK: Final = _tuple(Rank, _NUMBER, _NUMBER)
_SIGNATURES: Final = _many(_tuple(lambda *pair: pair, _REPLICA, _SIGNATURE), MEMBER_COUNT_MAX)

_VOTE_FIELDS: Final = (_REPLICA, _EPOCH, _NUMBER, _NUMBER, _DIGEST, _SIGNATURE)
_PREPARE: Final = _struct(Prepare, *_VOTE_FIELDS)
_COMMIT: Final = _struct(Commit, *_VOTE_FIELDS)
_VOTE: Final = _union({2: (Prepare, _PREPARE), 3: (Commit, _COMMIT)})
_CHECKPOINT: Final = _struct(Checkpoint, _REPLICA, _EPOCH, _NUMBER, _DIGEST, _SIGNATURE)
_BATCH: Final = _struct(
    Batch,
    _EPOCH,
    _NUMBER,
    _DIGEST,
    _NUMBER,
    _REPLICA,
    _NUMBER,
    _many(_DIGEST, BUNDLE_COUNT_MAX),
)
_CERTIFICATE: Final = _struct(Certificate, _KIND, _EPOCH, _NUMBER, _NUMBER, _DIGEST, _SIGNATURES)
_SEAL: Final = _struct(StableCertificate, _EPOCH, _NUMBER, _DIGEST, _SIGNATURES)
_CLAIM: Final = _struct(Claim, _REPLICA, _EPOCH, _NUMBER, _RANK, _DIGEST, _SIGNATURE)
_CLAIMS: Final = _many(_CLAIM, MEMBER_COUNT_MAX)
_VIEW_CHANGE: Final = _struct(ViewChange, _CLAIM, _optional(_CERTIFICATE))
_NEW_VIEW: Final = _struct(NewView, _EPOCH, _NUMBER, _CLAIMS, _optional(_CERTIFICATE), _SIGNATURE)
_STATUS: Final = _struct(
    Status,
    _REPLICA,
    _EPOCH,
    _NUMBER,
    _BOOLEAN,
    _NUMBER,
    _NUMBER,
    _NUMBER,
    _NUMBER,
    _RANK,
    _EPOCH,
    _many(_REPLICA, MEMBER_COUNT_MAX),
    _many(_DIGEST, OWED_NAMED_MAX),
    _many(_VOTE, MEMBER_COUNT_MAX),
    _CLAIMS,
)

_MESSAGE: Final = _union(
    {
        1: (PrePrepare, _struct(PrePrepare, _NUMBER, _BATCH, _SIGNATURE)),
        2: (Prepare, _PREPARE),
        3: (Commit, _COMMIT),
        4: (Checkpoint, _CHECKPOINT),
        5: (ViewChange, _VIEW_CHANGE),
        6: (NewView, _NEW_VIEW),
        7: (Equivocation, _struct(Equivocation, _VOTE, _VOTE)),
        8: (Status, _STATUS),
        9: (FetchBatch, _struct(FetchBatch, _REPLICA, _EPOCH, _DIGEST)),
        10: (BatchReply, _struct(BatchReply, _REPLICA, _EPOCH, _many(_BATCH, WINDOW_MAX))),
        11: (FetchCertificate, _struct(FetchCertificate, _REPLICA, _EPOCH)),
        12: (CertificateReply, _struct(CertificateReply, _REPLICA, _CERTIFICATE)),
        13: (FetchNewView, _struct(FetchNewView, _REPLICA, _EPOCH, _NUMBER)),
        14: (SealReply, _struct(SealReply, _REPLICA, _SEAL)),
    }
)
_RECORD: Final = _union(
    {
        32: (OpenedRecord, _struct(OpenedRecord, _DIGEST, _EPOCH)),
        33: (BatchRecord, _struct(BatchRecord, _BATCH)),
        34: (VoteRecord, _struct(VoteRecord, _VOTE)),
        35: (CheckpointRecord, _struct(CheckpointRecord, _CHECKPOINT)),
        36: (CertificateRecord, _struct(CertificateRecord, _CERTIFICATE)),
        37: (LeaveRecord, _struct(LeaveRecord, _VIEW_CHANGE)),
        38: (EnterRecord, _struct(EnterRecord, _NEW_VIEW)),
        39: (SealRecord, _struct(SealRecord, _SEAL)),
        40: (ExecutedRecord, _struct(ExecutedRecord, _NUMBER, _DIGEST, _optional(_DIGEST))),
        41: (AmnesiaRecord, _struct(AmnesiaRecord, _EPOCH)),
        42: (ArmedRecord, _struct(ArmedRecord, _EPOCH)),
        43: (TurnRecord, _struct(TurnRecord, _CERTIFICATE)),
        44: (StartedRecord, _struct(StartedRecord, _EPOCH, _NUMBER, _NUMBER)),
    }
)
_BATCHES: Final = _union({64: (Batch, _BATCH)})
_SEALS: Final = _union({65: (StableCertificate, _SEAL)})


def _encode(form: _Form, value: object) -> bytes:
    data = _pack(form.dump(value))
    assert len(data) <= MESSAGE_BYTES_MAX
    return data


def _pack(raw: object) -> bytes:
    data = msgpack.packb(raw, use_bin_type=True)
    assert isinstance(data, bytes)
    return data


def _decode(form: _Form, data: bytes) -> object:
    if len(data) > MESSAGE_BYTES_MAX:
        raise DecodeError(f"{len(data)} bytes, at most {MESSAGE_BYTES_MAX} are read")
    try:
        raw = msgpack.unpackb(
            data,
            raw=False,
            use_list=True,
            strict_map_key=True,
            max_str_len=0,
            max_map_len=0,
            max_ext_len=0,
            max_bin_len=SIGNATURE_BYTES,
            max_array_len=BUNDLE_COUNT_MAX,
        )
    except (ValueError, msgpack.exceptions.UnpackException) as error:
        raise DecodeError("not one MessagePack value within the limits") from error
    value = form.load(raw)
    if _pack(raw) != data:  # loading changes nothing: dumping the value would give this again
        raise DecodeError("not the canonical form")
    return value


def encode_message(message: Message) -> bytes:
    """Return the canonical bytes of a message."""
    return _encode(_MESSAGE, message)


def decode_message(data: bytes) -> Message:
    """Read one message.

    Raises:
        DecodeError: anything but the canonical bytes of one message within the limits.
    """
    return cast("Message", _decode(_MESSAGE, data))


def encode_record(record: Record) -> bytes:
    """Return the canonical bytes of a record of the vote log."""
    return _encode(_RECORD, record)


def decode_record(data: bytes) -> Record:
    """Read one record; raises DecodeError as ``decode_message`` does."""
    return cast("Record", _decode(_RECORD, data))


def encode_batch(batch: Batch) -> bytes:
    """Return the canonical bytes of a batch."""
    return _encode(_BATCHES, batch)


def decode_batch(data: bytes) -> Batch:
    """Read one batch; raises DecodeError as ``decode_message`` does."""
    return cast("Batch", _decode(_BATCHES, data))


def encode_seal(seal: StableCertificate) -> bytes:
    """Return the canonical bytes of a seal."""
    return _encode(_SEALS, seal)


def decode_seal(data: bytes) -> StableCertificate:
    """Read one seal; raises DecodeError as ``decode_message`` does."""
    return cast("StableCertificate", _decode(_SEALS, data))
