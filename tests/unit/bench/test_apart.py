"""A run in a process of its own: its end is waited for so long and no longer."""

import os
import sys
from pathlib import Path

from tests.bench.apart import end_of
from tests.processes.local_net import until

STUBBORN = """
import os, signal, subprocess, sys
child = subprocess.Popen([sys.executable, "-c", "import signal; signal.pause()"])
child.send_signal(signal.SIGSTOP)
open(sys.argv[1], "w").write(str(child.pid))
signal.pause()
"""


def test_the_code_of_a_process_that_ends_is_given() -> None:
    assert end_of([sys.executable, "-c", "raise SystemExit(3)"], {}, None, 60.0) == 3


def test_what_does_not_end_is_ended_with_all_that_it_started(tmp_path: Path) -> None:
    started = tmp_path / "pid"

    assert end_of([sys.executable, "-c", STUBBORN, str(started)], {}, None, 2.0) is None

    until(lambda: is_gone(int(started.read_text())), "what it started to be gone")


def is_gone(pid: int) -> bool:
    """Say whether a process is no more, or waits only for whoever asks how it ended."""
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return True
    return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] in {"Z", "X"}
