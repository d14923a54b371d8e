"""The processes of a network: started in the background, found by pid file, stopped by pid.

Rules: only a process that runs ``ledgerd`` on this very home is ever signalled: a pid may have been
given to somebody else since. A start returns when the node is ready; a stop when it is gone.
"""

import http.client
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterable
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from ledgerd.errors import LedgerdError
from ledgerd.rpc.access import SOCKET_HOST

PID_FILE: Final = "ledgerd.pid"
LOG_FILE: Final = "ledgerd.log"
SOCKET_FILE: Final = "rpc.sock"
STOP_S: Final = 15.0  # a node drains within 10
PROBE_S: Final = 2.0
POLL_S: Final = 0.05
LOG_TAIL_CHARACTERS: Final = 2_000
PROC: Final = Path("/proc")


class NodeNotStarted(LedgerdError):  # noqa: N818
    """A node ended at once or did not get ready; its log says why."""


@dataclass(frozen=True, slots=True)
class NodeProcess:
    """The process of one home, running or not."""

    home: Path

    @property
    def pid(self) -> int | None:
        """The pid of the running node; None when it does not run."""
        try:
            pid = int((self.home / PID_FILE).read_text(encoding="ascii"))
            arguments = (PROC / str(pid) / "cmdline").read_bytes().split(b"\0")
            state = (PROC / str(pid) / "stat").read_text().rpartition(")")[2].split()[0]
        except (OSError, ValueError, IndexError):
            return None
        is_ours = os.fsencode(self.home.resolve()) in arguments and b"run" in arguments
        return pid if is_ours and state not in {"Z", "X"} else None

    def launch(self) -> None:
        """Start the node in the background, unless it runs."""
        if self.pid is not None:
            return
        command = [
            sys.executable,
            "-m",
            "ledgerd.daemon",
            "run",
            "--home",
            str(self.home.resolve()),
        ]
        with (self.home / LOG_FILE).open("ab") as log:
            process = subprocess.Popen(  # noqa: S603 - our own interpreter and program
                command, stdin=subprocess.DEVNULL, stdout=log, stderr=log, start_new_session=True
            )
        (self.home / PID_FILE).write_text(f"{process.pid}\n", encoding="ascii")
        started = NodeProcess(self.home)
        while started.pid is None and process.poll() is None:
            time.sleep(POLL_S)  # the system shows its arguments only a moment after it started
        process.returncode = 0  # it outlives us on purpose: nobody waits for it here

    def readiness(self) -> str:
        """What the node's readiness probe says; empty when it is ready."""
        connection = http.client.HTTPConnection(SOCKET_HOST, timeout=PROBE_S)
        connection.sock = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        with closing(connection):
            try:
                connection.sock.settimeout(PROBE_S)
                connection.sock.connect(str(self.home / SOCKET_FILE))
                connection.request("GET", "/readyz")
                response = connection.getresponse()
                text = response.read(LOG_TAIL_CHARACTERS).decode("utf-8", "replace").strip()
            except (OSError, http.client.HTTPException) as error:
                return f"no answer ({type(error).__name__})"
        return "" if response.status == 200 else text or f"status {response.status}"

    def send_stop(self) -> int | None:
        """Ask the node to end; returns its pid, None when it does not run."""
        pid = self.pid
        if pid is not None:
            os.kill(pid, signal.SIGTERM)
        return pid

    def kill(self) -> None:
        """End the node at once, as a power cut would."""
        pid = self.pid
        if pid is not None:
            os.kill(pid, signal.SIGKILL)
        self.wait_gone(STOP_S)

    def wait_gone(self, timeout_s: float) -> bool:
        """Wait until the process is gone; False when it is still there after the time."""
        ends = time.monotonic() + timeout_s
        while self.pid is not None:
            if time.monotonic() >= ends:
                return False
            time.sleep(POLL_S)
        (self.home / PID_FILE).unlink(missing_ok=True)
        return True

    def log_tail(self) -> str:
        """The end of the log, for a message."""
        try:
            text = (self.home / LOG_FILE).read_text(encoding="utf-8", errors="replace")
        except OSError:
            return ""
        return text[-LOG_TAIL_CHARACTERS:]


def start_all(nodes: Iterable[NodeProcess], timeout_s: float) -> None:
    """Start nodes and wait until each is ready.

    Raises:
        NodeNotStarted: one ended or did not get ready in time.
    """
    waiting = list(nodes)
    for node in waiting:
        node.launch()
    ends = time.monotonic() + timeout_s
    while waiting:
        waiting = [node for node in waiting if _is_not_ready(node)]
        if waiting and time.monotonic() >= ends:
            reason = waiting[0].readiness()
            raise NodeNotStarted(f"{waiting[0].home.name} is not ready: {reason}")
        time.sleep(POLL_S if waiting else 0)


def stop_all(nodes: Iterable[NodeProcess]) -> list[str]:
    """Stop nodes; the names of those that had to be killed come back."""
    stopping = [node for node in nodes if node.send_stop() is not None]
    stubborn = [node for node in stopping if not node.wait_gone(STOP_S)]
    for node in stubborn:
        node.kill()
    return [node.home.name for node in stubborn]


def _is_not_ready(node: NodeProcess) -> bool:
    if node.pid is None:
        raise NodeNotStarted(f"{node.home.name} ended; its log says:\n{node.log_tail()}")
    return node.readiness() != ""
