"""Whatever single damage a vote log meets, the node votes on with all of its records or not."""

from collections.abc import Mapping

import pytest

from ledgerd.storage.segment_format import LogState
from ledgerd.storage.vote_log import OpenedVoteLog, create_vote_log, open_vote_log
from tests.damage.bits import FOUND, HARMLESS, SILENT, Try, cut_everywhere, tally
from tests.damage.simulated_disk import SimulatedDirectory

CHAIN = b"\x01" * 32
KEY = b"\x02" * 32
RECORDS = tuple(b"vote %d " % n * (3 + n % 4) for n in range(10))
SEGMENT = "00000000000000000001.seg"

Files = Mapping[str, bytes]


def written(records: tuple[bytes, ...] = RECORDS, key: bytes = KEY) -> dict[str, bytes]:
    """Return the files of a log as a clean end of the process leaves them."""
    directory = SimulatedDirectory()
    log = create_vote_log(directory, chain_id=CHAIN, public_key=key)
    for record in records:
        log.append([record])
    log.close()
    return directory.content()


def crashed() -> dict[str, bytes]:
    """Return them as a crash of the process leaves them: with room for more at the end."""
    directory = SimulatedDirectory()
    log = create_vote_log(directory, chain_id=CHAIN, public_key=KEY)
    for record in RECORDS:
        log.append([record])
    return directory.content()


def opened(files: Files) -> OpenedVoteLog:
    directory = SimulatedDirectory(dict(files))
    return open_vote_log(directory, chain_id=CHAIN, public_key=KEY)


def verdict(files: Files) -> str:
    found = opened(files)
    if found.state is not LogState.INTACT:
        assert found.log is None
        assert not found.records
        return FOUND
    return HARMLESS if found.records == RECORDS else SILENT


def damaging(name: str) -> Try:
    files = written()
    return lambda data: verdict({**files, name: data})


def test_an_undamaged_log_is_intact() -> None:
    found = opened(written())
    assert found.state is LogState.INTACT
    assert found.log is not None
    assert found.records == RECORDS


@pytest.mark.slow
def test_every_flipped_bit_of_a_segment_is_found() -> None:
    outcomes = tally(written()[SEGMENT], damaging(SEGMENT))
    assert set(outcomes) == {FOUND}
    assert outcomes.total() > 5_000


@pytest.mark.slow
def test_no_flipped_bit_of_the_sentinel_loses_a_record() -> None:
    outcomes = tally(written()["TAIL"], damaging("TAIL"))
    assert set(outcomes) == {HARMLESS}
    assert outcomes.total() > 1_000


def test_a_segment_cut_at_any_byte_is_found() -> None:
    assert set(cut_everywhere(written()[SEGMENT], damaging(SEGMENT))) == {FOUND}


def test_of_a_crashed_log_only_the_room_at_its_end_may_be_lost_or_damaged() -> None:
    whole, files = written()[SEGMENT], crashed()
    room = files[SEGMENT][len(whole) :]
    assert files == {**written(), SEGMENT: whole + room}
    assert room == bytes(len(room)) != b""
    assert opened(files).records == RECORDS
    for kept in range(2 * len(whole)):
        expected = HARMLESS if kept >= len(whole) else FOUND
        assert verdict({**files, SEGMENT: files[SEGMENT][:kept]}) == expected, kept
        flipped = bytearray(files[SEGMENT])
        flipped[kept] ^= 1
        assert verdict({**files, SEGMENT: bytes(flipped)}) == expected, kept
    assert verdict({**files, SEGMENT: whole + b"\xff" * len(room)}) == HARMLESS


def test_a_segment_cut_between_two_records_is_called_short() -> None:
    files = written()
    shorter = written(RECORDS[:-1])[SEGMENT]
    assert opened({**files, SEGMENT: shorter}).state is LogState.SHORT


def test_no_cut_of_the_sentinel_loses_a_record() -> None:
    outcomes = cut_everywhere(written()["TAIL"][:300], damaging("TAIL"))
    assert set(outcomes) <= {FOUND, HARMLESS}
    assert outcomes[FOUND] > 0


def test_zeroed_sectors_are_found() -> None:
    segment = written()[SEGMENT]
    attempt = damaging(SEGMENT)
    zeroed = [segment[:n] + bytes(64) + segment[n + 64 :] for n in range(0, len(segment), 64)]
    assert {attempt(data[: len(segment)]) for data in zeroed} == {FOUND}


@pytest.mark.parametrize("name", [SEGMENT, "TAIL"])
def test_a_log_without_one_of_its_files_is_missing(name: str) -> None:
    files = written()
    del files[name]
    assert opened(files).state is LogState.MISSING


def test_a_log_without_its_directory_is_missing() -> None:
    assert opened({}).state is LogState.MISSING


def test_the_log_of_another_key_is_not_taken_for_the_own_one_nor_for_a_damaged_one() -> None:
    assert opened(written(key=b"\x03" * 32)).state is LogState.FOREIGN


def test_an_older_segment_put_back_is_short() -> None:
    older = written(RECORDS[:5])
    assert opened({**written(), SEGMENT: older[SEGMENT]}).state is LogState.SHORT


def test_an_older_sentinel_put_back_loses_nothing() -> None:
    older = written(RECORDS[:5])
    assert opened({**written(), "TAIL": older["TAIL"]}).records == RECORDS


def test_an_older_sentinel_put_back_after_a_rotation_is_found() -> None:
    directory = SimulatedDirectory()
    log = create_vote_log(directory, chain_id=CHAIN, public_key=KEY)
    log.append(RECORDS)
    older = directory.content()
    log.rotate([b"snapshot"])
    assert opened({**directory.content(), "TAIL": older["TAIL"]}).state is not LogState.INTACT


def test_a_log_put_back_whole_looks_intact_so_that_only_peers_can_tell() -> None:
    older = written(RECORDS[:5])
    assert opened(older).records == RECORDS[:5]
