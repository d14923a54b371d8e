"""Opening vote log and bundle log, and saying in plain words what is wrong with them.

Rules: both logs are made once, together with the consensus key, by whoever makes the home. One
that is missing, broken or behind the chain is the same to the others as a forgotten promise: this
key never votes again. That is noted beside the vote log before anything else is done, so that it
outlives every restart: what is lost today may look whole tomorrow, when the bytes that the votes
answer for are gone. A log of another key or chain was put there by somebody: the start is refused
and nothing is changed, since the own log may still be somewhere. An observer has no vote log, and a
bundle log that may be begun anew.

Source: architecture.md section 4; consensus.md section 6, *Amnesia*.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import structlog
import trio

from consensus import DecodeError as RecordError, Record
from consensus.codec import decode_record
from consensus.records import ExecutedRecord, SealRecord
from ledgerd.config import HomePaths
from ledgerd.errors import ConfigError, StorageCorrupted
from ledgerd.node.inputs import INBOX_COUNT_MAX
from ledgerd.storage.bundle_log import BundleLog, create_bundle_log, open_bundle_log
from ledgerd.storage.disk import RealDirectory
from ledgerd.storage.durable_logs import DurableLogs
from ledgerd.storage.retired_keys import RetiredKeys
from ledgerd.storage.segment_format import LogState
from ledgerd.storage.segment_opening import LogBroken
from ledgerd.storage.vote_log import OpenedVoteLog, open_vote_log, retire_vote_log

# Blocks that catch-up had stored and the replica had not heard of when the process died: those in
# a full inbox, and in the round that was being taken from it.
LAG_COUNT_MAX = 2 * INBOX_COUNT_MAX

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
        records: of the vote log; empty unless it may be voted with.
        saved: digests in the bundle log, oldest first.
        has_votes: whether there is a vote log to write to.
        retire: notes for good that this key votes no more, for a reason; blocks for a sync.
    """

    durable: DurableLogs
    state: LogState
    records: tuple[Record, ...] = field(repr=False)
    saved: tuple[bytes, ...] = field(repr=False)
    has_votes: bool = False
    retire: Callable[[str], None] = field(default=lambda _reason: None, repr=False)

    def close(self) -> None:
        self.durable.close()

    async def give_up_voting(self) -> None:
        """Note for good that others hold promises of this key that are not in its log.

        Raises:
            StorageWriteFailed: the node must stop.
        """
        log.error("own promises missing in the vote log", meaning=AMNESIA_WORDS)
        await trio.to_thread.run_sync(self.retire, "others hold promises that are not in its log")


@dataclass(frozen=True, slots=True)
class LogOwner:
    """Whose logs these are.

    Attributes:
        self_id: replica index; None when the key has no vote.
    """

    chain_id: bytes
    public_key: bytes
    self_id: int | None


@dataclass(frozen=True, slots=True)
class _Trouble:
    """What keeps a key from voting, for the operator."""

    state: LogState
    detail: str


def open_logs(paths: HomePaths, owner: LogOwner, height: int) -> OpenedLogs:
    """Open both logs, or what can be used of them.

    The vote log must reach ``height``, that of the chain in this home.

    Raises:
        ConfigError: a log belongs to another key or chain.
        StorageCorrupted: a record cannot be read although its log is whole.
        StorageWriteFailed: the disk refuses.
    """
    if owner.self_id is None:
        bundles = _find_bundles(paths, owner)
        if isinstance(bundles, LogBroken):
            bundles = _begin_bundles_anew(paths, owner)
        return OpenedLogs(DurableLogs(None, bundles), LogState.INTACT, (), bundles.digests())
    votes = open_vote_log(
        RealDirectory(paths.votes), chain_id=owner.chain_id, public_key=owner.public_key
    )
    bundles = _find_bundles(paths, owner)
    _refuse_foreign(paths, votes, bundles)
    records = _decode_records(votes.records)
    retired = RetiredKeys(RealDirectory(paths.votes.parent))
    trouble = _trouble_of(votes, records, bundles, height)
    reason = retired.reason(owner.public_key)
    if reason is not None:
        trouble = _Trouble(LogState.RETIRED, f"key retired: {reason}")
    if trouble is not None:
        _give_up_voting(paths, votes, trouble)
        if trouble.state is not LogState.RETIRED:
            retired.retire(owner.public_key, trouble.detail)
    if isinstance(bundles, LogBroken):
        bundles = _begin_bundles_anew(paths, owner)
    if trouble is not None:
        return OpenedLogs(DurableLogs(None, bundles), trouble.state, (), bundles.digests())
    durable = DurableLogs(votes.log, bundles)
    return OpenedLogs(
        durable,
        LogState.INTACT,
        records,
        bundles.digests(),
        has_votes=True,
        retire=lambda why: retired.retire(owner.public_key, why),
    )


