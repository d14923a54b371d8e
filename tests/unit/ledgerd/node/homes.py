"""The home of one validator on disk, as it is made once, and opened without a daemon."""

from dataclasses import dataclass
from pathlib import Path

import msgspec

from consensus import Digest, SequenceNumber
from consensus.codec import encode_record
from consensus.records import ExecutedRecord, OpenedRecord, Record
from ledgerd.chain.genesis import Genesis, encode_genesis, genesis_hash
from ledgerd.config import HomePaths
from ledgerd.keys.keyring import KeyRing
from ledgerd.node.opening_logs import LogOwner
from ledgerd.node.starting import OpenedHome, open_home
from ledgerd.storage.bundle_log import StoredBundle, create_bundle_log
from ledgerd.storage.disk import RealDirectory
from ledgerd.storage.vote_log import create_vote_log
from tests.unit.ledgerd.node.samples import CHAIN_ID, MEMBERS, genesis, some_digest

OWNER = LogOwner(CHAIN_ID, bytes([1]) * 32, 0)


def create_logs(paths: HomePaths, owner: LogOwner = OWNER) -> None:
    """Make both logs, as is done together with a key."""
    own = {"chain_id": owner.chain_id, "public_key": owner.public_key}
    create_vote_log(RealDirectory.make(paths.votes), **own).close()
    create_bundle_log(RealDirectory.make(paths.bundles), **own).close()


@dataclass(frozen=True)
class SampleHome:
    """The home of one validator."""

    paths: HomePaths
    genesis: Genesis
    institution: str

    def open(self) -> OpenedHome:
        return open_home(self.paths, self.institution)


def sample_home(folder: Path, validator_count: int = 4) -> SampleHome:
    """Make keys, genesis and logs of the first validator; alone it commits by itself."""
    paths = HomePaths(folder / "home")
    paths.home.mkdir()
    ring = KeyRing.create(paths.keys, MEMBERS[0])
    public_key = ring.consensus.public_key
    first, *others = genesis().validators[:validator_count]
    own = msgspec.structs.replace(
        first, consensus_key=public_key, transport_certificate=ring.certificate
    )
    begun = msgspec.structs.replace(genesis(), validators=(own, *others))
    paths.genesis.write_bytes(encode_genesis(begun))
    create_logs(paths, LogOwner(genesis_hash(begun), public_key, 0))
    return SampleHome(paths, begun, MEMBERS[0])


def records_up_to(height: int, chain_id: bytes = CHAIN_ID) -> tuple[Record, ...]:
    """A vote log that knows of one executed block."""
    named = some_digest(height)
    return (
        OpenedRecord(Digest(chain_id), 0),
        ExecutedRecord(SequenceNumber(height), named, named),
    )


def encoded(records: tuple[Record, ...]) -> list[bytes]:
    return [encode_record(record) for record in records]


def stored_bundle(number: int) -> StoredBundle:
    return StoredBundle(some_digest(number), b"bundle", (b"sidecar",))
