"""A node that may have forgotten promises does not vote, whatever became of its logs.

Each log is cut at every byte, lost, put back old and swapped; what opens is driven by a replica
as the node does it, and must vote with every record or not at all (checklist 6, 28, 29).
"""

import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from consensus.codec import encode_record
from consensus.records import ArmedRecord, ExecutedRecord, OpenedRecord
from ledgerd.config import HomePaths
from ledgerd.errors import ConfigError
from ledgerd.node.opening_logs import LogOwner, OpenedLogs, open_logs
from ledgerd.storage.bundle_log import create_bundle_log
from ledgerd.storage.disk import RealDirectory
from ledgerd.storage.segment_format import LogState
from ledgerd.storage.vote_log import create_vote_log
from tests.unit.consensus.builders import (
    FOUR,
    A,
    B,
    Bench,
    bench,
    claim,
    commit,
    prepare,
    status,
)

OWNER = LogOwner(FOUR.chain, FOUR.public_keys[1], 1)
OTHER = LogOwner(FOUR.chain, FOUR.public_keys[2], 2)


def make_logs(paths: HomePaths, owner: LogOwner = OWNER) -> None:
    own = {"chain_id": owner.chain_id, "public_key": owner.public_key}
    create_vote_log(RealDirectory.make(paths.votes), **own).close()
    create_bundle_log(RealDirectory.make(paths.bundles), **own).close()


def write(paths: HomePaths, replica: Bench) -> None:
    """Put what a replica has written into the logs of a home."""
    logs = open_logs(paths, OWNER, 0)
    logs.durable.append([encode_record(record) for record in replica.log])
    logs.close()


@pytest.fixture
def paths(tmp_path: Path) -> HomePaths:
    """The home of replica 1, which voted for A and B and sealed A."""
    made = HomePaths(tmp_path / "home")
    make_logs(made)
    voted = bench()
    voted.seal(A)
    voted.accept(B)
    write(made, voted)
    return made


def opened(paths: HomePaths) -> OpenedLogs:
    logs = open_logs(paths, OWNER, 1)
    logs.close()
    return logs


def started(logs: OpenedLogs) -> Bench:
    """Start a replica on what was opened, as the node does."""
    damaged = {"log_is_damaged": logs.state is not LogState.INTACT}
    return Bench(changes=damaged, log=list(logs.records))


def never_votes(replica: Bench) -> bool:
    replica.arm()
    replica.tick(60_000)
    return not replica.report.voting and replica.report.amnesia


def put(path: Path, data: bytes) -> None:
    """Write a file in the place of one that may be open elsewhere."""
    path.unlink()
    path.write_bytes(data)
    path.chmod(0o600)


def lose(paths: HomePaths) -> None:
    shutil.rmtree(paths.votes)


def lose_bundles(paths: HomePaths) -> None:
    shutil.rmtree(paths.bundles)


def lose_sentinel(paths: HomePaths) -> None:
    (paths.votes / "TAIL").unlink()


def empty_folder(paths: HomePaths) -> None:
    for path in paths.votes.iterdir():
        path.unlink()


@pytest.mark.parametrize("harm", [lose, lose_bundles, lose_sentinel, empty_folder])
def test_a_lost_log_takes_the_vote_away_for_good(
    paths: HomePaths, harm: Callable[[HomePaths], None], tmp_path: Path
) -> None:
    """Checklist 28."""
    shutil.copytree(paths.home / "data", tmp_path / "whole")
    harm(paths)
    assert never_votes(started(opened(paths)))
    for name in ("votes", "bundles"):
        shutil.rmtree(paths.home / "data" / name)
        shutil.copytree(tmp_path / "whole" / name, paths.home / "data" / name)
    assert opened(paths).state is LogState.RETIRED


@pytest.mark.parametrize("name", ["votes", "bundles"])
@pytest.mark.parametrize("step", [pytest.param(1, marks=pytest.mark.slow), 53])
def test_a_log_cut_at_every_byte_takes_the_vote_away(
    paths: HomePaths, name: str, step: int
) -> None:
    """Checklist 28: truncated at every byte; the retirement of each is undone for the next.

    That every single byte is noticed is shown in memory, in test_damaged_vote_log.
    """
    folder = paths.home / "data" / name
    [segment] = folder.glob("*.seg")
    whole = segment.read_bytes()
    tail = (folder / "TAIL").read_bytes()
    for length in [*range(0, len(whole) - 1, step), len(whole) - 1]:
        put(segment, whole[:length])
        logs = opened(paths)
        assert (logs.state is LogState.INTACT, logs.has_votes, logs.records) == (False, False, ())
        for note in paths.home.rglob("RETIRED*"):
            note.unlink()
        for aside in (paths.home / "data").glob("bundles.broken-*"):
            shutil.rmtree(aside)
        put(segment, whole)
        put(folder / "TAIL", tail)
    assert opened(paths).state is LogState.INTACT


def test_a_sentinel_cut_at_every_byte_takes_the_vote_away_or_loses_nothing(
    paths: HomePaths,
) -> None:
    tail = paths.votes / "TAIL"
    whole, records = tail.read_bytes(), opened(paths).records
    whole = tail.read_bytes()
    for length in [*range(0, 200, 29), *range(4_096, 4_296, 29), len(whole) - 1]:
        put(tail, whole[:length])
        logs = opened(paths)
        is_whole = logs.has_votes and logs.records == records
        assert is_whole or (not logs.has_votes and logs.records == ())
        for note in paths.home.rglob("RETIRED*"):
            note.unlink()


@pytest.mark.parametrize("name", ["votes", "bundles"])
def test_the_log_of_another_node_is_refused_and_burns_nothing(
    paths: HomePaths, tmp_path: Path, name: str
) -> None:
    other = HomePaths(tmp_path / "other")
    make_logs(other, OTHER)
    folder = paths.home / "data" / name
    folder.rename(tmp_path / "own")
    shutil.copytree(other.home / "data" / name, folder)
    with pytest.raises(ConfigError, match="another key"):
        open_logs(paths, OWNER, 1)
    shutil.rmtree(folder)
    (tmp_path / "own").rename(folder)
    assert opened(paths).state is LogState.INTACT


def rolled_back(tmp_path: Path) -> Bench:
    """A home whose vote log is a copy from before A was voted for; it looks whole."""
    paths = HomePaths(tmp_path / "old")
    make_logs(paths)
    young = bench()
    write(paths, young)
    assert [type(record) for record in young.log] == [OpenedRecord, ArmedRecord]
    logs = opened(paths)
    assert logs.state is LogState.INTACT
    return started(logs)


@pytest.mark.parametrize("shown", [prepare(1, A), commit(1, A), commit(1, B)])
def test_an_older_copy_of_the_log_is_found_out_by_any_vote_that_somebody_shows(
    tmp_path: Path, shown
) -> None:
    """Checklist 28."""
    old = rolled_back(tmp_path)
    old.receive(status(0, votes=(shown,)))
    assert never_votes(old)


def test_an_older_copy_is_found_out_by_a_view_change_that_somebody_shows(tmp_path: Path) -> None:
    """Checklist 6: a forgotten view change alone can undo a commit."""
    old = rolled_back(tmp_path)
    old.receive(status(3, claims=(claim(1, 2),)))
    assert never_votes(old)


def test_a_whole_log_votes_again(paths: HomePaths) -> None:
    replica = started(opened(paths))
    assert not replica.report.voting
    replica.arm()
    assert (replica.report.voting, replica.report.executed) == (True, 1)
    assert any(isinstance(record, ExecutedRecord) for record in replica.log)
