"""What an office composed, before it is signed."""

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field

from ledgerd.ledger.operations import Operation
from ledgerd.storage.sealed_store import Entry

Notes = Callable[[], Mapping[Entry, bytes | None]]


def no_notes() -> Mapping[Entry, bytes | None]:
    return {}


@dataclass(frozen=True, slots=True)
class Draft:
    """What an office composed.

    Attributes:
        sidecars: the bytes that the operations name.
        taken: used up for this request; handed in again when it has to be composed anew.
        notes: what the office remembers with it, written in the same batch.
    """

    operations: tuple[Operation, ...]
    sidecars: tuple[bytes, ...] = field(default=(), repr=False)
    taken: bytes = b""
    notes: Notes = field(default=no_notes, repr=False)


Compose = Callable[[bytes], Awaitable[Draft]]
