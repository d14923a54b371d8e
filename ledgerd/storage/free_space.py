"""How much room the disk has left: the node stops accepting before it must stop."""

import enum
import os
from dataclasses import dataclass
from pathlib import Path

from ledgerd.errors import StorageUnavailable


class Space(enum.Enum):
    """What may still be done."""

    AMPLE = "ample"
    LOW = "low"  # accept no new transactions; go on with what is agreed
    EXHAUSTED = "exhausted"  # stop cleanly while there is room for it


@dataclass(frozen=True, slots=True)
class SpaceFloors:
    """Free bytes below which the disk counts as low, and as exhausted."""

    low_bytes: int = 2 << 30
    exhausted_bytes: int = 512 << 20

    def __post_init__(self) -> None:
        assert 0 < self.exhausted_bytes <= self.low_bytes


def free_bytes(path: Path) -> int:
    """Return the bytes that this process may still write to the file system of ``path``."""
    try:
        found = os.statvfs(path)
    except OSError as error:
        raise StorageUnavailable(f"asking {path.name} for space: {error.strerror}") from error
    return found.f_bavail * found.f_frsize


def space_left(free: int, floors: SpaceFloors) -> Space:
    """Return what may be done with ``free`` bytes."""
    if free < floors.exhausted_bytes:
        return Space.EXHAUSTED
    return Space.LOW if free < floors.low_bytes else Space.AMPLE