def _refuse_foreign(paths: HomePaths, votes: OpenedVoteLog, bundles: BundleLog | LogBroken) -> None:
    is_foreign = isinstance(bundles, LogBroken) and bundles.state is LogState.FOREIGN
    if votes.state is LogState.FOREIGN:
        raise ConfigError(_foreign_words(paths.votes))
    if is_foreign:
        if votes.log is not None:
            votes.log.close()
        raise ConfigError(_foreign_words(paths.bundles))


def _foreign_words(folder: Path) -> str:
    return (
        f"{folder}: this log belongs to another key or another chain; nothing was changed. Put "
        "this node's own folder back; if that is lost, move this one away: the node then follows "
        "as an observer and never votes with its present key"
    )


def reach_of(records: Sequence[Record]) -> int:
    """Give the last height that these records know of; 0 when they know of none."""
    reached = 0
    for record in records:
        match record:
            case ExecutedRecord(sequence=sequence):
                reached = max(reached, sequence)
            case SealRecord(seal=seal):
                reached = max(reached, seal.sequence)
            case _:
                pass
    return reached


def _trouble_of(
    votes: OpenedVoteLog, records: Sequence[Record], bundles: BundleLog | LogBroken, height: int
) -> _Trouble | None:
    if votes.state is not LogState.INTACT:
        return _Trouble(votes.state, votes.detail)
    if isinstance(bundles, LogBroken):
        return _Trouble(bundles.state, f"bundles: {bundles}")
    reached = reach_of(records)
    if height > reached + LAG_COUNT_MAX:
        detail = f"the vote log ends at height {reached}, the chain at {height}"
        return _Trouble(LogState.SHORT, detail)
    return None


def _give_up_voting(paths: HomePaths, votes: OpenedVoteLog, trouble: _Trouble) -> None:
    """Note for good, before anything is changed, that this key votes no more."""
    log.error(
        "vote log not usable",
        state=trouble.state.value,
        detail=trouble.detail,
        meaning=AMNESIA_WORDS,
    )
    retire_vote_log(RealDirectory.make(paths.votes), trouble.detail)
    if votes.log is not None:
        votes.log.close()


def _decode_records(stored: tuple[bytes, ...]) -> tuple[Record, ...]:
    try:
        return tuple(decode_record(data) for data in stored)
    except RecordError as error:
        raise StorageCorrupted(f"vote log: a record cannot be read: {error}") from error


def _find_bundles(paths: HomePaths, owner: LogOwner) -> BundleLog | LogBroken:
    directory = RealDirectory(paths.bundles)
    try:
        return open_bundle_log(directory, chain_id=owner.chain_id, public_key=owner.public_key)
    except LogBroken as error:
        return error
    except StorageCorrupted as error:  # a file went while it was read
        return LogBroken(LogState.DAMAGED, str(error))


def _begin_bundles_anew(paths: HomePaths, owner: LogOwner) -> BundleLog:
    """Move a broken bundle log aside and begin a new one."""
    number = 1
    while paths.bundles.exists():
        aside = paths.bundles.with_name(f"bundles.broken-{number}")
        if not aside.exists():
            paths.bundles.rename(aside)
            log.warning("bundle log not usable; moved aside", aside=aside.name)
        number += 1
    directory = RealDirectory.make(paths.bundles)
    return create_bundle_log(directory, chain_id=owner.chain_id, public_key=owner.public_key)
