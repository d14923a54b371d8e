"""Processes of a network: only our own are ever touched."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from ledgerd.cli.testnet.processes import NodeNotStarted, NodeProcess, start_all, stop_all


def test_without_a_pid_file_nothing_runs(tmp_path: Path) -> None:
    assert NodeProcess(tmp_path).pid is None


@pytest.mark.parametrize(
    "text",
    ["", "x", "-1", "999999999", str(os.getpid())],
    ids=["empty", "no number", "negative", "of nobody", "of this test"],
)
def test_a_pid_of_somebody_else_is_not_ours(tmp_path: Path, text: str) -> None:
    (tmp_path / "ledgerd.pid").write_text(text)

    assert NodeProcess(tmp_path).pid is None


def test_a_process_of_another_home_is_not_stopped(tmp_path: Path) -> None:
    other = subprocess.Popen([sys.executable, "-c", "input()", "run"], stdin=subprocess.PIPE)
    (tmp_path / "ledgerd.pid").write_text(str(other.pid))

    killed = stop_all([NodeProcess(tmp_path)])

    assert (killed, other.poll()) == ([], None)
    other.communicate(b"\n", timeout=10)


def test_a_node_that_ends_at_once_is_reported_with_its_log(tmp_path: Path) -> None:
    node = NodeProcess(tmp_path)

    with pytest.raises(NodeNotStarted, match=r"config\.toml"):
        start_all([node], timeout_s=60.0)


def test_a_node_that_does_not_listen_is_not_ready(tmp_path: Path) -> None:
    assert "no answer" in NodeProcess(tmp_path).readiness()
