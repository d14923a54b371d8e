"""Which interpreter the environment is made of: one built with optimisations before any other."""

import os
import subprocess
from pathlib import Path

import pytest

from tests.tidy.source import ROOT


def fake(folder: Path, name: str, told: str) -> str:
    """Put something there that says to be an interpreter; of no use where it has nothing to say."""
    folder.mkdir(exist_ok=True)
    path = folder / name
    path.write_text(f"#!/bin/sh\necho {told}\n" if told else "#!/bin/sh\nexit 1\n")
    path.chmod(0o755)
    return str(path)


def which(*folders: Path, named: str = "") -> str:
    """Ask which interpreter would be taken."""
    command = [str(ROOT / "scripts" / "environment"), "--which", ":".join(map(str, folders))]
    environment = os.environ | {"VENV_PYTHON": named}
    done = subprocess.run(command, capture_output=True, text=True, check=True, env=environment)
    return done.stdout.strip()


def test_the_first_that_was_built_with_optimisations_is_taken(tmp_path: Path) -> None:
    fake(tmp_path / "a", "python3.11", "3.11.7 plain")
    wanted = fake(tmp_path / "b", "python3.11", "3.11.2 optimised")
    fake(tmp_path / "c", "python3.11", "3.11.2 optimised")

    assert which(tmp_path / "a", tmp_path / "b", tmp_path / "c") == wanted


def test_without_any_the_first_of_a_right_version_is_taken(tmp_path: Path) -> None:
    fake(tmp_path / "a", "python3.11", "")
    wanted = fake(tmp_path / "a", "python3.12", "3.12.1 plain")
    fake(tmp_path / "b", "python3.12", "3.12.1 plain")

    assert which(tmp_path / "a", tmp_path / "b") == wanted


def test_the_one_that_is_named_wins(tmp_path: Path) -> None:
    fake(tmp_path / "a", "python3.11", "3.11.2 optimised")
    named = fake(tmp_path / "b", "other", "3.12.1 plain")

    assert which(tmp_path / "a", named=named) == named


def test_without_an_interpreter_of_a_right_version_it_says_so(tmp_path: Path) -> None:
    fake(tmp_path / "a", "python3.11", "")

    with pytest.raises(subprocess.CalledProcessError) as refused:
        which(tmp_path / "a")

    assert refused.value.returncode == 78
    assert "VENV_PYTHON" in refused.value.stderr
