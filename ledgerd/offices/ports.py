"""What the offices need from the house: the node, keys, an audit log.

Rules: these are the shapes of the real things (``node.Node``, ``keys.KeyRing``), so the daemon
plugs them in as they are and tests bring a ledger in memory.
"""

from collections.abc import Sequence
from typing import Protocol

from ledgerd.keys.institution_keys import InstitutionKeys
from ledgerd.ledger.overlay import StateReader
from ledgerd.node.views import ChainEvent, Cursor, Head, OutcomeState, TxOutcome
from ledgerd.storage.indexes import Listing, Page
from ledgerd.storage.kv import Span


class ReadsPort(Protocol):
    """Reads of the chain as this node holds it."""

    def head(self) -> Head: ...
    def state(self) -> StateReader: ...
    def scan_state(self, span: Span, limit: int) -> Sequence[tuple[bytes, bytes]]: ...
    def page(self, listing: Listing) -> Page: ...
    def events_after(self, cursor: Cursor, limit: int) -> tuple[ChainEvent, ...]: ...


class NodePort(Protocol):
    """The node: submit, wait, read, follow."""

    @property
    def reads(self) -> ReadsPort: ...
    async def submit(self, transaction: bytes, sidecars: Sequence[bytes]) -> bytes: ...
    async def wait(
        self, tx_id: bytes, timeout_s: float, until: OutcomeState = OutcomeState.COMMITTED
    ) -> TxOutcome: ...
    def outcome(self, tx_id: bytes) -> TxOutcome: ...
    async def sidecar(self, sidecar_hash: bytes) -> bytes | None: ...
    def is_erased(self, erasure: bytes) -> bool: ...
    async def wait_height_above(self, height: int) -> int: ...


class KeysPort(Protocol):
    """Keys of the own institution and of the hosted ones."""

    @property
    def institution_id(self) -> str: ...
    def keys_of(self, institution_id: str) -> InstitutionKeys: ...


class AuditPort(Protocol):
    """Where every opening of a sidecar is written down; how far it reaches, and its last hash."""

    def record_opening(self, reader: str, bill: str, purpose: str) -> None: ...
    @property
    def line_count(self) -> int: ...
    @property
    def head(self) -> bytes: ...
