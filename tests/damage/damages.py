"""What can happen to one file: each kind of damage as a function of its bytes and a generator.

None means that there is no file afterwards. A damage that changes nothing is drawn again.
"""

import random
from collections.abc import Callable
from dataclasses import dataclass

SECTOR_BYTES = 512


@dataclass(frozen=True)
class Scene:
    """A file and what may come into its place.

    Attributes:
        older: the same file, some blocks earlier; None when it was not there.
        strangers: files of the same kind: of another node, and others of this home.
    """

    data: bytes
    older: bytes | None
    strangers: tuple[bytes, ...]


Damaged = bytes | None
Damage = Callable[[Scene, random.Random], Damaged]


def flip_bits(scene: Scene, rng: random.Random) -> Damaged:
    """Change one bit, or a few beside each other."""
    data = bytearray(scene.data)
    if not data:
        return bytes([1 << rng.randrange(8)])
    place = rng.randrange(len(data) * 8)
    for bit in range(place, min(place + rng.choice((1, 1, 1, 2, 8)), len(data) * 8)):
        data[bit // 8] ^= 1 << bit % 8
    return bytes(data)


def zero_sector(scene: Scene, rng: random.Random) -> Damaged:
    """Lose a sector: it reads as zeros."""
    start = _sector(scene, rng)
    return _with(scene.data, start, bytes(len(scene.data[start : start + SECTOR_BYTES])))


def garble_sector(scene: Scene, rng: random.Random) -> Damaged:
    """Get a sector back with other bytes."""
    start = _sector(scene, rng)
    return _with(scene.data, start, rng.randbytes(len(scene.data[start : start + SECTOR_BYTES])))


def misdirect_write(scene: Scene, rng: random.Random) -> Damaged:
    """Find the bytes of one place of the file at another."""
    start, other = _sector(scene, rng), _sector(scene, rng)
    count = min(len(scene.data) - start, len(scene.data) - other, SECTOR_BYTES)
    return _with(scene.data, start, scene.data[other : other + count])


def cut(scene: Scene, rng: random.Random) -> Damaged:
    """Lose the end."""
    return scene.data[: rng.randrange(len(scene.data))] if scene.data else None


def empty(scene: Scene, _: random.Random) -> Damaged:
    return b""


def remove(scene: Scene, _: random.Random) -> Damaged:
    return None


def grow(scene: Scene, rng: random.Random) -> Damaged:
    """Find something behind the end."""
    more = rng.choice((bytes(SECTOR_BYTES), rng.randbytes(rng.randrange(1, SECTOR_BYTES))))
    return scene.data + more


def swap(scene: Scene, rng: random.Random) -> Damaged:
    """Find another file of its kind in its place."""
    return rng.choice(scene.strangers) if scene.strangers else scene.data


def roll_back(scene: Scene, _: random.Random) -> Damaged:
    """Find it as it was some blocks ago."""
    return scene.older


DAMAGES: dict[str, Damage] = {
    "bits flipped": flip_bits,
    "sector zeroed": zero_sector,
    "sector garbled": garble_sector,
    "write misdirected": misdirect_write,
    "cut": cut,
    "emptied": empty,
    "removed": remove,
    "grown": grow,
    "swapped": swap,
    "rolled back": roll_back,
}
WEIGHTS = {"bits flipped": 8, "cut": 3, "sector zeroed": 3, "sector garbled": 3}


def draw(scene: Scene, rng: random.Random) -> tuple[str, Damaged]:
    """Choose a damage that changes something."""
    names = [name for name in DAMAGES for _ in range(WEIGHTS.get(name, 1))]
    while True:
        name = rng.choice(names)
        damaged = DAMAGES[name](scene, rng)
        if damaged != scene.data:
            return name, damaged


def _sector(scene: Scene, rng: random.Random) -> int:
    count = (len(scene.data) + SECTOR_BYTES - 1) // SECTOR_BYTES
    return rng.randrange(max(1, count)) * SECTOR_BYTES


def _with(data: bytes, start: int, part: bytes) -> bytes:
    return data[:start] + part + data[start + len(part) :]
