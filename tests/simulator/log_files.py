"""The real vote log and bundle log of a node, on simulated files that forget and rot.

Runs with these go through the very code that a node opens its logs with. Rules of this file:

* A write that a crash interrupts is really begun: the power goes at one of its changes, and what
  was not synced is lost, written, torn or garbage, for the log and its sentinel apart.
* What an opened log says is compared with what was written: it holds a prefix of it, at least up
  to the last sync, or it says that it is broken. Anything else is served damage.

Source: architecture.md section 4; reliability.md section 2.
"""

import contextlib
import hashlib
import random
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field

from ledgerd.storage.bundle_log import BundleLog, StoredBundle, create_bundle_log, open_bundle_log
from ledgerd.storage.segment_format import LogState
from ledgerd.storage.segment_opening import LogBroken
from ledgerd.storage.vote_log import VoteLog, create_vote_log, open_vote_log
from tests.damage.simulated_disk import Outcome, Power, PowerCut, SimulatedDirectory

CHAIN_ID = hashlib.sha256(b"simulated chain").digest()
SECTOR_BYTES = 512
CHANGES_OF_A_GROUP_MAX = 6  # writes, syncs and sentinels of one synced group of both logs
OUTCOMES = tuple(Outcome)
Files = dict[str, bytes]


class ServedDamage(AssertionError):  # noqa: N818  it is a finding, not an error
    """A log gave back what was never written to it, or less without a word."""


@dataclass
class LogsFound:
    """What opening both logs came to.

    Attributes:
        is_whole: nothing that was durable is missing, whatever happened to the files.
    """

    is_intact: bool
    is_whole: bool
    records: tuple[bytes, ...] = ()
    bundles: tuple[bytes, ...] = ()
    counts: Counter[str] = field(default_factory=Counter)


class LogFiles:
    """Both logs of one key; ``is_voting`` ends when one of them was found broken."""

    def __init__(self, public_key: bytes) -> None:
        self._owner = {"chain_id": CHAIN_ID, "public_key": public_key}
        self._vote_files = SimulatedDirectory()
        self._bundle_files = SimulatedDirectory()
        self._votes: VoteLog = create_vote_log(self._vote_files, **self._owner)
        self._bundles: BundleLog = create_bundle_log(self._bundle_files, **self._owner)
        self._copy: Files = {}
        self._copied: list[bytes] = []  # the records in the copy
        self._rolled_back: list[bytes] | None = None
        self._is_touched = False
        self.is_voting = True

    # --- living -------------------------------------------------------------------------------

    def write(self, votes: list[bytes], bundles: list[tuple[bytes, bytes]]) -> None:
        """Make both durable, bundles first: votes rest on them."""
        if bundles:
            self._bundles.append([StoredBundle(digest, data) for digest, data in bundles])
        if votes:
            self._votes.append(votes)

    def rotate(self, snapshot: list[bytes]) -> None:
        self._votes.rotate(snapshot)

    def crash(
        self,
        votes: list[bytes],
        bundles: list[tuple[bytes, bytes]],
        rng: random.Random,
        outcome: Outcome | None,
    ) -> None:
        """Begin to write what was waiting; then the power goes, somewhere.

        With an ``outcome`` it goes after the first write, which comes out that way; else all is
        drawn.
        """
        changes = 1 if outcome is not None else rng.randrange(CHANGES_OF_A_GROUP_MAX)
        directory = self._bundle_files if bundles and rng.random() < 0.5 else self._vote_files
        directory.power.cut_at = directory.power.change_count + changes
        with contextlib.suppress(PowerCut):
            self.write(votes, bundles)
        self._vote_files = _after(self._vote_files, rng, outcome)
        self._bundle_files = _after(self._bundle_files, rng, outcome)

    # --- rotting, while the machine is down ---------------------------------------------------

    def keep_copy(self, records: list[bytes]) -> None:
        """Make a backup of the vote log, which holds these records, as nobody should."""
        self._copy = self._vote_files.content()
        self._copied = records

    def roll_back(self) -> bool:
        """Put the backup in the place of the vote log, all of its files."""
        if not self._copy:
            return False
        self._vote_files = SimulatedDirectory(dict(self._copy))
        self._rolled_back = self._copied
        self._is_touched = True
        return True

    def damage(self, kind: str, rng: random.Random) -> None:
        """Spoil one file of one log in one of ``DAMAGES``."""
        is_votes = rng.random() < 0.7
        files = (self._vote_files if is_votes else self._bundle_files).content()
        if not files:
            return
        self._is_touched = True
        name = rng.choice(sorted(files))
        older = self._copy.get(name, b"") if is_votes else b""
        spoilt = DAMAGES[kind](files[name], older, rng)
        if spoilt is None:
            del files[name]
        else:
            files[name] = spoilt
        if is_votes:
            self._vote_files = SimulatedDirectory(files)
        else:
            self._bundle_files = SimulatedDirectory(files)

    # --- opening ------------------------------------------------------------------------------

    def open(self, expected: list[bytes], durable_count: int) -> LogsFound:
        """Open both as a start does.

        ``expected`` is all that was ever handed in, of which so many records were durable.
        """
        opened = open_vote_log(self._vote_files, **self._owner)
        found = LogsFound(is_intact=opened.log is not None, is_whole=False)
        found.counts[f"vote log {opened.state.value}"] += 1
        try:
            self._bundles = open_bundle_log(self._bundle_files, **self._owner)
            found.bundles = self._bundles.digests()
        except LogBroken as broken:
            found.counts[f"bundle log {broken.state.value}"] += 1
            found.is_intact = False
        if not found.is_intact or opened.log is None:
            self.is_voting = False
            return self._gave_up(found, opened.state)
        self._votes, found.records = opened.log, opened.records
        self._compare(found, expected, durable_count)
        self._is_touched, self._rolled_back = False, None
        return found

    def _gave_up(self, found: LogsFound, state: LogState) -> LogsFound:
        if not self._is_touched:
            raise ServedDamage(f"a log that nobody touched is {state.value} after a crash")
        return found

    def _compare(self, found: LogsFound, expected: list[bytes], durable_count: int) -> None:
        records = list(found.records)
        written = expected if self._rolled_back is None else self._rolled_back
        if records != written[: len(records)]:
            raise ServedDamage("P4: the vote log gave back what was never written")
        is_prefix = records == expected[: len(records)]
        found.is_whole = is_prefix and len(records) >= durable_count
        if not found.is_whole and not self._is_touched:
            raise ServedDamage("P4: the vote log lost what was synced and says nothing")
        if durable_count < len(records) < len(expected):
            found.counts["part of a group survived"] += 1
        if len(records) < len(expected):
            found.counts["torn end cut off"] += 1


