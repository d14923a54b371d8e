"""The power goes before and after every write, sync and change of a name of a log's life.

Whatever becomes of the unsynced bytes: the log opens, holds everything that was acknowledged, and
nothing that was not handed in.
"""

import contextlib
import itertools

import pytest

from ledgerd.storage.segment_format import LogIdentity, LogState
from ledgerd.storage.segment_opening import LogBroken, LogParts, RecordAddress, SegmentLimits
from ledgerd.storage.segments import SegmentLog
from tests.damage.simulated_disk import Outcome, Power, PowerCut, SimulatedDirectory

IDENTITY = LogIdentity("votes", b"\x07" * 32)
LIMITS = SegmentLimits(record_bytes_max=60, segment_bytes_max=400)


class Life:
    """What was handed in and acknowledged so far; a restart replaces all of it."""

    def __init__(self) -> None:
        self.is_created = False
        self.acknowledged: list[bytes] = []
        self.alternatives: list[list[bytes]] = [[]]

    def live(self, directory: SimulatedDirectory) -> None:
        log = SegmentLog.create(LogParts(directory, IDENTITY, LIMITS))
        self.is_created = True
        for turn in range(3):
            for group in range(4):
                self.append(log, [b"%d-%d-%d" % (turn, group, i) * 4 for i in range(group)])
            self.restart(log, [b"snapshot %d" % turn, b"of two records"])
        log.close()

    def append(self, log: SegmentLog, records: list[bytes]) -> None:
        whole = self.acknowledged + records
        self.alternatives = [whole[:n] for n in range(len(self.acknowledged), len(whole) + 1)]
        log.append(records)
        self.acknowledge(whole)

    def restart(self, log: SegmentLog, records: list[bytes]) -> None:
        self.alternatives = [self.acknowledged, records]
        log.restart(records)
        self.acknowledge(records)

    def acknowledge(self, records: list[bytes]) -> None:
        self.acknowledged = records
        self.alternatives = [records]


def change_count() -> int:
    power = Power()
    Life().live(SimulatedDirectory(power=power))
    return power.change_count


def found_in(directory: SimulatedDirectory) -> list[bytes]:
    return open_log(directory)[1]


def open_log(directory: SimulatedDirectory) -> tuple[SegmentLog, list[bytes]]:
    records: list[bytes] = []

    def visit(_: RecordAddress, payload: bytes) -> None:
        records.append(payload)

    return SegmentLog.open(LogParts(directory, IDENTITY, LIMITS), visit), records


def live_on(directory: SimulatedDirectory) -> None:
    """Go on with a log that was found, past the end of a segment; all of it must be there."""
    log, records = open_log(directory)
    more = [b"later %d" % n * 5 for n in range(9)]
    log.append(more)
    assert len(log.numbers) > 1
    assert found_in(SimulatedDirectory(directory.content())) == records + more


def cut(at: int) -> tuple[Life, SimulatedDirectory]:
    life, directory = Life(), SimulatedDirectory(power=Power(cut_at=at))
    with contextlib.suppress(PowerCut):
        life.live(directory)
    return life, directory


@pytest.mark.slow
def test_a_log_survives_a_power_cut_at_every_change_with_every_outcome() -> None:
    found_count = 0
    for at in range(change_count()):
        life, directory = cut(at)
        names = range(directory.name_change_count + 1)
        for survived in itertools.product(names, Outcome, Outcome):
            disk = directory.after_power_cut(*survived)
            if not life.is_created:
                continue
            assert found_in(disk) in life.alternatives, (at, survived)
            live_on(disk)
            found_count += 1
    assert found_count > 1_000


def test_a_log_survives_the_end_of_its_process_at_every_change() -> None:
    for at in range(change_count()):
        life, directory = cut(at)
        if life.is_created:
            assert found_in(SimulatedDirectory(directory.content())) in life.alternatives, at


def test_a_log_whose_creation_was_interrupted_is_missing_or_whole() -> None:
    states = set()
    for at in range(change_count()):
        life, directory = cut(at)
        if not life.is_created:
            for count in range(directory.name_change_count + 1):
                disk = directory.after_power_cut(count, Outcome.LOST, Outcome.WRITTEN)
                try:
                    assert found_in(disk) == []
                    states.add(LogState.INTACT)
                except LogBroken as error:
                    states.add(error.state)
    assert LogState.MISSING in states
    assert states <= {LogState.MISSING, LogState.DAMAGED, LogState.INTACT}
