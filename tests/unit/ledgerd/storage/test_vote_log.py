"""The vote log on a real disk. Damage: tests/damage."""

from pathlib import Path

import pytest

from ledgerd.errors import StorageUnavailable
from ledgerd.storage.disk import RealDirectory
from ledgerd.storage.segment_format import LogState
from ledgerd.storage.segment_opening import LogBroken
from ledgerd.storage.vote_log import (
    ROTATION_BYTES,
    OpenedVoteLog,
    VoteLog,
    create_vote_log,
    open_vote_log,
    retire_vote_log,
)
from tests.damage.full_disk import no_more_descriptors

CHAIN = b"\x01" * 32
KEY = b"\x02" * 32


def create(path: Path) -> VoteLog:
    return create_vote_log(RealDirectory.make(path), chain_id=CHAIN, public_key=KEY)


def reopen(path: Path, key: bytes = KEY) -> OpenedVoteLog:
    return open_vote_log(RealDirectory(path), chain_id=CHAIN, public_key=key)


def test_a_new_log_is_intact_and_empty(tmp_path: Path) -> None:
    create(tmp_path / "votes").close()
    opened = reopen(tmp_path / "votes")
    assert opened.state is LogState.INTACT
    assert opened.records == ()


def test_records_come_back_in_order_after_a_crash(tmp_path: Path) -> None:
    log = create(tmp_path / "votes")
    log.append([b"one", b"two"])
    log.append([])
    log.append([b"three"])
    opened = reopen(tmp_path / "votes")
    assert opened.records == (b"one", b"two", b"three")


def test_a_reopened_log_goes_on(tmp_path: Path) -> None:
    create(tmp_path / "votes").close()
    opened = reopen(tmp_path / "votes")
    assert opened.log is not None
    opened.log.append([b"more"])
    opened.log.close()
    assert reopen(tmp_path / "votes").records == (b"more",)


def test_a_rotation_replaces_what_was_there(tmp_path: Path) -> None:
    log = create(tmp_path / "votes")
    log.append([b"old"])
    log.rotate([b"snapshot", b"of two"])
    log.append([b"new"])
    assert reopen(tmp_path / "votes").records == (b"snapshot", b"of two", b"new")
    assert len(list((tmp_path / "votes").glob("*.seg"))) == 1


def test_a_rotation_is_due_after_some_growth_and_not_right_after_one(tmp_path: Path) -> None:
    log = create(tmp_path / "votes")
    assert not log.is_rotation_due
    log.append([bytes(ROTATION_BYTES // 2)] * 3)
    assert log.is_rotation_due
    log.rotate([bytes(ROTATION_BYTES // 2)] * 3)
    assert not log.is_rotation_due


def test_a_log_never_written_is_missing_and_is_not_created(tmp_path: Path) -> None:
    assert reopen(tmp_path / "votes").state is LogState.MISSING
    assert not (tmp_path / "votes").exists()


def test_the_log_of_another_key_is_refused(tmp_path: Path) -> None:
    create(tmp_path / "votes").close()
    opened = reopen(tmp_path / "votes", key=b"\x03" * 32)
    assert opened.state is LogState.FOREIGN
    assert opened.log is None


def test_a_second_log_for_the_same_key_is_not_created(tmp_path: Path) -> None:
    create(tmp_path / "votes").close()
    with pytest.raises(LogBroken):
        create(tmp_path / "votes")


def test_a_report_does_not_print_records(tmp_path: Path) -> None:
    create(tmp_path / "votes").append([b"opaque bytes"])
    assert "opaque" not in repr(reopen(tmp_path / "votes"))


def test_a_retired_log_is_never_voted_with_again(tmp_path: Path) -> None:
    log = create(tmp_path / "votes")
    log.append([b"record"])
    retire_vote_log(RealDirectory(tmp_path / "votes"), "peers hold a vote that is not in here")
    retire_vote_log(RealDirectory(tmp_path / "votes"), "again")
    log.close()
    opened = reopen(tmp_path / "votes")
    assert opened.state is LogState.RETIRED
    assert opened.detail == "log retired: peers hold a vote that is not in here"
    assert opened.log is None
    assert opened.records == ()


def test_a_missing_log_may_be_retired_and_is_then_not_created(tmp_path: Path) -> None:
    retire_vote_log(RealDirectory.make(tmp_path / "votes"), "lost with its disk")
    assert reopen(tmp_path / "votes").state is LogState.RETIRED
    with pytest.raises(LogBroken):
        create(tmp_path / "votes")


def test_a_log_that_the_system_does_not_open_now_is_not_called_damaged(tmp_path: Path) -> None:
    """What is called damaged costs the vote for good; the next start may find it whole."""
    create(tmp_path / "votes").close()
    with no_more_descriptors(), pytest.raises(StorageUnavailable):
        reopen(tmp_path / "votes")
    assert reopen(tmp_path / "votes").state is LogState.INTACT
