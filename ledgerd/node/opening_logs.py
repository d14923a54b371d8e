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

from collections.abc import Sequence
from dataclasses import dataclass, field

from consensus import DecodeError as RecordError, Record
from consensus.codec import decode_record
from consensus.records import ExecutedRecord, SealRecord
from ledgerd.config import HomePaths
from ledgerd.errors import ConfigError, StorageCorrupted
from ledgerd.node.giving_up import VotingRight
from ledgerd.node.inputs import INBOX_COUNT_MAX
from ledgerd.node.opening_bundles import FoundBundles, begin_bundles_anew, find_bundles
from ledgerd.storage.bundle_log import BundleLog
from ledgerd.storage.disk import RealDirectory
from ledgerd.storage.durable_logs import DurableLogs
from ledgerd.storage.segment_format import LogState
from ledgerd.storage.vote_log import OpenedVoteLog, open_vote_log

# Blocks that catch-up had stored and the replica had not heard of when the process died: those in
# a full inbox, and in the round that was being taken from it.
LAG_COUNT_MAX = 2 * INBOX_COUNT_MAX


@dataclass(frozen=True, slots=True)
class OpenedLogs:
    """Both logs.

    Attributes:
        state: of both together: INTACT only when both are.
        records: of the vote log; empty unless it may be voted with.
        saved: digests in the bundle log, oldest first.
        has_votes: whether there is a vote log to write to.
        right: of this key to vote; None for one that never had it.
    """

    durable: DurableLogs
    state: LogState
    records: tuple[Record, ...] = field(repr=False)
    saved: tuple[bytes, ...] = field(repr=False)
    has_votes: bool = False
    right: VotingRight | None = field(default=None, repr=False)

    def close(self) -> None:
        self.durable.close()

    async def give_up_voting(self) -> None:
        """Note for good that others hold promises of this key that are not in its log.

        Raises:
            StorageWriteFailed: the node must stop.
        """
        assert self.right is not None
        await self.right.give_up_at_work()


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
    named = (paths, owner.chain_id, owner.public_key)
    if owner.self_id is None:
        bundles = find_bundles(*named)
        if not isinstance(bundles, BundleLog):
            bundles = begin_bundles_anew(*named)
        return OpenedLogs(DurableLogs(None, bundles), LogState.INTACT, (), bundles.digests())
    votes = open_vote_log(
        RealDirectory(paths.votes), chain_id=owner.chain_id, public_key=owner.public_key
    )
    bundles = find_bundles(*named)
    _refuse_foreign(paths, votes, bundles)
    records = _decode_records(votes.records)
    right = VotingRight(paths, owner.public_key)
    trouble = _noted(right) or _trouble_of(votes, records, bundles, height)
    if trouble is not None:
        _give_up_voting(right, votes, trouble)
    if not isinstance(bundles, BundleLog):
        bundles = begin_bundles_anew(*named)
    if trouble is not None:
        return OpenedLogs(DurableLogs(None, bundles), trouble.state, (), bundles.digests())
    durable = DurableLogs(votes.log, bundles)
    return OpenedLogs(
        durable, LogState.INTACT, records, bundles.digests(), has_votes=True, right=right
    )


def _noted(right: VotingRight) -> _Trouble | None:
    reason = right.lost_because()
    return None if reason is None else _Trouble(LogState.RETIRED, f"key retired: {reason}")


def _refuse_foreign(paths: HomePaths, votes: OpenedVoteLog, bundles: FoundBundles) -> None:
    is_foreign = not isinstance(bundles, BundleLog) and bundles.state is LogState.FOREIGN
    if votes.state is LogState.FOREIGN:
        raise ConfigError(_foreign_words(str(paths.votes)))
    if is_foreign:
        if votes.log is not None:
            votes.log.close()
        raise ConfigError(_foreign_words(str(paths.bundles)))


def _foreign_words(folder: str) -> str:
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
    votes: OpenedVoteLog, records: Sequence[Record], bundles: FoundBundles, height: int
) -> _Trouble | None:
    if votes.state is not LogState.INTACT:
        return _Trouble(votes.state, votes.detail)
    if not isinstance(bundles, BundleLog):
        return _Trouble(bundles.state, f"bundles: {bundles}")
    reached = reach_of(records)
    if height > reached + LAG_COUNT_MAX:
        detail = f"the vote log ends at height {reached}, the chain at {height}"
        return _Trouble(LogState.SHORT, detail)
    return None


def _give_up_voting(right: VotingRight, votes: OpenedVoteLog, trouble: _Trouble) -> None:
    """Note for good, before anything is changed, that this key votes no more."""
    if trouble.state is LogState.RETIRED:
        right.remind(trouble.detail)
    else:
        right.give_up(trouble.state.value, trouble.detail)
    if votes.log is not None:
        votes.log.close()


def _decode_records(stored: tuple[bytes, ...]) -> tuple[Record, ...]:
    try:
        return tuple(decode_record(data) for data in stored)
    except RecordError as error:
        raise StorageCorrupted(f"vote log: a record cannot be read: {error}") from error
