"""What the network tests build from: nodes with keys, their identities as peers, streams.

Rules: ids rise with the index, so node 0 decides for every pair it is in.
"""

import tempfile
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import trio
import trio.testing

from ledgerd.keys import certificates
from ledgerd.keys.signers import ConsensusSigner, Ed25519Key
from ledgerd.network.settings import Address, NetworkIdentity, NetworkSettings, Peer, PeerRole

CHAIN = bytes(range(32))
SETTINGS = NetworkSettings()


@dataclass(frozen=True)
class Node:
    """One node's keys, and how its peers and it itself know it."""

    index: int
    seed: bytes
    certificate: bytes
    consensus: Ed25519Key

    @property
    def institution_id(self) -> str:
        return f"{self.index:018d}"

    def peer(self, *addresses: Address, role: PeerRole = PeerRole.VALIDATOR) -> Peer:
        return Peer(
            self.institution_id, addresses, self.certificate, self.consensus.public_key, role
        )

    def identity(self, chain_id: bytes = CHAIN) -> NetworkIdentity:
        certificate_path, key_path = pem_files(self.seed, self.certificate)
        return NetworkIdentity(
            self.institution_id,
            chain_id,
            self.certificate,
            certificate_path,
            key_path,
            ConsensusSigner(self.consensus),
        )


@cache
def node(index: int) -> Node:
    """Return the node of this index, the same at each call."""
    seed = bytes((index,)) * 32
    certificate = certificates.make_certificate(seed, f"{index:018d}")
    return Node(index, seed, certificate, Ed25519Key.from_seed(bytes((200 + index,)) * 32))


@cache
def _folder() -> "tempfile.TemporaryDirectory[str]":
    return tempfile.TemporaryDirectory(prefix="ledgerd-test-keys-")


@cache
def pem_files(seed: bytes, certificate: bytes) -> tuple[Path, Path]:
    """Write a certificate and its key where ``ssl`` can read them."""
    folder = Path(tempfile.mkdtemp(dir=_folder().name))
    (folder / "certificate.pem").write_bytes(certificates.certificate_to_pem(certificate))
    (folder / "transport.pem").write_bytes(certificates.private_key_to_pem(seed))
    return folder / "certificate.pem", folder / "transport.pem"


def stream_pair() -> tuple[trio.StapledStream, trio.StapledStream]:
    """Return two connected streams in memory, without bound and without delay."""
    return trio.testing.memory_stream_pair()
