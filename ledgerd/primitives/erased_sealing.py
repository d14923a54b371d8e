"""What is left of a sealed payload of which a part is erased.

Rules: the erased part keeps its place, emptied; the other parts and the wrapped keys stay as they
were, so a reader of another part opens it as before and checks it against the same commitment.

Source: domain.md section 8.
"""

from collections.abc import Collection
from typing import Final

from msgspec.structs import replace

from ledgerd.primitives.canonical import encode
from ledgerd.primitives.sealing import NONCE_BYTES, EncryptedPart, decode_sidecar

_EMPTY: Final = EncryptedPart(bytes(NONCE_BYTES), bytes(16))


def without_parts(sidecar: bytes, gone: Collection[int]) -> bytes | None:
    """Empty parts of a sidecar; None when nothing is left.

    Raises:
        DecodeError: it is malformed.
    """
    whole = decode_sidecar(sidecar)
    parts = tuple(_EMPTY if n in gone else part for n, part in enumerate(whole.parts))
    if all(part == _EMPTY for part in parts):
        return None
    return encode(replace(whole, parts=parts))
