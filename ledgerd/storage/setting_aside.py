"""Moving what is damaged aside: never deleted, never repaired, under a name that says why.

Rules: one rename, durable before anything new is made in its place. An operator removes what lies
beside when nobody wants to look at it any more.
"""

import os
from pathlib import Path
from typing import Final

from ledgerd.errors import StorageWriteFailed
from ledgerd.storage.disk import RealDirectory

ASIDE_COUNT_MAX: Final = (
    100  # of one kind beside each other; an operator should have looked by then
)


def set_aside(path: Path, word: str) -> str:
    """Rename ``path`` to ``<name>.<word>-<number>``; return the new name.

    Raises:
        StorageWriteFailed: the disk refuses, or a hundred lie there already.
    """
    for number in range(1, ASIDE_COUNT_MAX + 1):
        aside = path.with_name(f"{path.name}.{word}-{number}")
        if not os.path.lexists(aside):
            folder = RealDirectory(path.parent)
            folder.rename(path.name, aside.name)
            folder.sync()
            return aside.name
    raise StorageWriteFailed(
        f"{path}: {ASIDE_COUNT_MAX} that were moved aside lie beside it; look at them, remove them"
    )
