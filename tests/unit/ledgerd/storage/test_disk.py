"""Real files and directories; the operating system's errors end here."""

import os
import stat
from pathlib import Path

import pytest

from ledgerd.errors import StorageCorrupted, StorageUnavailable, StorageWriteFailed
from ledgerd.storage.disk import RealDirectory
from tests.damage.full_disk import file_size_at_most, no_more_descriptors


def test_what_was_written_is_read_wherever_it_stands(tmp_path: Path) -> None:
    file = RealDirectory.make(tmp_path / "log").create("a")
    file.write_at(0, b"hello")
    file.write_at(3, b"p!")
    file.sync()
    assert file.read_at(0, 100) == b"help!"
    assert file.read_at(4, 1) == b"!"
    assert file.read_at(9, 1) == b""
    assert file.size() == 5


def test_a_cut_file_is_shorter(tmp_path: Path) -> None:
    file = RealDirectory.make(tmp_path / "log").create("a")
    file.write_at(0, b"hello")
    file.truncate(2)
    assert file.read_at(0, 100) == b"he"


def test_names_are_sorted_renamed_and_removed(tmp_path: Path) -> None:
    directory = RealDirectory.make(tmp_path / "log")
    for name in ("b", "a", "c"):
        directory.create(name).close()
    directory.rename("c", "d")
    directory.remove("b")
    directory.sync()
    assert directory.names() == ["a", "d"]
    assert RealDirectory(tmp_path / "nowhere").names() == []


def test_only_the_owner_may_read(tmp_path: Path) -> None:
    directory = RealDirectory.make(tmp_path / "log")
    directory.create("a").close()
    assert stat.S_IMODE(os.stat(tmp_path / "log").st_mode) == 0o700
    assert stat.S_IMODE(os.stat(tmp_path / "log" / "a").st_mode) == 0o600


def test_a_file_that_exists_is_not_created_again(tmp_path: Path) -> None:
    directory = RealDirectory.make(tmp_path / "log")
    directory.create("a").close()
    with pytest.raises(StorageWriteFailed):
        directory.create("a")


def test_what_does_not_exist_is_not_opened_renamed_or_removed(tmp_path: Path) -> None:
    directory = RealDirectory.make(tmp_path / "log")
    with pytest.raises(StorageCorrupted):
        directory.open("a")
    with pytest.raises(StorageWriteFailed):
        directory.rename("a", "b")
    with pytest.raises(StorageWriteFailed):
        directory.remove("a")
    with pytest.raises(StorageWriteFailed):
        RealDirectory(tmp_path / "nowhere").sync()


def test_a_full_disk_is_a_failed_write(tmp_path: Path) -> None:
    file = RealDirectory.make(tmp_path / "log").create("a")
    with file_size_at_most(1_000), pytest.raises(StorageWriteFailed):
        file.write_at(0, bytes(2_000))


def test_a_directory_that_cannot_be_made_is_a_failed_write(tmp_path: Path) -> None:
    (tmp_path / "file").write_bytes(b"")
    with pytest.raises(StorageWriteFailed):
        RealDirectory.make(tmp_path / "file" / "log")


def test_without_a_free_descriptor_nothing_is_called_damaged(tmp_path: Path) -> None:
    directory = RealDirectory.make(tmp_path / "log")
    directory.create("a").close()
    with no_more_descriptors(), pytest.raises(StorageUnavailable, match="log/a"):
        directory.open("a")
    directory.open("a").close()


def test_a_folder_in_the_place_of_a_file_is_damage(tmp_path: Path) -> None:
    (tmp_path / "log" / "a").mkdir(parents=True)
    with pytest.raises(StorageCorrupted, match="log/a"):
        RealDirectory(tmp_path / "log").open("a")
