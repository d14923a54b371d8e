"""One process per home."""

import stat
import subprocess
import sys
from pathlib import Path

import pytest

from ledgerd.errors import StorageWriteFailed
from ledgerd.storage.home_lock import LOCK_NAME, HomeLock
from ledgerd.storage.kv import StoreLocked

HOLD = "from pathlib import Path; from ledgerd.storage.home_lock import HomeLock; import sys; \
lock = HomeLock(Path(sys.argv[1])); print('held', flush=True); sys.stdin.read()"


def test_a_home_is_locked_once_until_it_is_released(tmp_path: Path) -> None:
    lock = HomeLock(tmp_path)
    with pytest.raises(StoreLocked):
        HomeLock(tmp_path)
    lock.release()
    HomeLock(tmp_path).release()
    assert stat.S_IMODE((tmp_path / LOCK_NAME).stat().st_mode) == 0o600


def test_another_process_is_refused_until_the_first_one_is_killed(tmp_path: Path) -> None:
    """Checklist 29."""
    with subprocess.Popen(
        [sys.executable, "-c", HOLD, str(tmp_path)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
    ) as process:
        assert process.stdout is not None
        assert process.stdout.readline() == b"held\n"
        with pytest.raises(StoreLocked):
            HomeLock(tmp_path)
        process.kill()
        process.wait()
    HomeLock(tmp_path).release()


def test_a_home_that_does_not_exist_cannot_be_locked(tmp_path: Path) -> None:
    with pytest.raises(StorageWriteFailed):
        HomeLock(tmp_path / "nowhere")
