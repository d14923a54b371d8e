"""Canonical values as JSON for people: fields by name, bytes as lowercase hex.

Rules of this file: one value has one text (two spaces, fields in their order, UTF-8, one line end
at the end). `decode` refuses every other text, so repeated fields, other escapes, ``1.0`` for 1
or a lost line are errors and not opinions. Type tags and versions stand as ``"type"`` and
``"version"``.
"""

import json
from typing import TypeVar

import msgspec
from msgspec import inspect

from ledgerd.errors import DecodeError
from ledgerd.primitives.canonical import Canonical

_T = TypeVar("_T", bound=Canonical)
Json = dict[str, "Json"] | list["Json"] | str | int | bool | None


def to_tree(value: object) -> Json:
    """Turn a canonical value into what ``json`` writes; bytes become lowercase hex."""
    match value:
        case None | bool() | int() | str():
            return value
        case bytes():
            return value.hex()
        case tuple():
            return [to_tree(item) for item in value]
        case Canonical():
            return _struct_tree(value)
        case _:
            raise AssertionError(f"{type(value).__name__} is no canonical value")


def encode(value: Canonical) -> bytes:
    """Write the one text of a value."""
    return json.dumps(to_tree(value), indent=2, ensure_ascii=False).encode() + b"\n"


def decode(data: bytes, type_: type[_T], *, bytes_max: int) -> _T:
    """Read a value from its one text.

    Raises:
        DecodeError: too long, no JSON, a field unknown, missing or out of bounds, or written in
            another form than `encode` gives.
    """
    name = type_.__name__
    if len(data) > bytes_max:
        raise DecodeError(f"{name}: {len(data)} bytes, at most {bytes_max} are allowed")
    try:
        tree = json.loads(data)
        value: _T = msgspec.convert(_untangle(tree, inspect.type_info(type_), name), type_)
    except (ValueError, RecursionError) as error:
        raise DecodeError(f"{name}: {error}") from None
    if encode(value) != data:
        raise DecodeError(f"{name}: the text is not in canonical form")
    return value


def _struct_tree(value: Canonical) -> dict[str, Json]:
    tag = value.__struct_config__.tag
    tree: dict[str, Json] = {} if tag is None else {"type": tag}
    for field in value.__struct_fields__:
        tree[field] = to_tree(getattr(value, field))
    return tree


def _untangle(tree: Json, info: inspect.Type, where: str) -> object:
    """Bring parsed JSON into the array form from which msgspec makes and checks the value."""
    match info:
        case inspect.Metadata():
            return _untangle(tree, info.type, where)
        case inspect.StructType():
            return _untangle_struct(tree, info, where)
        case inspect.VarTupleType() if isinstance(tree, list):
            return [
                _untangle(item, info.item_type, f"{where}[{index}]")
                for index, item in enumerate(tree)
            ]
        case inspect.BytesType() if isinstance(tree, str):
            return bytes.fromhex(tree)
        case inspect.UnionType() if tree is not None:
            choices = [item for item in info.types if not isinstance(item, inspect.NoneType)]
            if len(choices) != 1:
                raise DecodeError(f"{where}: a choice of types is not read from JSON")
            return _untangle(tree, choices[0], where)
        case _:
            return tree


def _untangle_struct(tree: Json, info: inspect.StructType, where: str) -> list[object]:
    if not isinstance(tree, dict):
        raise DecodeError(f"{where}: expected an object")
    names = [field.name for field in info.fields]
    expected = names if info.tag is None else ["type", *names]
    unknown = [key for key in tree if key not in expected]
    missing = [key for key in expected if key not in tree]
    if unknown or missing:
        raise DecodeError(f"{where}: unknown fields {unknown!r}, missing fields {missing!r}")
    values: list[object] = [
        _untangle(tree[f.name], f.type, f"{where}.{f.name}") for f in info.fields
    ]
    return values if info.tag is None else [tree["type"], *values]
