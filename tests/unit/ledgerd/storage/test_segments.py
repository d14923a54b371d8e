"""A log that is open: appending, reading, restarting, dropping, failing."""

from dataclasses import replace

import pytest

from ledgerd.errors import StorageCorrupted, StorageWriteFailed
from ledgerd.storage.segment_format import LogIdentity, read_records
from ledgerd.storage.segment_opening import LogParts, RecordAddress, SegmentLimits, segment_name
from ledgerd.storage.segments import GROWTH_BYTES, SegmentLog
from tests.damage.simulated_disk import Outcome, SimulatedDirectory, SimulatedFile

LIMITS = SegmentLimits(record_bytes_max=50, segment_bytes_max=300)
ROOMY = SegmentLimits(record_bytes_max=GROWTH_BYTES, segment_bytes_max=4 * GROWTH_BYTES)


class FullDirectory(SimulatedDirectory):
    """A directory whose files cannot be synced any more once it is full."""

    is_full = False

    def create(self, name: str) -> SimulatedFile:
        file = super().create(name)
        sync = file.sync

        def sync_or_fail() -> None:
            if self.is_full:
                raise StorageWriteFailed("no space left")
            sync()

        file.sync = sync_or_fail  # type: ignore[method-assign]
        return file


def parts(directory: SimulatedDirectory) -> LogParts:
    return LogParts(directory, LogIdentity("votes", bytes(32)), LIMITS)


def read_to_its_end(segment: bytes) -> int:
    return [record.stop for record in read_records(segment)][-1]


def reopened(directory: SimulatedDirectory) -> list[bytes]:
    records: list[bytes] = []

    def visit(_: RecordAddress, payload: bytes) -> None:
        records.append(payload)

    roomy = replace(parts(SimulatedDirectory(directory.content())), limits=ROOMY)
    SegmentLog.open(roomy, visit)
    return records


def test_appended_records_are_read_by_address() -> None:
    log = SegmentLog.create(parts(SimulatedDirectory()))
    addresses = log.append([b"one", b"", b"three"])
    addresses += log.append([b"four"])
    assert [log.read(address) for address in addresses] == [b"one", b"", b"three", b"four"]


def test_one_append_may_fill_several_segments() -> None:
    directory = SimulatedDirectory()
    log = SegmentLog.create(parts(directory))
    records = [b"%03d" % n * 10 for n in range(12)]
    addresses = log.append(records)
    assert log.numbers == (1, 2, 3, 4, 5, 6)
    assert [log.read(address) for address in addresses] == records
    assert reopened(directory) == records
    assert all(len(data) <= 300 for n, data in directory.content().items() if n != "TAIL")


def test_the_longest_record_fits_and_a_longer_one_is_our_bug() -> None:
    log = SegmentLog.create(parts(SimulatedDirectory()))
    log.append([bytes(50), bytes(50), bytes(50)])
    with pytest.raises(AssertionError):
        log.append([bytes(51)])


def test_a_restart_leaves_only_what_it_was_given() -> None:
    directory = SimulatedDirectory()
    log = SegmentLog.create(parts(directory))
    log.append([b"%d" % n * 30 for n in range(9)])
    log.restart([b"snapshot"])
    log.append([b"later"])
    assert reopened(directory) == [b"snapshot", b"later"]
    assert len(directory.names()) == 2


def test_dropped_segments_are_gone_and_the_others_stay() -> None:
    directory = SimulatedDirectory()
    log = SegmentLog.create(parts(directory))
    records = [b"%03d" % n * 10 for n in range(10)]
    addresses = log.append(records)
    assert log.drop([2, 4]) == (2, 4)
    assert log.numbers == (1, 3, 5)
    assert reopened(directory) == [
        record
        for record, address in zip(records, addresses, strict=True)
        if address.number not in (2, 4)
    ]
    with pytest.raises(KeyError):
        log.read(addresses[2])


def test_the_segment_that_grows_is_never_dropped() -> None:
    log = SegmentLog.create(parts(SimulatedDirectory()))
    with pytest.raises(AssertionError):
        log.drop([1])


def test_a_damaged_record_is_not_read() -> None:
    directory = SimulatedDirectory()
    log = SegmentLog.create(parts(directory))
    (address,) = log.append([b"record"])
    directory.open("00000000000000000001.seg").write_at(address.offset + 7, b"?")
    with pytest.raises(StorageCorrupted):
        log.read(address)


def test_after_a_failed_sync_every_write_is_refused() -> None:
    directory = FullDirectory()
    log = SegmentLog.create(parts(directory))
    log.append([b"kept"])
    directory.is_full = True
    with pytest.raises(StorageWriteFailed, match="no space left"):
        log.append([b"lost"])
    directory.is_full = False
    with pytest.raises(StorageWriteFailed):
        log.append([b"acknowledged and lost"])
    with pytest.raises(StorageWriteFailed):
        log.restart([])
    log.close()


def test_a_closed_log_takes_nothing() -> None:
    directory = SimulatedDirectory()
    log = SegmentLog.create(parts(directory))
    log.append([b"record"])
    log.close()
    with pytest.raises(StorageWriteFailed):
        log.append([b"late"])
    assert reopened(directory) == [b"record"]


def test_the_segment_that_grows_is_lengthened_in_steps_and_no_other_has_zeros_at_its_end() -> None:
    directory = SimulatedDirectory()
    log = SegmentLog.create(LogParts(directory, LogIdentity("votes", bytes(32)), ROOMY))
    log.append([b"one"])
    log.append([bytes(GROWTH_BYTES)])
    assert len(directory.content()[segment_name(1)]) == 2 * GROWTH_BYTES
    log.roll()
    log.append([b"two"])
    first, second = (directory.content()[segment_name(number)] for number in log.numbers)
    assert read_to_its_end(first) == len(first)
    assert read_to_its_end(second) == log.newest_bytes < len(second) == GROWTH_BYTES
    log.close()
    assert len(directory.content()[segment_name(2)]) == log.newest_bytes


def test_a_segment_is_never_lengthened_beyond_its_limit() -> None:
    directory = SimulatedDirectory()
    log = SegmentLog.create(parts(directory))
    log.append([b"one"])
    assert len(directory.content()[segment_name(1)]) == LIMITS.segment_bytes_max
    assert reopened(directory) == [b"one"]


@pytest.mark.parametrize("log_outcome", list(Outcome))
def test_after_a_power_cut_the_zeros_are_cut_and_the_log_goes_on(log_outcome: Outcome) -> None:
    directory = SimulatedDirectory()
    limited = LogParts(directory, LogIdentity("votes", bytes(32)), ROOMY)
    SegmentLog.create(limited).append([b"one"])
    found = directory.after_power_cut(0, log_outcome, Outcome.LOST)
    log = SegmentLog.open(replace(limited, directory=found), lambda _address, _payload: None)
    assert len(found.content()[segment_name(1)]) == log.newest_bytes
    log.append([b"two"])
    log.close()
    assert reopened(found) == [b"one", b"two"]


def test_a_segment_that_was_ended_early_can_go() -> None:
    directory = SimulatedDirectory()
    log = SegmentLog.create(parts(directory))
    log.append([b"old"])
    (first,) = log.numbers
    log.roll()
    log.append([b"new"])
    assert log.drop([first]) == (first,)
    log.close()
    assert reopened(directory) == [b"new"]
