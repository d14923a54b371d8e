"""Proofs of misdeeds, a file each, in a folder of their own: they outlive restarts and the chain.

Rules: a file is there whole or not at all (written under another name, synced, renamed). Opaque
here; whoever reads one checks it, since it proves itself. Nothing is ever overwritten or removed:
how many there may be is the writer's business.
"""

from typing import Final

from ledgerd.storage.disk import Directory

SUFFIX: Final = ".evidence"
_NEXT: Final = "next"  # one being written


class EvidenceStore:
    """The files of one folder. One thread writes; any reads."""

    def __init__(self, directory: Directory) -> None:
        self._directory = directory

    def names(self) -> tuple[str, ...]:
        """List what is stored, sorted."""
        names = self._directory.names()
        return tuple(name.removesuffix(SUFFIX) for name in names if name.endswith(SUFFIX))

    def get(self, name: str, bytes_max: int) -> bytes:
        """Read one, of at most so many bytes; the caller knows that it is there.

        Raises:
            StorageCorrupted: the disk cannot read it.
        """
        file = self._directory.open(name + SUFFIX)
        try:
            return file.read_at(0, bytes_max)
        finally:
            file.close()

    def put(self, name: str, data: bytes) -> None:
        """Store one durably, in the place of a file of this name that does not hold.

        Raises:
            StorageWriteFailed: the node must stop.
        """
        if _NEXT in self._directory.names():
            self._directory.remove(_NEXT)
        file = self._directory.create(_NEXT)
        try:
            file.write_at(0, data)
            file.sync()
        finally:
            file.close()
        self._directory.rename(_NEXT, name + SUFFIX)
        self._directory.sync()