def _after(
    directory: SimulatedDirectory, rng: random.Random, outcome: Outcome | None
) -> SimulatedDirectory:
    names = rng.randint(0, directory.name_change_count)
    log = outcome or rng.choice(OUTCOMES)
    after = directory.after_power_cut(names, log, rng.choice(OUTCOMES))
    after.power = Power()
    return after


# --- kinds of damage: (content, an older content, rng) -> what stands there now, None: no file ----


def _flip(content: bytes, _older: bytes, rng: random.Random) -> bytes:
    if not content:
        return content
    spoilt = bytearray(content)
    spoilt[rng.randrange(len(spoilt))] ^= 1 << rng.randrange(8)
    return bytes(spoilt)


def _zero(content: bytes, _older: bytes, rng: random.Random) -> bytes:
    start = rng.randrange(len(content) // SECTOR_BYTES + 1) * SECTOR_BYTES
    count = len(content[start : start + SECTOR_BYTES])
    return content[:start] + bytes(count) + content[start + count :]


def _stale(content: bytes, older: bytes, rng: random.Random) -> bytes:
    """Lose one write: the sector is as it was, which may be empty."""
    start = rng.randrange(len(content) // SECTOR_BYTES + 1) * SECTOR_BYTES
    count = len(content[start : start + SECTOR_BYTES])
    stale = older[start : start + count].ljust(count, b"\0")
    return content[:start] + stale + content[start + count :]


def _cut(content: bytes, _older: bytes, rng: random.Random) -> bytes:
    return content[: rng.randrange(len(content) + 1)]


def _aged(content: bytes, older: bytes, _rng: random.Random) -> bytes:
    return older or content


def _gone(_content: bytes, _older: bytes, _rng: random.Random) -> None:
    return None


DAMAGES: dict[str, Callable[[bytes, bytes, random.Random], bytes | None]] = {
    "flipped bit": _flip,
    "zeroed sector": _zero,
    "stale sector": _stale,
    "cut file": _cut,
    "aged file": _aged,
    "missing file": _gone,
}
