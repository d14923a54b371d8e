"""Opening a home, in the one order that is safe, before anything is said to anybody.

    lock · key modes · crypto self-test · genesis · chain: height, root and header agree, after an
    unclean end the last blocks · vote log against its sentinel and the chain · bundle log · what
    the offices remember · replay · peers

Rules: a vote log that is missing, short or damaged is never made anew for the same key: the node
follows as an observer and says so. Damaged ``chain/`` and ``sidecars/`` are moved aside and fetched
again from peers. What only this node knows, the offices' store, is never begun anew in silence.
Nothing is repaired in place.

Source: architecture.md section 4; consensus.md section 6.
"""

from contextlib import ExitStack, suppress
from dataclasses import dataclass, field
from pathlib import Path

import structlog

from consensus import Record
from ledgerd.chain.genesis import Genesis, decode_genesis
from ledgerd.chain.trust import Epoch, first_epoch
from ledgerd.config import HomePaths
from ledgerd.errors import ConfigError, DecodeError, StorageError, VerificationFailed
from ledgerd.keys.keyring import KeyRing
from ledgerd.node.failures import Doubt, FailureBook
from ledgerd.node.opening_chain import CACHE_BYTES, ChainStores, open_chain_or_begin_anew
from ledgerd.node.opening_logs import LogOwner, OpenedLogs, open_logs, reach_of
from ledgerd.node.opening_stores import open_offices, open_sidecars
from ledgerd.node.scrutiny import Scrutiny
from ledgerd.storage.home_lock import HomeLock
from ledgerd.storage.kv import KeyValueStore
from ledgerd.storage.sealed_store import SealedStore
from ledgerd.storage.segment_format import LogState
from ledgerd.storage.sidecar_store import SidecarStore

log = structlog.get_logger()


@dataclass(frozen=True, slots=True)
class OpenedHome:
    """Everything of a home, open.

    Attributes:
        self_id: own replica index, None when this institution is no validator.
        records: of the vote log, decoded; empty for observers and broken logs.
        is_log_damaged: this key may have forgotten promises: it never votes again.
    """

    paths: HomePaths
    genesis: Genesis
    epoch: Epoch
    keys: KeyRing
    self_id: int | None
    chain: ChainStores
    sidecars: SidecarStore
    sidecar_database: KeyValueStore
    offices: SealedStore
    office_database: KeyValueStore
    logs: OpenedLogs
    records: tuple[Record, ...] = field(repr=False)
    is_log_damaged: bool
    lock: HomeLock

    def close(self) -> None:
        """Close everything, in the order opposite to opening."""
        self.logs.close()
        with suppress(StorageError):  # after a failure; these seals come again from the vote log
            self.chain.blocks.sync_seals()
        for database in (self.office_database, self.sidecar_database, self.chain.database):
            database.close()
        self.lock.release()


def read_genesis(path: Path) -> Genesis:
    """Read and check ``genesis.json``.

    Raises:
        ConfigError: missing, or not a genesis file.
    """
    try:
        return decode_genesis(path.read_bytes())
    except OSError as error:
        raise ConfigError(f"{path}: cannot be read: {error.strerror}") from error
    except (DecodeError, VerificationFailed) as error:
        raise ConfigError(f"{path}: {error}") from error


def open_home(
    paths: HomePaths, institution: str, cache_bytes: int = CACHE_BYTES, now_ms: int = 0
) -> OpenedHome:
    """Open a home; all of it, or nothing stays open.

    ``now_ms`` is compared with the times of the last failures.

    Raises:
        ConfigError: keys, genesis or the offices' store are missing, or not those of this home.
        StoreLocked: another process has this home.
        StorageError: what is stored cannot be used, or the disk refuses.
    """
    with ExitStack() as opened:
        lock = HomeLock(paths.home)
        opened.callback(lock.release)
        keys = KeyRing.open(paths.keys)
        if keys.institution_id != institution:
            raise ConfigError(
                f"{paths.keys}: keys of {keys.institution_id}, config.toml names {institution}"
            )
        genesis = read_genesis(paths.genesis)
        epoch = first_epoch(genesis)
        self_id = _own_index(epoch, keys)
        failures = FailureBook(paths)
        doubt = _begin_anew_if_contradicted(failures, now_ms)
        scrutiny = Scrutiny.USUAL if doubt is Doubt.NONE else Scrutiny.WHOLE
        chain = open_chain_or_begin_anew(paths.chain, genesis, cache_bytes, scrutiny)
        opened.callback(chain.database.close)
        owner = LogOwner(epoch.membership.chain, keys.consensus.public_key, self_id)
        logs = open_logs(paths, owner, chain.height)
        opened.callback(logs.close)
        has_lived = chain.height or reach_of(logs.records) or logs.state is not LogState.INTACT
        lived_to = chain.height if has_lived else None
        office_database = open_offices(paths.offices, lived_to, scrutiny)
        opened.callback(office_database.close)
        sidecar_database = open_sidecars(paths.sidecars, scrutiny)
        opened.callback(sidecar_database.close)
        _settle_doubt(failures, doubt, chain)
        opened.pop_all()
    return OpenedHome(
        paths=paths,
        genesis=genesis,
        epoch=epoch,
        keys=keys,
        self_id=self_id,
        chain=chain,
        sidecars=SidecarStore(sidecar_database),
        sidecar_database=sidecar_database,
        offices=SealedStore(office_database, keys.storage_key),
        office_database=office_database,
        logs=logs,
        records=logs.records,
        is_log_damaged=self_id is not None and logs.state is not LogState.INTACT,
        lock=lock,
    )


def _begin_anew_if_contradicted(failures: FailureBook, now_ms: int) -> Doubt:
    doubt = failures.doubt(now_ms)
    if doubt is Doubt.CHAIN:
        failures.begin_chain_anew()
    if doubt is not Doubt.NONE:
        log.warning("the last ends call for a look at everything: reading all stores whole")
    return doubt


def _settle_doubt(failures: FailureBook, doubt: Doubt, chain: ChainStores) -> None:
    """Say what came of reading everything. What did not open by now was said, or is aside."""
    if doubt is Doubt.NONE:
        return
    failures.forget()
    log.warning("all stores were read whole; what is in use is sound", height=chain.height)


def _own_index(epoch: Epoch, keys: KeyRing) -> int | None:
    for index, member in enumerate(epoch.record.members):
        if member.institution_id == keys.institution_id:
            if member.consensus_key != keys.consensus.public_key:
                raise ConfigError("keys/consensus.json is not the key that genesis names")
            if member.transport_certificate != keys.certificate:
                raise ConfigError(
                    "keys/certificate.pem is not the certificate that genesis names: no peer would "
                    "accept a link. Put it back from a backup, with transport.pem"
                )
            return index
    return None
