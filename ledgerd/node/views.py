"""What the node tells its own house: frozen answers for rpc, offices and logs.

Rules: plain values, no live references into the engine; no personal data; times in milliseconds,
hashes as bytes. Whoever shows them to people turns them into text.
"""

import enum
from dataclasses import dataclass

from consensus import StableCertificate
from ledgerd.chain.block import Header
from ledgerd.ledger.events import Event
from ledgerd.ledger.receipts import Receipt


class Role(enum.Enum):
    """What this node does in consensus now."""

    VALIDATOR = "validator"  # votes
    WAITING = "waiting"  # will vote once a quorum of others has answered
    OBSERVER = "observer"  # follows; not a member, or its key may have forgotten votes


@dataclass(frozen=True, slots=True)
class Head:
    """The last block applied here.

    Attributes:
        sealed_height: the last height whose seal is known; at most ``height``.
    """

    height: int
    header_hash: bytes
    state_root: bytes
    time_ms: int
    sealed_height: int


@dataclass(frozen=True, slots=True)
class NodeStatus:
    """The node at a glance.

    Attributes:
        why: plain words for everything that keeps the next block, empty when nothing does.
        amnesia: the key of this node may have forgotten votes and never votes again.
        loop_stall_ms_max: longest time for which the event loop did not turn.
        evidence: institutions that signed two different things, and how often that is proved.
    """

    chain_id: bytes
    institution: str
    head: Head
    role: Role
    epoch: int
    view: int
    active: bool
    primary: str
    quorum: int
    connected_count: int
    ready: bool
    amnesia: bool
    divergence: bool
    pending_transactions: int
    pending_bundles: int
    pool_bytes: int
    target_height: int
    loop_stall_ms_max: int
    why: tuple[str, ...]
    evidence: tuple[tuple[str, int], ...] = ()


@dataclass(frozen=True, slots=True)
class PeerStatus:
    """One other validator as this node sees it; ``height`` is a claim of the peer."""

    institution: str
    connected: bool
    height: int | None
    last_seen_ms: int | None
    last_error: str
    fault_count: int
    evidence_count: int = 0


@dataclass(frozen=True, slots=True, order=True)
class Cursor:
    """A place in the chain's events: after (height, transaction, operation)."""

    height: int
    tx: int
    op: int


@dataclass(frozen=True, slots=True)
class ChainEvent:
    """The events of one committed operation: what subscribers and offices read.

    Attributes:
        author: institution id, or an account in hex.
        object_key: state key of the object that the operation made or moved.
    """

    cursor: Cursor
    time_ms: int
    tx_id: bytes
    author: str
    object_key: bytes
    events: tuple[Event, ...]


@dataclass(frozen=True, slots=True)
class BlockInfo:
    """A stored block."""

    header: Header
    header_hash: bytes
    proposer: str
    tx_ids: tuple[bytes, ...]
    operation_count: int
    seal: StableCertificate | None


class OutcomeState(enum.Enum):
    """What is known of a transaction."""

    PENDING = "pending"  # accepted here, in no block yet
    COMMITTED = "committed"  # in a block that is durable here
    SEALED = "sealed"  # a quorum has signed the block's header
    EXPIRED = "expired"  # its time has run out and no block holds it: it will have no effect
    UNKNOWN = "unknown"  # this node has never heard of it


@dataclass(frozen=True, slots=True)
class TxOutcome:
    """What is known of a transaction; receipts only when committed or sealed."""

    tx_id: bytes
    state: OutcomeState
    height: int | None = None
    tx_index: int | None = None
    time_ms: int | None = None
    receipts: tuple[Receipt, ...] = ()
