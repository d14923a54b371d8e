"""Keys that vote no more: a note for each, beside the vote log and not in it.

Rules: a note is written once and never removed; it names the key, so that it stays true whatever
becomes of the log: put back from a copy, moved away, or made anew with another key.

    RETIRED-<first 16 hex digits of the public key>: the reason, UTF-8

Source: consensus.md section 6, *Amnesia*: waiting replaces nothing.
"""

from typing import Final

from ledgerd.storage.disk import Directory

REASON_BYTES_MAX: Final = 500
_PREFIX: Final = "RETIRED-"


class RetiredKeys:
    """The notes of one folder."""

    def __init__(self, directory: Directory) -> None:
        self._directory = directory

    def reason(self, public_key: bytes) -> str | None:
        """Say why a key votes no more; None when it may.

        Raises:
            StorageCorrupted: the disk cannot read it.
        """
        name = note_name(public_key)
        if name not in self._directory.names():
            return None
        file = self._directory.open(name)
        try:
            return file.read_at(0, REASON_BYTES_MAX).decode(errors="replace")
        finally:
            file.close()

    def retire(self, public_key: bytes, reason: str) -> None:
        """Note durably that a key votes no more. A second time changes nothing.

        Raises:
            StorageWriteFailed: it is not noted: the node must stop.
        """
        name = note_name(public_key)
        if name in self._directory.names():
            return
        file = self._directory.create(name)
        try:
            file.write_at(0, reason.encode()[:REASON_BYTES_MAX])
            file.sync()
        finally:
            file.close()
        self._directory.sync()


def note_name(public_key: bytes) -> str:
    """Name the note of a key."""
    assert len(public_key) == 32
    return _PREFIX + public_key.hex()[:16]
