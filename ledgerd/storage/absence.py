"""Which keys a store certainly does not hold, known without asking its disk.

A new bill asks for keys that are not there: its number, its transaction, its sidecar. LevelDB looks
for such a key in one table of every level, and rewrites a table that was looked at in vain a
hundred times: a cost that grows with the chain. So the keys of the kinds that are asked for so are
marked in a filter in memory: four bits a key, in layers that grow. A bit that is missing says that
the key was never written; it never errs about that. All four set say nothing: the store is asked.

The rule that keeps it whole: the marks of a batch's new keys stand in a row of that very batch
(``schema.marks_key``), and the filter is written to a file of its own now and then, with the count
of the batch up to which it is whole. At an opening the file is read and the rows behind it are
added, after a clean end as after a crash. A file that is missing, damaged or of another store, or a
batch without its row, and all keys are read once to make the filter anew.
"""

import hashlib
import struct
from collections.abc import Iterable, Iterator
from typing import Final

MARK_BYTES: Final = 8
_HASHED_KEY_BYTES: Final = 33  # a prefix and a hash, whose last bytes are as good as another hash
FIRST_LAYER_BYTES: Final = 32 << 10
LAYER_BYTES_MAX: Final = 16 << 20
LAYER_COUNT_MAX: Final = 5  # 50 MB: 35 million keys with one wrong "perhaps" in a hundred and fifty
GROWTH: Final = 8  # how much larger each layer is than the one before
BITS_PER_KEY: Final = 12
_BITS: Final = (1, 2, 4, 8, 16, 32, 64, 128)
_HALVES: Final = struct.Struct(">II")
_HEAD: Final = struct.Struct(">16s16sQB")
_LAYER_HEAD: Final = struct.Struct(">II")
_FORMAT: Final = b"ledgerd.absence1"
_DIGEST_BYTES: Final = 32


def mark_of(key: bytes) -> bytes:
    """Give the mark of a key: 8 bytes, evenly spread whatever keys look like."""
    if len(key) == _HASHED_KEY_BYTES:
        return key[-MARK_BYTES:]
    return hashlib.sha256(key).digest()[:MARK_BYTES]


class KeyFilter:
    """Marks that were added, and now and then one that was not. Grows in layers up to a bound.

    One thread adds, any asks: whoever asks meanwhile may miss what is being added.
    """

    def __init__(self, first_layer_bytes: int = FIRST_LAYER_BYTES) -> None:
        self._layers = [bytearray(first_layer_bytes)]
        self._count = 0  # in the last layer

    @property
    def bytes_held(self) -> int:
        """Return how much memory the layers take."""
        return sum(map(len, self._layers))

    def may_hold(self, mark: bytes) -> bool:
        """Say whether a mark may have been added; False is certain."""
        first, step = _HALVES.unpack(mark)
        second = first + step
        third = second + step
        fourth = third + step
        for layer in self._layers:  # four times the same, for this is done for each read
            mask = len(layer) * 8 - 1
            if (
                layer[(first & mask) >> 3] & _BITS[first & 7]
                and layer[(second & mask) >> 3] & _BITS[second & 7]
                and layer[(third & mask) >> 3] & _BITS[third & 7]
                and layer[(fourth & mask) >> 3] & _BITS[fourth & 7]
            ):
                return True
        return False

    def add(self, mark: bytes) -> None:
        """Add a mark."""
        layer = self._layers[-1]
        if self._count * BITS_PER_KEY >= len(layer) * 8 and len(self._layers) < LAYER_COUNT_MAX:
            layer = bytearray(min(len(layer) * GROWTH, LAYER_BYTES_MAX))
            self._layers.append(layer)
            self._count = 0
        self._count += 1
        mask = len(layer) * 8 - 1
        first, step = _HALVES.unpack(mark)
        for place in (first, first + step, first + 2 * step, first + 3 * step):
            layer[(place & mask) >> 3] |= _BITS[place & 7]

    def add_new(self, marks: Iterable[bytes]) -> list[bytes]:
        """Add the marks that are not there yet; give those."""
        added = []
        for mark in marks:
            if not self.may_hold(mark):
                self.add(mark)
                added.append(mark)
        return added

    def parts(self, identity: bytes, batch_count: int) -> Iterator[bytes]:
        """Give the bytes of a file piece by piece: of which store, and up to which batch."""
        whole = hashlib.sha256()
        for part in self._parts(identity, batch_count):
            whole.update(part)
            yield part
        yield whole.digest()

    def _parts(self, identity: bytes, batch_count: int) -> Iterator[bytes]:
        yield _HEAD.pack(_FORMAT, identity, batch_count, len(self._layers))
        for index, layer in enumerate(self._layers):
            is_last = index == len(self._layers) - 1
            yield _LAYER_HEAD.pack(len(layer), self._count if is_last else 0)
            yield bytes(layer)

    @classmethod
    def decode(cls, data: bytes, identity: bytes) -> "tuple[KeyFilter, int] | None":
        """Read a file of this store; None when it is damaged or another store's."""
        view = memoryview(data)
        whole, digest = view[:-_DIGEST_BYTES], view[-_DIGEST_BYTES:]
        if len(whole) < _HEAD.size or hashlib.sha256(whole).digest() != digest:
            return None
        form, owner, batch_count, layer_count = _HEAD.unpack_from(whole)
        if (form, owner) != (_FORMAT, identity):
            return None
        found = cls()
        found._layers = []
        position = _HEAD.size
        for _ in range(layer_count):
            size, found._count = _LAYER_HEAD.unpack_from(whole, position)
            position += _LAYER_HEAD.size
            found._layers.append(bytearray(whole[position : position + size]))
            position += size
        return found, batch_count


def split_marks(joined: bytes) -> Iterator[bytes]:
    """Cut a row of marks apart."""
    return (joined[at : at + MARK_BYTES] for at in range(0, len(joined), MARK_BYTES))
