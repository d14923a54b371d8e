"""Modes and files below keys/."""

import os
from pathlib import Path

import pytest

from ledgerd.errors import ConfigError
from ledgerd.keys import folder


@pytest.fixture
def keys(tmp_path: Path) -> Path:
    folder.create_folder(tmp_path / "keys")
    return tmp_path / "keys"


def mode_of(path: Path) -> int:
    return path.stat().st_mode & 0o777


def test_what_is_written_is_read_and_closed_to_others(keys: Path) -> None:
    folder.write_new(keys / "a", b"secret")

    assert folder.read(keys / "a") == b"secret"
    assert mode_of(keys / "a") == 0o600
    assert mode_of(keys) == 0o700
    assert [path.name for path in keys.iterdir()] == ["a"]


def test_a_wide_umask_widens_nothing(tmp_path: Path) -> None:
    before = os.umask(0)
    try:
        folder.create_folder(tmp_path / "keys")
        folder.write_new(tmp_path / "keys" / "a", b"secret")
    finally:
        os.umask(before)

    assert mode_of(tmp_path / "keys") == 0o700
    assert mode_of(tmp_path / "keys" / "a") == 0o600


def test_the_umask_of_a_program_shuts_others_out() -> None:
    before = os.umask(0)
    try:
        folder.restrict_umask()
        assert os.umask(0) == 0o077
    finally:
        os.umask(before)


def test_an_existing_file_is_never_replaced(keys: Path) -> None:
    folder.write_new(keys / "a", b"old")

    with pytest.raises(ConfigError, match="cannot be written"):
        folder.write_new(keys / "a", b"new")

    assert folder.read(keys / "a") == b"old"


def test_a_draft_of_a_dead_process_is_in_nobodys_way(keys: Path) -> None:
    (keys / ".a.new").write_bytes(b"half")

    folder.write_new(keys / "a", b"whole")

    assert folder.read(keys / "a") == b"whole"


@pytest.mark.parametrize("mode", [0o640, 0o604, 0o666, 0o700])
def test_a_file_that_others_could_read_is_refused(keys: Path, mode: int) -> None:
    folder.write_new(keys / "a", b"secret")
    (keys / "a").chmod(mode)

    with pytest.raises(ConfigError, match=f"{mode:04o}, at most 0600"):
        folder.read(keys / "a")


@pytest.mark.parametrize("mode", [0o750, 0o701, 0o777])
def test_a_folder_that_others_could_enter_is_refused(keys: Path, mode: int) -> None:
    keys.chmod(mode)

    with pytest.raises(ConfigError, match=f"{mode:04o}, at most 0700"):
        folder.verify_folder(keys)


def test_a_stricter_mode_is_fine(keys: Path) -> None:
    folder.write_new(keys / "a", b"secret")
    (keys / "a").chmod(0o400)

    assert folder.read(keys / "a") == b"secret"


def test_a_link_is_refused(keys: Path) -> None:
    folder.write_new(keys / "a", b"secret")
    (keys / "b").symlink_to(keys / "a")
    (keys.parent / "elsewhere").symlink_to(keys)

    with pytest.raises(ConfigError, match="cannot be opened"):
        folder.read(keys / "b")
    with pytest.raises(ConfigError, match="not of the kind"):
        folder.verify_folder(keys.parent / "elsewhere")


def test_a_pipe_is_refused_and_waited_for_by_nobody(keys: Path) -> None:
    os.mkfifo(keys / "a", 0o600)

    with pytest.raises(ConfigError, match="not of the kind"):
        folder.read(keys / "a")


def test_a_file_larger_than_any_key_is_refused(keys: Path) -> None:
    folder.write_new(keys / "a", bytes(folder.FILE_BYTES_MAX + 1))

    with pytest.raises(ConfigError, match="above"):
        folder.read(keys / "a")


def test_what_is_missing_is_named(keys: Path) -> None:
    with pytest.raises(ConfigError, match="absent"):
        folder.read(keys / "absent")
    with pytest.raises(ConfigError, match="absent"):
        folder.verify_folder(keys / "absent")


def test_a_folder_that_is_there_is_not_made_again(keys: Path) -> None:
    with pytest.raises(ConfigError, match="cannot be created"):
        folder.create_folder(keys)


def test_names_are_synced_and_a_missing_folder_said(keys: Path) -> None:
    folder.sync_folder(keys)

    with pytest.raises(ConfigError, match="cannot be synced"):
        folder.sync_folder(keys / "absent")


def test_a_filled_folder_appears_under_a_free_name_only(tmp_path: Path) -> None:
    for name in ("draft", "taken"):
        folder.create_folder(tmp_path / name)
        folder.write_new(tmp_path / name / "file", b"x")

    with pytest.raises(ConfigError, match="cannot be put in place"):
        folder.put_in_place(tmp_path / "draft", tmp_path / "taken")
    folder.put_in_place(tmp_path / "draft", tmp_path / "free")

    assert (tmp_path / "free" / "file").read_bytes() == b"x"


def test_a_draft_that_was_left_is_removed(tmp_path: Path) -> None:
    folder.create_folder(tmp_path / "draft")
    folder.write_new(tmp_path / "draft" / "file", b"x")

    folder.remove_draft(tmp_path / "draft")
    folder.remove_draft(tmp_path / "draft")

    assert list(tmp_path.iterdir()) == []
