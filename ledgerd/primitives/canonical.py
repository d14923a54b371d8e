"""The canonical codec: one value, one sequence of bytes (MessagePack).

Rules of this file. Records are arrays in fixed order: an integer type tag, a version, the fields.
Integers stand in shortest form, no maps, floats, extensions; nil only where a field is optional.
``decode`` refuses everything that ``encode`` would not have written, so a hash of the bytes is a
hash of the value. **Every field has a bound**: an integer its range, bytes and strings a length,
tuples a count, which msgspec checks before it allocates; `unbounded_fields` finds those that have
none and a test holds that there are none.

Source: docs/formats.md.
"""

from typing import Annotated, Final, Literal, TypeVar

import msgspec
from msgspec import Meta, inspect

from ledgerd.errors import DecodeError
from ledgerd.primitives.type_decoders import msgpack_decoder

U63_MAX: Final = 2**63 - 1
FEN_MAX: Final = 10**12  # ten billion yuan: above any bill, far below overflow when summed

U8 = Annotated[int, Meta(ge=0, le=2**8 - 1)]
U16 = Annotated[int, Meta(ge=0, le=2**16 - 1)]
U32 = Annotated[int, Meta(ge=0, le=2**32 - 1)]
U63 = Annotated[int, Meta(ge=0, le=U63_MAX)]
Fen = Annotated[int, Meta(ge=0, le=FEN_MAX)]
TimeMs = Annotated[int, Meta(ge=0, le=253_402_300_799_999)]  # until the end of the year 9999

Bytes16 = Annotated[bytes, Meta(min_length=16, max_length=16)]
Hash32 = Annotated[bytes, Meta(min_length=32, max_length=32)]
Key32 = Annotated[bytes, Meta(min_length=32, max_length=32)]
PublicKey = Annotated[bytes, Meta(min_length=32, max_length=33)]  # Ed25519 32, P-256 point 33
Signature64 = Annotated[bytes, Meta(min_length=64, max_length=64)]

ClientRef = Annotated[str, Meta(min_length=1, max_length=64, pattern=r"\A[\x20-\x7e]+\Z")]
InstitutionId = Annotated[
    str, Meta(min_length=18, max_length=18, pattern=r"\A[0-9A-HJ-NPQRTUWXY]{18}\Z")
]
BillCode = Annotated[str, Meta(min_length=8, max_length=8, pattern=r"\A[0-9]{8}\Z")]
BillNumber = Annotated[str, Meta(min_length=10, max_length=10, pattern=r"\A[0-9]{10}\Z")]
AccountId = Bytes16


class Canonical(msgspec.Struct, array_like=True, frozen=True, forbid_unknown_fields=True, gc=False):
    """Base of every value that has canonical bytes. Immutable; compared by value."""


class Record(Canonical, frozen=True, kw_only=True):
    """Base of values that stand alone: type tag first (``tag=`` of the class), then the version.

    A new layout of the same record is a new class with another ``version``, never a change here.
    """

    version: Literal[1] = 1


_T = TypeVar("_T")
_BOUNDED_TYPES: Final = (  # floats, maps, lists, sets and Any are no part of the canonical form
    inspect.BoolType,
    inspect.LiteralType,
    inspect.Metadata,
    inspect.NoneType,
    inspect.StructType,
    inspect.TupleType,
    inspect.UnionType,
)
_encoder: Final = msgspec.msgpack.Encoder()


def encode(value: object) -> bytes:
    """Give the canonical bytes of a canonical value (a Struct, or a tuple, bytes, int, ...)."""
    return _encoder.encode(value)


def decode(data: bytes, type_: type[_T], *, bytes_max: int) -> _T:
    """Read one canonical value.

    Args:
        data: bytes from anywhere; nothing in them is trusted.
        type_: the expected type; its field bounds are checked.
        bytes_max: longer input is refused before it is looked at.

    Raises:
        DecodeError: too long, malformed, out of bounds, trailing bytes, or not in canonical form.
            The text names the field, never its contents.
    """
    return decode_with(msgpack_decoder(type_), data, bytes_max=bytes_max)


def decode_with(decoder: "msgspec.msgpack.Decoder[_T]", data: bytes, *, bytes_max: int) -> _T:
    """Read one canonical value as ``decode`` does, with a decoder that is at hand.

    For unions: each question for their decoder hashes all of their types, which takes longer than
    the decoding.
    """
    if len(data) > bytes_max:
        found = f"{len(data)} bytes, at most {bytes_max} are allowed"
        raise DecodeError(f"{_name(decoder.type)}: {found}")
    try:
        value = decoder.decode(data)
    except UnicodeDecodeError:  # msgspec lets it through as it is
        raise DecodeError(f"{_name(decoder.type)}: a string is not UTF-8") from None
    except (msgspec.DecodeError, RecursionError) as error:
        raise DecodeError(f"{_name(decoder.type)}: {_without_contents(error)}") from None
    if _encoder.encode(value) != data:
        raise DecodeError(f"{_name(decoder.type)}: the bytes are not in canonical form")
    return value


def _name(type_: object) -> str:
    return str(getattr(type_, "__name__", "value"))


def _without_contents(error: Exception) -> str:
    """Drop what msgspec quotes of the input; keep what was expected and where."""
    text = str(error)
    if text.startswith("Invalid"):  # "Invalid value 'x' - at `$[3]`"
        return (
            "invalid value" + text[text.rfind(" - at ") :] if " - at " in text else "invalid value"
        )
    return text


def unbounded_fields(type_: object) -> tuple[str, ...]:
    """List the places of a type that have no upper bound (for tests: there must be none)."""
    return tuple(_unbounded(inspect.type_info(type_), _name(type_), frozenset()))


def _unbounded(info: inspect.Type, where: str, seen: frozenset[type]) -> list[str]:
    inner: list[tuple[inspect.Type, str]] = []
    match info:
        case inspect.Metadata():
            inner = [(info.type, where)]
        case inspect.TupleType():
            inner = [(item, where) for item in info.item_types]
        case inspect.UnionType():
            inner = [(item, where) for item in info.types]
        case inspect.VarTupleType():
            inner = [(info.item_type, f"{where}[]")]
        case inspect.StructType() if info.cls not in seen:
            seen |= {info.cls}
            inner = [(field.type, f"{where}.{field.name}") for field in info.fields]
    places = [place for item, name in inner for place in _unbounded(item, name, seen)]
    return places if _has_bound(info) else [where, *places]


def _has_bound(info: inspect.Type) -> bool:
    """Say whether a type is part of the canonical form and limited by itself."""
    match info:
        case inspect.IntType():
            return info.ge is not None and info.le is not None
        case inspect.BytesType() | inspect.StrType() | inspect.VarTupleType():
            return info.max_length is not None
        case _:
            return isinstance(info, _BOUNDED_TYPES)
