"""Opening vote log and bundle log, and saying in plain words what is wrong with them.

Rules: both logs are made once, together with the consensus key, by whoever makes the home. A
missing or broken one is the same to the others as a forgotten promise: this key never votes again.
An observer has no vote log, and a bundle log that may be begun anew.
"""

from dataclasses import dataclass, field

import structlog

from ledgerd.config import HomePaths
from ledgerd.errors import StorageCorrupted
from ledgerd.storage.bundle_log import BundleLog, create_bundle_log, open_bundle_log
from ledgerd.storage.disk import RealDirectory
from ledgerd.storage.durable_logs import DurableLogs
from ledgerd.storage.segment_format import LogState
from ledgerd.storage.segment_opening import LogBroken
from ledgerd.storage.vote_log import OpenedVoteLog, create_vote_log, open_vote_log

log = structlog.get_logger()

AMNESIA_WORDS = (
    "this node may have forgotten promises made with its consensus key; it follows the chain as an "
    "observer and does not vote until a membership change gives the institution a new key"
)


@dataclass(frozen=True, slots=True)
class OpenedLogs:
    """Both logs.

    Attributes:
        state: of both together: INTACT only when both are.
        records: of the vote log.
        saved: digests in the bundle log, oldest first.
        has_votes: whether there is a vote log to write to.
    """

    durable: DurableLogs
    state: LogState
    records: tuple[bytes, ...] = field(repr=False)
    saved: tuple[bytes, ...] = field(repr=False)
    has_votes: bool = False

    def close(self) -> None:
        self.durable.close()


def create_logs(paths: HomePaths, chain_id: bytes, public_key: bytes) -> None:
    """Make both logs of a new consensus key; once, together with the key."""
    votes = RealDirectory.make(paths.votes)
    bundles = RealDirectory.make(paths.bundles)
    create_vote_log(votes, chain_id=chain_id, public_key=public_key).close()
    create_bundle_log(bundles, chain_id=chain_id, public_key=public_key).close()


def open_logs(
    paths: HomePaths, chain_id: bytes, public_key: bytes, self_id: int | None
) -> OpenedLogs:
    """Open both logs, or what can be used of them."""
    votes = _open_votes(paths, chain_id, public_key) if self_id is not None else None
    bundles, bundle_trouble = _open_bundles(paths, chain_id, public_key)
    if votes is None:
        return OpenedLogs(DurableLogs(None, bundles), LogState.INTACT, (), bundles.digests())
    state, detail = votes.state, votes.detail
    if state is LogState.INTACT and bundle_trouble is not None:
        state, detail = bundle_trouble.state, str(bundle_trouble)
    if state is not LogState.INTACT:
        log.error("vote log not usable", state=state.value, detail=detail, meaning=AMNESIA_WORDS)
        if votes.log is not None:
            votes.log.close()
        return OpenedLogs(DurableLogs(None, bundles), state, (), bundles.digests())
    durable = DurableLogs(votes.log, bundles)
    return OpenedLogs(durable, state, votes.records, bundles.digests(), has_votes=True)


def _open_votes(paths: HomePaths, chain_id: bytes, public_key: bytes) -> OpenedVoteLog:
    directory = RealDirectory(paths.votes)
    return open_vote_log(directory, chain_id=chain_id, public_key=public_key)


def _open_bundles(
    paths: HomePaths, chain_id: bytes, public_key: bytes
) -> tuple[BundleLog, LogBroken | None]:
    """Open the bundle log; begin a new one beside a broken one and say what was wrong."""
    try:
        directory = RealDirectory(paths.bundles)
        return open_bundle_log(directory, chain_id=chain_id, public_key=public_key), None
    except StorageCorrupted as error:
        trouble = error if isinstance(error, LogBroken) else LogBroken(LogState.DAMAGED, str(error))
    number = 1
    while paths.bundles.exists():
        aside = paths.bundles.with_name(f"bundles.broken-{number}")
        if not aside.exists():
            paths.bundles.rename(aside)
        number += 1
    directory = RealDirectory.make(paths.bundles)
    return create_bundle_log(directory, chain_id=chain_id, public_key=public_key), trouble
