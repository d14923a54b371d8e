"""Flip bits and count what became of them."""

from collections import Counter
from collections.abc import Callable, Iterator

FOUND = "found"
HARMLESS = "harmless"
SILENT = "silent"

Try = Callable[[bytes], str]  # damaged contents of the one file -> FOUND, HARMLESS or SILENT


def flipped(data: bytes, bit: int) -> bytes:
    """Return ``data`` with one bit changed."""
    damaged = bytearray(data)
    damaged[bit // 8] ^= 1 << bit % 8
    return bytes(damaged)


def used_bits(data: bytes, stride: int = 1) -> Iterator[int]:
    """Yield bits to flip; long runs of zero bytes (padding) are left out but for their ends."""
    for bit in range(0, len(data) * 8, stride):
        byte = bit // 8
        if any(data[max(0, byte - 8) : byte + 9]):
            yield bit


def tally(data: bytes, attempt: Try, stride: int = 1) -> Counter[str]:
    """Flip the bits of ``data`` one after the other; count the outcomes."""
    return Counter(attempt(flipped(data, bit)) for bit in used_bits(data, stride))


def cut_everywhere(data: bytes, attempt: Try) -> Counter[str]:
    """Cut ``data`` before each of its bytes; count the outcomes."""
    return Counter(attempt(data[:count]) for count in range(len(data)))
