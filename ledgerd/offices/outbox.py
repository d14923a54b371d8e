"""The outbox: what was asked under which ``client_ref``, and the bytes that answer it.

Rules: an entry is durable before its bytes leave the house. The same request again is answered by
the same bytes; another one under the same ref is a conflict, unless what stands there can never
take effect (refused, or expired without a block). Sealed bytes are let go when their transaction is
in a block (``sweeping``).

Source: domain.md section 2.
"""

from typing import Annotated, Final

from msgspec import Meta
from msgspec.structs import replace

from ledgerd.chain.transaction import (
    TRANSACTION_BYTES_MAX,
    AccountAuthor,
    Author,
    SignedTransaction,
    transaction_id,
)
from ledgerd.offices.drawer import Drawer
from ledgerd.primitives.canonical import Hash32, Record, Signature64, TimeMs, decode, encode
from ledgerd.storage.sealed_store import Entry
from ledgerd.storage.sidecar_store import sidecar_hash

COLLECTION: Final = "outbox"
HOLDS: Final = "outbox-holds"  # keys of entries that hold sealed bytes
OF_SIDECAR: Final = "outbox-of-sidecar"  # key of the entry that sent, or holds, sealed bytes
ENTRY_BYTES_MAX: Final = 8_388_608
SIDECAR_COUNT_MAX: Final = 16

SidecarBytes = Annotated[bytes, Meta(max_length=2_097_152)]


class OutboxEntry(Record, tag=1, frozen=True, kw_only=True):
    """What stands under one (author, client ref).

    Attributes:
        request: digest of the plain request.
        body: canonical bytes of the transaction.
        authorisation: None when somebody else's key signs it.
        taken: what was used up for it (a bill number, an account id), kept for another attempt.
        is_refused: it was refused before it was sent: the ref is free again.
    """

    request: Hash32
    body: Annotated[bytes, Meta(max_length=TRANSACTION_BYTES_MAX)]
    authorisation: Signature64 | None
    sidecars: Annotated[tuple[SidecarBytes, ...], Meta(max_length=SIDECAR_COUNT_MAX)]
    valid_until_ms: TimeMs
    taken: Annotated[bytes, Meta(max_length=64)]
    is_refused: bool = False

    def __repr__(self) -> str:
        return f"OutboxEntry({self.tx_id.hex()})"

    @property
    def tx_id(self) -> bytes:
        return transaction_id(self.body)

    @property
    def signed(self) -> bytes:
        """The bytes to submit; only when the office signed them itself."""
        assert self.authorisation is not None
        return encode(SignedTransaction(body=self.body, authorisation=self.authorisation))


class Outbox:
    """Entries by author and client ref."""

    def __init__(self, drawer: Drawer) -> None:
        self._drawer = drawer

    def find(self, author: Author, client_ref: str) -> OutboxEntry | None:
        stored = self._drawer.get(*entry_name(author, client_ref))
        return None if stored is None else decode(stored, OutboxEntry, bytes_max=ENTRY_BYTES_MAX)

    async def mark_refused(self, author: Author, client_ref: str, entry: OutboxEntry) -> None:
        """Free a ref whose bytes never left the house; what was taken for it stays taken."""
        refused = encode(replace(entry, is_refused=True, sidecars=()))
        await self._drawer.write(lambda: {entry_name(author, client_ref): refused})


def rows_of(name: Entry, entry: OutboxEntry) -> dict[Entry, bytes | None]:
    """Give what is written with an entry: itself, and the way to it from its sealed bytes."""
    _, key = name
    rows: dict[Entry, bytes | None] = {name: encode(entry)}
    rows |= {(OF_SIDECAR, sidecar_hash(sidecar)): key for sidecar in entry.sidecars}
    if entry.sidecars:
        rows[(HOLDS, key)] = b""
    return rows


def entry_name(author: Author, client_ref: str) -> Entry:
    """Name the place of an entry in the sealed store."""
    return COLLECTION, author_bytes(author) + b"|" + client_ref.encode("ascii")


def author_bytes(author: Author) -> bytes:
    """Give the 18 bytes of an institution or the 16 of an account."""
    if isinstance(author, AccountAuthor):
        return author.account_id
    return author.institution_id.encode("ascii")
