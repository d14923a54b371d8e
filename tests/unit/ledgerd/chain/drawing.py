"""Draws canonical values byte by byte, for docs/formats.md and its test."""

import re
from collections.abc import Iterator

import msgspec

from ledgerd.primitives.canonical import Canonical, encode

CHUNK_BYTES = 32
HEX_COLUMNS = 2 * CHUNK_BYTES + 2
Line = tuple[bytes, str]


def draw(value: object) -> str:
    """Give one line for each field, hex on the left, its meaning on the right."""
    return "\n".join(_text(*line) for line in _lines(value, type(value).__name__))


def draw_pieces(pieces: list[Line]) -> str:
    """Draw bytes that are no canonical value, piece by piece."""
    return "\n".join(_text(*part) for piece in pieces for part in _chunks(*piece))


def drawn_bytes(drawing: str) -> bytes:
    """Read the bytes of a drawing again."""
    columns = [re.match(r"[0-9a-f]*", line) for line in drawing.splitlines()]
    return b"".join(bytes.fromhex(column.group()) for column in columns if column)


def _text(data: bytes, meaning: str) -> str:
    return f"{data.hex():<{HEX_COLUMNS}}{meaning}".rstrip()


def _lines(value: object, label: str) -> Iterator[Line]:
    if isinstance(value, Canonical):
        yield from _struct_lines(value, label)
    elif isinstance(value, tuple):
        yield _head(len(value)), f"{label}: array of {len(value)}"
        for index, item in enumerate(value):
            yield from _lines(item, f"{label}[{index}]")
    elif isinstance(value, bytes):
        encoded = encode(value)
        yield encoded[: len(encoded) - len(value)], f"{label}: {len(value)} bytes"
        yield from _chunks(value, "")
    else:
        yield from _chunks(encode(value), f"{label}: {_shown(value)}")


def _struct_lines(value: Canonical, label: str) -> Iterator[Line]:
    tag = value.__struct_config__.tag
    names = value.__struct_fields__
    count = len(names) + (tag is not None)
    kind = type(value).__name__
    name = label if label == kind else f"{label}: {kind}"
    yield _head(count), f"{name}, array of {count}"
    if tag is not None:
        yield encode(tag), f"type {tag}"
    for field in names:
        yield from _lines(getattr(value, field), field)


def _chunks(data: bytes, meaning: str) -> Iterator[Line]:
    for start in range(0, len(data), CHUNK_BYTES):
        yield data[start : start + CHUNK_BYTES], meaning if start == 0 else ""


def _head(count: int) -> bytes:
    return msgspec.msgpack.encode([0] * count)[: -count or None]


def _shown(value: object) -> str:
    if value is None or isinstance(value, bool):
        return "nil" if value is None else str(value).lower()
    return str(value)
