"""A small file that says what another file must at least contain.

    two slots of 4096 bytes, written in turn:
    generation u64 | length u16 | payload | digest (16) = SHA-256(domain | all before it)

The slot with the higher generation counts. A write that was torn, or a damaged slot, leaves the
other one, which says a little less and never something wrong. When neither is whole the file says
nothing, and its owner must treat that as damage.
"""

import hashlib
from typing import Final

from ledgerd.storage.disk import File

PAYLOAD_BYTES_MAX: Final = 4_000
_SLOT_BYTES: Final = 4_096
_HEAD_BYTES: Final = 10
_DIGEST_BYTES: Final = 16
_DOMAIN: Final = b"ledgerd.sentinel"


class Sentinel:
    """The file, open. One writer."""

    def __init__(self, file: File) -> None:
        self._file = file
        self._generation = 0
        self._is_dirty = False

    def read(self) -> bytes | None:
        """Return the newest whole payload, or None when there is none."""
        slots = [_decode(self._file.read_at(i * _SLOT_BYTES, _SLOT_BYTES)) for i in (0, 1)]
        whole = [slot for slot in slots if slot is not None]
        if not whole:
            return None
        self._generation, payload = max(whole)
        return payload

    def write(self, payload: bytes) -> None:
        """Replace the payload. Not durable before ``sync``; until then the former one is.

        The former one is made durable first: of two slots at most one may be lost.
        """
        assert len(payload) <= PAYLOAD_BYTES_MAX
        self.sync()
        self._generation += 1
        offset = self._generation % 2 * _SLOT_BYTES
        self._file.write_at(offset, _encode(self._generation, payload))
        self._is_dirty = True

    def sync(self) -> None:
        """Make the payload durable, if it is not."""
        if self._is_dirty:
            self._file.sync()
            self._is_dirty = False

    def close(self) -> None:
        self._file.close()


def _encode(generation: int, payload: bytes) -> bytes:
    head = generation.to_bytes(8, "big") + len(payload).to_bytes(2, "big")
    return head + payload + _digest(head + payload)


def _decode(slot: bytes) -> tuple[int, bytes] | None:
    stop = _HEAD_BYTES + int.from_bytes(slot[8:_HEAD_BYTES], "big")
    if len(slot) < _HEAD_BYTES or stop > _HEAD_BYTES + PAYLOAD_BYTES_MAX:
        return None
    if _digest(slot[:stop]) != slot[stop : stop + _DIGEST_BYTES]:
        return None
    return int.from_bytes(slot[:8], "big"), slot[_HEAD_BYTES:stop]


def _digest(data: bytes) -> bytes:
    return hashlib.sha256(_DOMAIN + data).digest()[:_DIGEST_BYTES]
