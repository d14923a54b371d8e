"""Opening the logs: whatever may be forgotten takes the vote away, for good."""

import shutil
from dataclasses import replace
from pathlib import Path

import pytest
from structlog.testing import capture_logs

from ledgerd.config import HomePaths
from ledgerd.errors import ConfigError, StorageCorrupted
from ledgerd.node.opening_logs import LAG_COUNT_MAX, open_logs, reach_of
from ledgerd.storage.segment_format import LogState
from tests.unit.ledgerd.node.homes import (
    OWNER,
    create_logs,
    encoded,
    records_up_to,
    stored_bundle,
)
from tests.unit.ledgerd.node.samples import some_digest


@pytest.fixture
def paths(tmp_path: Path) -> HomePaths:
    """A home whose logs hold one bundle and the votes up to height 7."""
    made = HomePaths(tmp_path)
    create_logs(made)
    logs = open_logs(made, OWNER, 0)
    logs.durable.append(encoded(records_up_to(7)), [stored_bundle(1)])
    logs.close()
    return made


def state_at(paths: HomePaths, height: int = 7) -> LogState:
    logs = open_logs(paths, OWNER, height)
    logs.close()
    assert logs.has_votes == (logs.state is LogState.INTACT)
    return logs.state


def damage(path: Path) -> None:
    """Flip a bit in the middle of the newest segment."""
    segment = max(path.glob("*.seg"))
    data = bytearray(segment.read_bytes())
    data[len(data) // 2] ^= 1
    segment.write_bytes(data)


def test_whole_logs_give_back_what_was_written(paths: HomePaths) -> None:
    logs = open_logs(paths, OWNER, 7)

    assert logs.state is LogState.INTACT
    assert logs.records == records_up_to(7)
    assert logs.saved == (some_digest(1),)
    assert logs.durable.bundle(some_digest(1)) == stored_bundle(1)
    logs.close()


def test_a_missing_vote_log_takes_the_vote_away_and_keeps_the_bundles(paths: HomePaths) -> None:
    shutil.rmtree(paths.votes)

    logs = open_logs(paths, OWNER, 7)
    logs.close()

    assert logs.state is LogState.MISSING
    assert not logs.has_votes
    assert logs.records == ()
    assert logs.saved == (some_digest(1),)


def test_a_vote_log_that_was_missing_once_is_not_believed_when_it_is_put_back(
    paths: HomePaths,
) -> None:
    """A backup of the log lacks what was promised since: it looks whole and is not."""
    backup = paths.home / "backup"
    paths.votes.rename(backup)
    assert state_at(paths) is LogState.MISSING

    shutil.copytree(backup, paths.votes, dirs_exist_ok=True)

    assert state_at(paths) is LogState.RETIRED


@pytest.mark.parametrize("is_lost", [True, False], ids=["lost", "damaged"])
def test_without_its_bundles_a_whole_vote_log_is_retired_for_good(
    paths: HomePaths, is_lost: bool
) -> None:
    """The votes of the log stand for bytes that are gone: the new bundle log looks whole later."""
    if is_lost:
        shutil.rmtree(paths.bundles)
    else:
        damage(paths.bundles)

    assert state_at(paths) is not LogState.INTACT
    assert state_at(paths) is LogState.RETIRED


def test_a_broken_bundle_log_lies_beside_the_new_one(paths: HomePaths) -> None:
    damage(paths.bundles)

    logs = open_logs(paths, OWNER, 7)
    logs.durable.append((), [stored_bundle(2)])
    logs.close()

    assert logs.saved == ()
    assert (paths.bundles.parent / "bundles.broken-1").is_dir()
    again = open_logs(paths, OWNER, 7)
    again.close()
    assert again.saved == (some_digest(2),)


def test_a_damaged_vote_log_stays_retired_after_its_bits_are_right_again(paths: HomePaths) -> None:
    damage(paths.votes)
    assert state_at(paths) is LogState.DAMAGED

    damage(paths.votes)  # flips the same bit back

    assert state_at(paths) is LogState.RETIRED


def test_a_vote_log_may_be_behind_the_chain_by_what_waited_for_the_replica(
    paths: HomePaths,
) -> None:
    assert state_at(paths, height=7 + LAG_COUNT_MAX) is LogState.INTACT


def test_a_vote_log_further_behind_the_chain_was_put_back_from_an_old_copy(
    paths: HomePaths,
) -> None:
    assert state_at(paths, height=8 + LAG_COUNT_MAX) is LogState.SHORT
    assert state_at(paths, height=7) is LogState.RETIRED


def test_a_chain_behind_the_vote_log_is_no_reason_to_stop_voting(paths: HomePaths) -> None:
    assert state_at(paths, height=0) is LogState.INTACT


def test_the_log_of_another_key_is_none_of_this_one(paths: HomePaths) -> None:
    """Somebody put it there: the own one may still be somewhere, so nothing is burnt."""
    other = replace(OWNER, public_key=bytes(32))
    before = sorted(paths.votes.parent.rglob("*"))

    with pytest.raises(ConfigError, match="votes: this log belongs to another key"):
        open_logs(paths, other, 7)

    assert sorted(paths.votes.parent.rglob("*")) == before
    assert state_at(paths) is LogState.INTACT


def test_bundles_of_another_node_are_refused_as_well(paths: HomePaths, tmp_path: Path) -> None:
    elsewhere = HomePaths(tmp_path / "other")
    create_logs(elsewhere, replace(OWNER, public_key=bytes(32)))
    own = paths.home / "own"
    paths.bundles.rename(own)
    shutil.copytree(elsewhere.bundles, paths.bundles)

    with pytest.raises(ConfigError, match="bundles: this log belongs to another key"):
        open_logs(paths, OWNER, 7)

    shutil.rmtree(paths.bundles)
    own.rename(paths.bundles)
    assert state_at(paths) is LogState.INTACT


def test_a_retired_folder_that_is_moved_away_does_not_give_the_vote_back(paths: HomePaths) -> None:
    copy = paths.home / "copy"
    shutil.copytree(paths.votes, copy)
    damage(paths.votes)
    assert state_at(paths) is LogState.DAMAGED

    paths.votes.rename(paths.votes.with_name("votes.retired-1"))
    shutil.copytree(copy, paths.votes)

    assert state_at(paths) is LogState.RETIRED


def test_a_new_key_votes_with_a_new_log_beside_the_retired_folder(paths: HomePaths) -> None:
    damage(paths.votes)
    assert state_at(paths) is LogState.DAMAGED
    paths.votes.rename(paths.votes.with_name("votes.retired-1"))
    paths.bundles.rename(paths.bundles.with_name("bundles.retired-1"))
    new = replace(OWNER, public_key=bytes([9]) * 32)
    create_logs(paths, new)

    logs = open_logs(paths, new, 0)
    logs.close()

    assert (logs.state, logs.has_votes) == (LogState.INTACT, True)


async def test_a_key_that_was_given_up_at_work_stays_given_up(paths: HomePaths) -> None:
    """Others held promises that are not in the log: another copy of it is none the better."""
    copy = paths.home / "copy"
    shutil.copytree(paths.votes, copy)
    logs = open_logs(paths, OWNER, 7)
    with capture_logs() as said:
        await logs.give_up_voting()
    logs.close()
    assert "does not vote" in said[0]["meaning"]

    shutil.rmtree(paths.votes)
    copy.rename(paths.votes)

    assert state_at(paths) is LogState.RETIRED


def test_an_observer_has_bundles_only_and_may_begin_them_anew(paths: HomePaths) -> None:
    shutil.rmtree(paths.votes)
    shutil.rmtree(paths.bundles)

    logs = open_logs(paths, replace(OWNER, self_id=None), 7)
    logs.close()

    assert (logs.state, logs.has_votes, logs.saved) == (LogState.INTACT, False, ())
    assert not paths.votes.exists()


def test_a_whole_log_with_an_unreadable_record_stops_the_start(paths: HomePaths) -> None:
    logs = open_logs(paths, OWNER, 7)
    logs.durable.append([b"no record"])
    logs.close()

    with pytest.raises(StorageCorrupted, match="a record cannot be read"):
        open_logs(paths, OWNER, 7)


def test_records_reach_the_last_block_that_they_know_of(paths: HomePaths) -> None:
    assert reach_of(()) == 0
    assert reach_of((*records_up_to(9), *records_up_to(7))) == 9
