"""Decoders of msgspec: one per type, built by one thread at a time.

msgspec keeps what it knows of a type on the type itself, and begins to do so before it knows all.
Another thread that asks meanwhile gets a decoder of what is known so far, and the process dies when
it decodes with it. So whatever may run in several threads takes its decoders from here.
"""

import threading
from typing import Any, Final, TypeVar

import msgspec

_T = TypeVar("_T")
_building: Final = threading.Lock()
_msgpack: Final[dict[object, "msgspec.msgpack.Decoder[Any]"]] = {}
_json: Final[dict[object, "msgspec.json.Decoder[Any]"]] = {}


def msgpack_decoder(type_: type[_T]) -> "msgspec.msgpack.Decoder[_T]":
    """Give the decoder of MessagePack values of a type."""
    decoder = _msgpack.get(type_)
    if decoder is None:
        with _building:
            decoder = _msgpack.setdefault(type_, msgspec.msgpack.Decoder(type_))
    return decoder


def json_decoder(type_: type[_T]) -> "msgspec.json.Decoder[_T]":
    """Give the decoder of JSON values of a type."""
    decoder = _json.get(type_)
    if decoder is None:
        with _building:
            decoder = _json.setdefault(type_, msgspec.json.Decoder(type_))
    return decoder
