"""A testnet of real processes for tests: started, killed and restarted one by one.

Rules: nothing sleeps; readiness is the READY=1 that ``ledgerd`` sends to ``NOTIFY_SOCKET``, an end
is waited for on the process. Only processes started here are ended, by their own handle. What a
node prints goes to ``<name>.log`` beside its home, for whoever reads a failure.
"""

import contextlib
import io
import json
import os
import signal
import socket
import subprocess
import sys
import tempfile
import threading
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from ledgerd.cli.homes import Home
from ledgerd.cli.main import run
from ledgerd.rpc.answers import ChainStatus
from ledgerd.rpc.catalogue import CHAIN_STATUS
from ledgerd.rpc.client import open_client
from ledgerd.rpc.fields import NoParams

# Nodes start hundreds of times: where the environment forbids to keep compiled modules, each
# compiles some 360 of them, which is most of the time that a start takes.
COMPILED = {"PYTHONDONTWRITEBYTECODE": ""}
READY_S_MAX = 60.0  # a start replays logs and waits for peers; two cores may be busy
STOP_S_MAX = 20.0  # SIGTERM drains within 10 s
UNTIL_S_MAX = 60.0
UNTIL_STEP_S = 0.02


@dataclass
class NodeProcess:
    """One ``ledgerd`` of a testnet; ``command`` may name another build of it."""

    home: Path
    command: tuple[str, ...] = (sys.executable, "-m", "ledgerd.daemon", "run")
    environment: dict[str, str] = field(default_factory=dict)
    process: subprocess.Popen[bytes] | None = None
    starts: int = 0
    _ready: "ReadySocket | None" = None

    @property
    def name(self) -> str:
        return self.home.name

    @property
    def log(self) -> Path:
        return self.home.parent / f"{self.name}.log"

    def launch(self) -> None:
        """Start the process; ``wait_ready`` says when it can be used."""
        self._forget_ready()
        self._ready = ReadySocket()
        environment = os.environ | COMPILED | self.environment
        environment["NOTIFY_SOCKET"] = self._ready.path
        with self.log.open("ab") as log:
            self.process = subprocess.Popen(
                [*self.command, "--home", str(self.home)],
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                env=environment,
            )
        self.starts += 1

    def wait_ready(self) -> None:
        """Wait until the node says that it is ready; fail when it ends or takes too long."""
        assert self.process is not None
        assert self._ready is not None
        for _ in range(int(READY_S_MAX)):
            if self._ready.is_told():
                self._forget_ready()
                return
            code = self.process.poll()
            assert code is None, f"{self.name} ended with {code}: see {self.log}"
        raise AssertionError(f"{self.name} was not ready in {READY_S_MAX} s: see {self.log}")

    def is_ready(self) -> bool:
        """Say, without waiting, whether the node has said that it is ready since its launch."""
        if self._ready is not None and self._ready.is_told(0.0):
            self._forget_ready()
        return self._ready is None

    def _forget_ready(self) -> None:
        if self._ready is not None:
            self._ready.close()
            self._ready = None

    def start(self) -> None:
        self.launch()
        self.wait_ready()

    def kill(self) -> None:
        """SIGKILL: nothing is flushed, nobody is told."""
        assert self.process is not None
        self.process.kill()
        self.process.wait(STOP_S_MAX)
        self.process = None

    def stop(self) -> int:
        """SIGTERM; return the exit code."""
        assert self.process is not None
        self.process.send_signal(signal.SIGTERM)
        code = self.process.wait(STOP_S_MAX)
        self.process = None
        return code

    def wait(self) -> int:
        """Wait until the process ends by itself; return the exit code."""
        assert self.process is not None
        code = self.process.wait(READY_S_MAX)
        if self._ready is not None:
            self._ready.close()
            self._ready = None
        return code


class ReadySocket:
    """A datagram socket that hears READY=1; its path fits into the 108 bytes of a unix address."""

    def __init__(self) -> None:
        self._folder = tempfile.TemporaryDirectory(prefix="ready-")
        self.path = str(Path(self._folder.name) / "notify")
        self._socket = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
        self._socket.bind(self.path)

    def is_told(self, wait_s: float = 1.0) -> bool:
        """Wait for up to so many seconds for the word."""
        self._socket.settimeout(wait_s)
        try:
            return b"READY=1" in self._socket.recv(4_096)
        except (TimeoutError, BlockingIOError):
            return False

    def close(self) -> None:
        self._socket.close()
        self._folder.cleanup()


