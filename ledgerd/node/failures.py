"""Ends with exit code 70, remembered: what the next start has to doubt.

Rules: a supervisor restarts the node, and a restart recovers from most things. Damage that was
read once, and a third failure of any kind within ten minutes, make the next start read every store
whole; what is damaged is moved aside and fetched again (the offices' store, which nobody else has,
stops the start instead). A chain that is found sound stays: else one operation on which every node
stops would cost all of them their chain in the same minute. Only a node whose own result a quorum
has contradicted, so never all of them, gives up a chain without finding damage in it. Never the
vote log.

Source: architecture.md section 4; docs/adr/0090.
"""

import enum
from collections.abc import Iterator
from pathlib import Path

import msgspec
import structlog

from ledgerd.config import HomePaths
from ledgerd.errors import (
    StorageCorrupted,
    StorageUnavailable,
    StorageWriteFailed,
)
from ledgerd.node.applying import NodeHalted
from ledgerd.storage.setting_aside import set_aside

WINDOW_MS = 600_000  # failures further apart have reasons of their own
COUNT_MAX = 3  # restarting helped against none of so many
KEPT_COUNT = 10

log = structlog.get_logger()


class Cause(enum.StrEnum):
    """Why a run ended."""

    DAMAGE = "damage"  # something was read that is not what was written
    CONTRADICTION = "contradiction"  # a quorum signed another result than the own one
    READING = "reading"  # the system did not let us read
    WRITING = "writing"  # the disk refused a write: says nothing about what it holds
    BUG = "bug"


ADVICE = {
    Cause.DAMAGE: (
        "start the node again: it reads every store whole, moves what is damaged aside and fetches "
        "it from peers"
    ),
    Cause.CONTRADICTION: (
        "start the node again; when it ends so three times in ten minutes it fetches the chain anew"
        ". Keep the log: this machine computed something wrong"
    ),
    Cause.READING: (
        "look at the disk, its mount, the owner and modes of the home and the limits of this "
        "process; nothing was given up, start the node again"
    ),
    Cause.WRITING: (
        "make room, or look at the disk and its mount; then start the node again: nothing that was "
        "acknowledged is lost"
    ),
    Cause.BUG: "keep the log for the makers of this program and start the node again",
}


class Doubt(enum.Enum):
    """How far the stores of a home may be trusted after the last ends."""

    NONE = "none"
    STORES = "stores"  # read them whole
    CHAIN = "chain"  # its values are wrong though they are those that were written


class Failure(msgspec.Struct, frozen=True):
    """One end, as it stands in the book."""

    at_ms: int
    cause: Cause


def cause_of(error: BaseException) -> Cause:
    """Say why a run ended that ended with this."""
    causes = [_cause_of_one(leaf) for leaf in leaves_of(error)]
    return min(causes, key=list(Cause).index)


def leaves_of(error: BaseException) -> Iterator[BaseException]:
    """Yield the errors of a group, or the one error."""
    if isinstance(error, BaseExceptionGroup):
        for inner in error.exceptions:
            yield from leaves_of(inner)
    else:
        yield error


def _cause_of_one(error: BaseException) -> Cause:
    match error:
        case StorageCorrupted():
            return Cause.DAMAGE
        case NodeHalted():
            return Cause.CONTRADICTION
        case StorageUnavailable():
            return Cause.READING
        case StorageWriteFailed():
            return Cause.WRITING
        case _:
            return Cause.BUG


class FailureBook:
    """The last failures of one home, in ``data/failures.json``."""

    def __init__(self, paths: HomePaths) -> None:
        self._file = paths.home / "data" / "failures.json"
        self._chain = paths.chain

    def note(self, now_ms: int, cause: Cause) -> None:
        """Remember a failure; one that cannot be written down is not counted."""
        failures = [*self._failures(), Failure(now_ms, cause)][-KEPT_COUNT:]
        try:
            self._file.write_bytes(msgspec.json.encode(failures))
        except OSError as error:
            log.warning("failure not noted", reason=error.strerror)

    def doubt(self, now_ms: int) -> Doubt:
        """Say what to doubt at this start."""
        failures = self._failures()
        recent = [f for f in failures if 0 <= now_ms - f.at_ms < WINDOW_MS]
        if len(recent) >= COUNT_MAX:
            is_contradicted = any(f.cause is Cause.CONTRADICTION for f in recent)
            return Doubt.CHAIN if is_contradicted else Doubt.STORES
        was_damage = bool(failures) and failures[-1].cause is Cause.DAMAGE
        return Doubt.STORES if was_damage else Doubt.NONE

    def begin_chain_anew(self) -> None:
        """Move the chain aside. The home must be locked by the caller.

        Raises:
            StorageWriteFailed: it cannot be moved.
        """
        if self._chain.exists():
            aside = set_aside(self._chain, "failing")
            log.warning(
                "ended three times within ten minutes, contradicted by a quorum; chain moved "
                "aside, fetched again from peers",
                aside=aside,
            )

    def forget(self) -> None:
        """Forget the failures: what could be done about them was done."""
        try:
            self._file.unlink(missing_ok=True)
        except OSError as error:
            raise StorageWriteFailed(f"{self._file.name}: {error.strerror}") from error

    def _failures(self) -> list[Failure]:
        try:
            return msgspec.json.decode(self._file.read_bytes(), type=list[Failure])
        except (
            OSError,
            msgspec.DecodeError,
            UnicodeDecodeError,
        ):  # it decides nothing that others rely on
            return []


def book_of(home: Path) -> FailureBook:
    """Open the book of a home."""
    return FailureBook(HomePaths(home))
