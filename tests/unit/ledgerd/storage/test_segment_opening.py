"""Opening a log: everything is checked before anything is changed."""

import pytest

from ledgerd.storage.segment_format import LogIdentity, LogState
from ledgerd.storage.segment_opening import (
    NEXT_NAME,
    SENTINEL_NAME,
    LogBroken,
    LogParts,
    RecordAddress,
    SegmentLimits,
    create_segments,
    open_segments,
    segment_name,
)
from ledgerd.storage.segments import SegmentLog
from tests.damage.simulated_disk import SimulatedDirectory

LIMITS = SegmentLimits(record_bytes_max=50, segment_bytes_max=300)
FIRST, SECOND = segment_name(1), segment_name(2)


def parts(directory: SimulatedDirectory) -> LogParts:
    return LogParts(directory, LogIdentity("votes", bytes(32)), LIMITS)


def two_segments() -> dict[str, bytes]:
    directory = SimulatedDirectory()
    log = SegmentLog.create(parts(directory))
    log.append([b"record %d" % n * 3 for n in range(4)])
    log.close()
    assert directory.names() == [FIRST, SECOND, SENTINEL_NAME]
    return directory.content()


def read(files: dict[str, bytes]) -> tuple[SimulatedDirectory, list[bytes]]:
    directory = SimulatedDirectory(dict(files))
    records: list[bytes] = []

    def visit(_: RecordAddress, payload: bytes) -> None:
        records.append(payload)

    open_segments(parts(directory), visit)
    return directory, records


def state_of(files: dict[str, bytes]) -> LogState:
    directory = SimulatedDirectory(dict(files))
    with pytest.raises(LogBroken) as caught:
        open_segments(parts(directory), lambda _address, _payload: None)
    assert directory.content() == files, "a broken log is left as it is"
    return caught.value.state


def test_a_created_log_is_empty() -> None:
    directory = SimulatedDirectory()
    create_segments(parts(directory))
    assert read(directory.content())[1] == []


def test_a_log_is_created_only_where_none_is() -> None:
    directory = SimulatedDirectory(two_segments())
    with pytest.raises(LogBroken):
        create_segments(parts(directory))


def test_all_records_of_all_segments_are_visited() -> None:
    assert read(two_segments())[1] == [b"record %d" % n * 3 for n in range(4)]


def test_a_torn_tail_is_cut_from_the_file() -> None:
    files = two_segments()
    directory, records = read({**files, SECOND: files[SECOND] + b"torn record"})
    assert len(records) == 4
    assert directory.content()[SECOND] == files[SECOND]


def test_an_ended_segment_that_lost_its_end_is_short() -> None:
    files = two_segments()
    assert state_of({**files, FIRST: files[FIRST][:-37]}) is LogState.SHORT


def test_an_ended_segment_that_goes_on_is_damaged() -> None:
    files = two_segments()
    assert state_of({**files, FIRST: files[FIRST] + b"more"}) is LogState.DAMAGED


def test_a_gone_segment_is_missing() -> None:
    files = two_segments()
    del files[FIRST]
    assert state_of(files) is LogState.MISSING


def test_segments_in_each_others_place_are_damaged() -> None:
    files = two_segments()
    files[FIRST], files[SECOND] = files[SECOND], files[FIRST]
    assert state_of(files) is LogState.DAMAGED


def test_a_segment_that_the_sentinel_does_not_know_is_damage_and_stays() -> None:
    files = two_segments()
    assert state_of({**files, segment_name(3): b"newer"}) is LogState.DAMAGED


def test_a_segment_beyond_its_size_is_damaged_before_it_is_read() -> None:
    files = two_segments()
    longer = files[FIRST] + bytes(LIMITS.segment_bytes_max)
    assert state_of({**files, FIRST: longer}) is LogState.DAMAGED


def test_a_segment_without_its_header_is_short() -> None:
    files = two_segments()
    assert state_of({**files, FIRST: files[FIRST][:50]}) is LogState.SHORT


def test_a_prepared_segment_that_nobody_promised_goes() -> None:
    directory, records = read({**two_segments(), NEXT_NAME: b"half a segment"})
    assert len(records) == 4
    assert NEXT_NAME not in directory.names()


def test_a_promised_segment_gets_its_name() -> None:
    files = two_segments()
    files[NEXT_NAME] = files.pop(SECOND)
    directory, records = read(files)
    assert len(records) == 4
    assert directory.content()[SECOND] == two_segments()[SECOND]


def test_a_segment_that_is_named_no_more_goes() -> None:
    directory = SimulatedDirectory()
    log = SegmentLog.create(parts(directory))
    log.append([b"old"])
    before = directory.content()
    log.restart([b"new"])
    found, records = read({**directory.content(), FIRST: before[FIRST]})
    assert records == [b"new"]
    assert FIRST not in found.names()


def test_limits_leave_room_for_a_record_and_the_end() -> None:
    with pytest.raises(AssertionError):
        SegmentLimits(record_bytes_max=100, segment_bytes_max=200)
