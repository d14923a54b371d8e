"""Giving up the vote: noted in both places, once, said whenever it matters."""

from pathlib import Path

import pytest
from structlog.testing import capture_logs

from ledgerd.config import HomePaths
from ledgerd.node.giving_up import VotingRight
from ledgerd.storage.retired_keys import note_name

KEY, OTHER = bytes([1]) * 32, bytes([2]) * 32


@pytest.fixture
def paths(tmp_path: Path) -> HomePaths:
    made = HomePaths(tmp_path)
    made.votes.mkdir(parents=True)
    return made


def test_a_key_without_a_note_may_vote(paths: HomePaths) -> None:
    assert VotingRight(paths, KEY).lost_because() is None


def test_giving_up_is_noted_in_the_log_and_beside_it_under_the_name_of_the_key(
    paths: HomePaths,
) -> None:
    with capture_logs() as said:
        VotingRight(paths, KEY).give_up("short", "segment 1 is cut")

    assert VotingRight(paths, KEY).lost_because() == "segment 1 is cut"
    assert VotingRight(paths, OTHER).lost_because() is None
    assert (paths.votes / "RETIRED").read_text() == "segment 1 is cut"
    assert (paths.votes.parent / note_name(KEY)).exists()
    [entry] = said
    assert (entry["state"], "does not vote" in entry["meaning"]) == ("short", True)


def test_a_reminder_writes_nothing(paths: HomePaths) -> None:
    with capture_logs() as said:
        VotingRight(paths, KEY).remind("log retired: long ago")

    assert list(paths.votes.parent.iterdir()) == [paths.votes]
    assert said[0]["detail"] == "log retired: long ago"


async def test_what_others_show_is_noted_beside_the_log(paths: HomePaths) -> None:
    await VotingRight(paths, KEY).give_up_at_work()

    assert "others hold promises" in (VotingRight(paths, KEY).lost_because() or "")
    assert list(paths.votes.iterdir()) == []
