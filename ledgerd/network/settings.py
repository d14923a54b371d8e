"""Who the node is, whom it talks to, and every limit of the network, as plain data.

Rules: no defaults hidden elsewhere; a number carries its unit and its reason.
Source: architecture.md section 5.
"""

import enum
from dataclasses import dataclass, field
from pathlib import Path
from typing import Protocol


class HelloSigner(Protocol):
    """Signs hellos with the consensus key of this node (a ``consensus.signing.Signer``)."""

    def sign(self, payload: bytes) -> bytes:
        """Return the 64-byte Ed25519 signature of ``payload``."""
        ...


class Chance(Protocol):
    """Where jitter comes from: a ``random.Random``, so that a test can repeat a run."""

    def random(self) -> float:
        """Return the next number in [0, 1)."""
        ...


class PeerRole(enum.Enum):
    """What a peer may send and is sent: an observer takes part in SYNC only."""

    VALIDATOR = "validator"
    OBSERVER = "observer"


@dataclass(frozen=True, slots=True)
class Address:
    """Where a peer listens: a host name or IP address, and a TCP port."""

    host: str
    port: int


@dataclass(frozen=True, slots=True)
class Peer:
    """One other node.

    Attributes:
        institution_id: 18-character social credit code; unique among the peers.
        addresses: tried in this order; empty for a peer that only dials us.
        certificate: DER bytes of its pinned transport certificate; compared byte for byte.
        consensus_key: 32-byte Ed25519 key that signs its hellos.
    """

    institution_id: str
    addresses: tuple[Address, ...]
    certificate: bytes = field(repr=False)
    consensus_key: bytes = field(repr=False)
    role: PeerRole = PeerRole.VALIDATOR


@dataclass(frozen=True, slots=True)
class NetworkIdentity:
    """This node as its peers see it.

    Attributes:
        chain_id: 32-byte genesis hash; a node of another chain is refused.
        certificate: DER bytes of the own transport certificate.
        certificate_path: the same in PEM; the ``ssl`` module reads files only.
        key_path: the transport key in PEM, mode 0600.
        role: what this node is to its peers; an observer sends SYNC only.
    """

    institution_id: str
    chain_id: bytes
    certificate: bytes = field(repr=False)
    certificate_path: Path
    key_path: Path
    signer: HelloSigner = field(repr=False)
    role: PeerRole = PeerRole.VALIDATOR


@dataclass(frozen=True, slots=True)
class QueueLimits:
    """Bounds of one outgoing queue of one link."""

    count_max: int
    bytes_max: int


@dataclass(frozen=True, slots=True)
class NetworkSettings:
    """Every limit of the network.

    Attributes:
        vote_queue: full means that the peer does not read: the link is closed.
        sync_queue: full means that the newest is dropped and counted; requests are repeated.
        bundle_queue: full means that the newest is dropped and counted; it is fetched later.
        flush_bytes_max: frames joined into one TLS write; votes wait for at most this much.
        inbox_count_max: frames of one peer that the host has not taken; then we stop reading.
        inbox_bytes_max: the same in bytes; one frame may always be held.
        peer_bytes_per_s_max: quota of one peer; above it we read later.
        peer_messages_per_s_max: quota of one peer; above it we read later.
        handshake_timeout_ms: from the TCP connection to the other side's hello-ack.
        handshake_count_max: unfinished inbound handshakes; beyond, the oldest is closed.
        ping_ms: something is sent at least this often.
        silence_timeout_ms: a link on which nothing arrives for so long is dead.
        stall_timeout_ms: a write or a begun frame that is not done by then breaks the link.
        redial_min_ms: first pause after a failed or lost link.
        redial_max_ms: longest pause between attempts, before jitter.
        stable_ms: a link up for so long resets the pause to ``redial_min_ms``.
    """

    vote_queue: QueueLimits = QueueLimits(count_max=8192, bytes_max=32 << 20)
    sync_queue: QueueLimits = QueueLimits(count_max=256, bytes_max=32 << 20)
    bundle_queue: QueueLimits = QueueLimits(count_max=512, bytes_max=32 << 20)
    flush_bytes_max: int = 256 << 10
    inbox_count_max: int = 1024
    inbox_bytes_max: int = 16 << 20
    peer_bytes_per_s_max: int = 64 << 20
    peer_messages_per_s_max: int = 20_000
    handshake_timeout_ms: int = 5_000
    handshake_count_max: int = 64
    ping_ms: int = 1_500
    silence_timeout_ms: int = 6_000
    stall_timeout_ms: int = 30_000
    redial_min_ms: int = 100
    redial_max_ms: int = 2_000
    stable_ms: int = 10_000
