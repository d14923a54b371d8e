"""Randomness for tests: the same bytes every time, never the same twice in a row."""

import hashlib
import itertools
from collections.abc import Callable


def counting_entropy(start: int = 0) -> Callable[[int], bytes]:
    """Give a source of bytes that depends on nothing but how often it was asked."""
    counter = itertools.count(start)

    def entropy(count: int) -> bytes:
        return hashlib.shake_256(b"sample entropy %d" % next(counter)).digest(count)

    return entropy