@dataclass
class CliResult:
    """What a ``ledgerctl`` command did."""

    code: int
    out: str
    err: str

    @property
    def json(self) -> Any:
        assert self.code == 0, f"exit {self.code}: {self.err}"
        return json.loads(self.out)


def until(condition: Callable[[], bool], what: str) -> None:
    """Ask again and again whether something has come to be; fail when it takes too long."""
    tick = threading.Event()
    for _ in range(int(UNTIL_S_MAX / UNTIL_STEP_S)):
        if condition():
            return
        tick.wait(UNTIL_STEP_S)
    raise AssertionError(f"waited {UNTIL_S_MAX} s for: {what}")


class LocalNet:
    """A testnet under one folder: made by ``ledgerctl testnet init``, run process by process."""

    def __init__(self, folder: Path, node_count: int = 4, term: int = 128) -> None:
        self.folder = folder / "net"
        sizes = ("--nodes", str(node_count), "--term", str(term))
        made = self.ctl("testnet", "init", str(self.folder), *sizes)
        assert made.code == 0, made.err
        homes = sorted(path.parent for path in self.folder.glob("*/config.toml"))
        self.nodes = {home.name: NodeProcess(home) for home in homes}
        assert len(self.nodes) == node_count

    def __enter__(self) -> "LocalNet":
        return self

    def __exit__(self, *_: object) -> None:
        for node in self.running():
            node.kill()

    def running(self) -> list[NodeProcess]:
        return [node for node in self.nodes.values() if node.process is not None]

    def start(self, *names: str) -> None:
        """Start the named nodes, or all: processes first, then their readiness."""
        chosen = [self.nodes[name] for name in names or self.nodes]
        for node in chosen:
            node.launch()
        for node in chosen:
            node.wait_ready()
        if len(self.running()) > 2 * len(self.nodes) // 3:
            until(self._is_whole, "every node to be synced and linked to every other")

    def _is_whole(self) -> bool:
        others = len(self.running()) - 1
        return all(s.ready and s.peers_up >= others for s in self.statuses().values())

    def home(self, name: str) -> Path:
        return self.nodes[name].home

    def heights(self) -> dict[str, int]:
        """Ask the running nodes how far they are."""
        return {name: status.height for name, status in self.statuses().items()}

    def statuses(self) -> dict[str, ChainStatus]:
        found = {}
        for node in self.running():
            with open_client(Home(node.home).target) as client:
                found[node.name] = client.call(CHAIN_STATUS, NoParams())
        return found

    def wait_height(self, height: int) -> None:
        """Wait until every running node has committed this height: nodes are milliseconds apart."""
        until(lambda: min(self.heights().values()) >= height, f"all at height {height}")

    def ctl(self, *arguments: str, home: str | None = None) -> CliResult:
        """Run a ``ledgerctl -o json`` command line from a home of the testnet.

        In this process: starting an interpreter for each of some hundred commands would take most
        of the tests' time. ``ctl_process`` is the whole command as a user starts it.
        """
        out, err = io.BytesIO(), io.BytesIO()
        with (
            contextlib.redirect_stdout(io.TextIOWrapper(out, "utf-8", write_through=True)),
            contextlib.redirect_stderr(io.TextIOWrapper(err, "utf-8", write_through=True)),
        ):
            code = run(self._words(home, arguments))
            return CliResult(int(code), out.getvalue().decode(), err.getvalue().decode())

    def ctl_process(self, *arguments: str, home: str | None = None) -> CliResult:
        """Run the same command line as a process of its own."""
        command = [sys.executable, "-m", "ledgerd.cli.main", *self._words(home, arguments)]
        done = subprocess.run(
            command, capture_output=True, text=True, check=False, stdin=subprocess.DEVNULL
        )
        return CliResult(done.returncode, done.stdout, done.stderr)

    def _words(self, home: str | None, arguments: tuple[str, ...]) -> list[str]:
        at = ["--home", str(self.home(home))] if home else []
        return [*at, "-o", "json", *arguments]
