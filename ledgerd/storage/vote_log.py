"""The vote log: what this node promised with its key. Losing it costs the right to vote.

The records are opaque here; ``consensus`` writes and reads them. A log is created once, together
with the key whose promises it keeps, and never again for that key: one that is missing, short or
damaged is reported, not repaired, and the node votes no more with this key (consensus.md, Amnesia).
Whether the log reaches the height of the block store is for its reader to compare. Whoever learns
in another way that promises may be forgotten (the bundle log is broken, peers hold a vote that is
not in here) retires the log: a note beside it that outlives restarts, while what is broken today
may look whole tomorrow.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Final

from ledgerd.errors import StorageCorrupted
from ledgerd.storage.disk import Directory
from ledgerd.storage.segment_format import LogIdentity, LogState, log_owner
from ledgerd.storage.segment_opening import LogBroken, LogParts, RecordAddress, SegmentLimits
from ledgerd.storage.segments import SegmentLog

LOG_NAME: Final = "votes"
RECORD_BYTES_MAX: Final = 4 << 20  # a new view with its certificates; the codec's limit is lower
SEGMENT_BYTES_MAX: Final = 64 << 20
RETIRED_NAME: Final = "RETIRED"
RETIRED_REASON_BYTES_MAX: Final = 500
ROTATION_BYTES: Final = 4 << 20  # some thousand batches; a start reads this much in 50 ms


class VoteLog:
    """An intact vote log, open. One thread writes."""

    def __init__(self, log: SegmentLog) -> None:
        """Take over an open log; use ``create_vote_log`` or ``open_vote_log``."""
        self._log = log
        self._snapshot_bytes = 0

    @property
    def is_rotation_due(self) -> bool:
        """Whether the log has grown enough since its last snapshot to be worth a new one."""
        return self._log.newest_bytes > ROTATION_BYTES + 2 * self._snapshot_bytes

    def append(self, records: Sequence[bytes]) -> None:
        """Make records durable, in order. Only after that may anything be said that they promise.

        Raises:
            StorageWriteFailed: the node must stop.
        """
        self._log.append(records)

    def settle(self) -> None:
        """Do what the next append would have to do first; see ``SegmentLog.settle``."""
        self._log.settle()

    def rotate(self, snapshot: Sequence[bytes]) -> None:
        """Begin a new segment with the whole present state; then drop what it replaces."""
        self._log.restart(snapshot)
        self._snapshot_bytes = self._log.newest_bytes

    def close(self) -> None:
        self._log.close()


@dataclass(frozen=True, slots=True)
class OpenedVoteLog:
    """What became of opening a vote log.

    Attributes:
        state: only INTACT comes with a log and its records.
        detail: for the operator; holds no contents.
    """

    state: LogState
    detail: str
    log: VoteLog | None = None
    records: tuple[bytes, ...] = field(default=(), repr=False)


def create_vote_log(directory: Directory, *, chain_id: bytes, public_key: bytes) -> VoteLog:
    """Create the log of a new consensus key. Only together with the key.

    Raises:
        LogBroken: there is a log already.
    """
    return VoteLog(SegmentLog.create(_parts(directory, log_owner(chain_id, public_key))))


def open_vote_log(directory: Directory, *, chain_id: bytes, public_key: bytes) -> OpenedVoteLog:
    """Open the log of this key on this chain, or say what is wrong with it.

    Raises:
        StorageUnavailable: it cannot be read now; that says nothing about what it holds.
    """
    if RETIRED_NAME in directory.names():
        return OpenedVoteLog(LogState.RETIRED, _retired_reason(directory))
    records: list[bytes] = []

    def visit(_address: RecordAddress, payload: bytes) -> None:
        records.append(payload)

    try:
        log = SegmentLog.open(_parts(directory, log_owner(chain_id, public_key)), visit)
    except LogBroken as error:
        return OpenedVoteLog(error.state, str(error))
    except StorageCorrupted as error:  # a file went while it was read: as bad as damaged
        return OpenedVoteLog(LogState.DAMAGED, str(error))
    return OpenedVoteLog(LogState.INTACT, "", VoteLog(log), tuple(records))


def retire_vote_log(directory: Directory, reason: str) -> None:
    """Note durably that this key votes no more. A second time changes nothing.

    The log may be open, whole, broken or missing; its directory must exist. Only a new key, with a
    new directory, votes again.

    Raises:
        StorageWriteFailed: it is not noted: the node must stop.
    """
    if RETIRED_NAME in directory.names():
        return
    file = directory.create(RETIRED_NAME)
    file.write_at(0, reason.encode()[:RETIRED_REASON_BYTES_MAX])
    file.sync()
    file.close()
    directory.sync()


def _retired_reason(directory: Directory) -> str:
    file = directory.open(RETIRED_NAME)
    reason = file.read_at(0, RETIRED_REASON_BYTES_MAX).decode(errors="replace")
    file.close()
    return f"log retired: {reason}"


def _parts(directory: Directory, owner: bytes) -> LogParts:
    limits = SegmentLimits(RECORD_BYTES_MAX, SEGMENT_BYTES_MAX)
    return LogParts(directory, LogIdentity(LOG_NAME, owner), limits)
