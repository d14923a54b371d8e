"""What is damaged is moved aside: nothing is deleted, and no name is used twice."""

from pathlib import Path

import pytest

from ledgerd.errors import StorageWriteFailed
from ledgerd.storage.setting_aside import ASIDE_COUNT_MAX, set_aside


def damaged(folder: Path, content: str) -> Path:
    path = folder / "chain"
    path.mkdir()
    (path / "table").write_text(content)
    return path


def test_each_keeps_its_content_under_its_own_name(tmp_path: Path) -> None:
    for number in (1, 2):
        assert set_aside(damaged(tmp_path, f"{number}"), "damaged") == f"chain.damaged-{number}"

    assert not (tmp_path / "chain").exists()
    assert (tmp_path / "chain.damaged-2" / "table").read_text() == "2"


def test_a_hundred_beside_each_other_call_for_an_operator(tmp_path: Path) -> None:
    path = damaged(tmp_path, "")
    for number in range(1, ASIDE_COUNT_MAX + 1):
        (tmp_path / f"chain.damaged-{number}").mkdir()

    with pytest.raises(StorageWriteFailed, match="look at them"):
        set_aside(path, "damaged")
    assert path.is_dir()


def test_a_disk_that_refuses_is_a_failed_write(tmp_path: Path) -> None:
    with pytest.raises(StorageWriteFailed):
        set_aside(tmp_path / "nothing", "damaged")
