"""The nodes of a chaos run as a supervisor sees them: started, ended, started again.

Rules: one thread uses this. A node that ends by itself is noted with its exit code and started
again after a pause, as a service manager would; only what the run itself stopped stays down until
its time. Only processes started here are signalled, by their own handle.
"""

import re
import signal
import time
from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path

from ledgerd.cli.homes import Home
from ledgerd.errors import LedgerdError
from ledgerd.rpc.answers import ChainStatus
from ledgerd.rpc.catalogue import CHAIN_STATUS
from ledgerd.rpc.client import Target, open_client
from ledgerd.rpc.fields import NoParams
from tests.chaos.proxied_net import ProxiedNet
from tests.processes.local_net import NodeProcess

RESTART_PAUSE_S = 0.4  # after an end of its own
STATUS_S = 2.0
EXPECTED_CODES = {0, 70, 78}
# Without memory neither the interpreter nor a C++ library promises more than to end.
EXPECTED_OF = {"memory limit": {1, -signal.SIGABRT}}
LATENT = "damaged file"  # an ailment that outlives its bout


@dataclass
class Watched:
    """One node, and what the run means it to do.

    Attributes:
        up_at_s: when it is to be started; None while it runs, or while it shall stay down.
        is_held: the run keeps it down, to work on its files.
        faulty: why it may end by itself; empty when it may not.
        restart_s: from launch to READY, of each start that got there.
    """

    node: NodeProcess
    up_at_s: float | None = None
    is_held: bool = False
    is_paused: bool = False
    is_starting: bool = False
    launched_s: float = 0.0
    faulty: str = ""
    normal_command: tuple[str, ...] = ()
    restart_s: list[float] = field(default_factory=list)

    @property
    def is_running(self) -> bool:
        return self.node.process is not None

    def blame(self, what: str) -> None:
        """Note what is wrong with the node until it is well again."""
        self.faulty = f"{self.faulty}, {what}" if self.faulty else what

    def recover(self) -> None:
        """Note that it is level with the others.

        A damaged sector may lie for long in a table that nobody reads: it may still be found.
        """
        self.faulty = LATENT if LATENT in self.faulty.split(", ") else ""

    @property
    def pid(self) -> int:
        assert self.node.process is not None
        return self.node.process.pid


@dataclass(frozen=True)
class OwnEnd:
    """A node ended without being told to."""

    name: str
    code: int
    faulty: str


class Supervisor:
    """Keeps four nodes running against everybody else."""

    def __init__(self, net: ProxiedNet) -> None:
        self.net = net
        self.watched = {name: Watched(node) for name, node in net.nodes.items()}
        for each in self.watched.values():
            each.normal_command = each.node.command
        self.own_ends: list[OwnEnd] = []
        self.kills: Counter[str] = Counter()

    def __getitem__(self, name: str) -> Watched:
        return self.watched[name]

    def running(self) -> list[str]:
        return [name for name, each in self.watched.items() if each.is_running]

    def answering(self) -> list[str]:
        """Name the nodes that run and are not stopped in their tracks."""
        return [name for name in self.running() if not self.watched[name].is_paused]

    def target(self, name: str) -> Target | None:
        """Say where a running node listens."""
        return Home(self.net.home(name)).target if self.watched[name].is_running else None

    def launch(self, name: str) -> None:
        each = self.watched[name]
        if each.is_running:
            return
        each.node.launch()
        each.launched_s, each.is_starting, each.up_at_s = time.monotonic(), True, None

    def kill(self, name: str, down_s: float | None) -> None:
        """SIGKILL; start again after ``down_s``, or hold it down."""
        each = self.watched[name]
        each.is_held = down_s is None
        if each.is_running:
            each.node.kill()
            self.kills[name] += 1
            each.is_paused = each.is_starting = False
            each.up_at_s = None if down_s is None else time.monotonic() + down_s

    def release(self, name: str) -> None:
        """Start a node that was held down."""
        self.watched[name].is_held = False
        self.launch(name)

    def pause(self, name: str) -> None:
        self._signal(name, signal.SIGSTOP)

    def resume(self, name: str) -> None:
        self._signal(name, signal.SIGCONT)

    def _signal(self, name: str, number: signal.Signals) -> None:
        each = self.watched[name]
        if each.node.process is not None and each.node.process.poll() is None:
            each.node.process.send_signal(number)
            each.is_paused = number is signal.SIGSTOP

    def tick(self) -> None:
        """Start what is due, and note what ended by itself."""
        now_s = time.monotonic()
        for name, each in self.watched.items():
            process = each.node.process
            if process is not None and (code := process.poll()) is not None:
                each.node.process = None
                each.is_paused = each.is_starting = False
                self.own_ends.append(OwnEnd(name, code, each.faulty))
                each.up_at_s = now_s + RESTART_PAUSE_S
            if each.is_starting and each.is_running and each.node.is_ready():
                each.is_starting = False
                each.restart_s.append(now_s - each.launched_s)
            if not each.is_held and each.up_at_s is not None and each.up_at_s <= now_s:
                self.launch(name)

    def start_all(self) -> None:
        """Let every node run, on its own program, with nothing held back."""
        for name, each in self.watched.items():
            each.is_held = False
            if each.is_paused:
                self.resume(name)
            self.launch(name)

    def memory_mib(self) -> int:
        """Give the own memory, without mapped files, of the node that has most."""
        found = [0]
        for name in self.running():
            try:
                told = Path(f"/proc/{self.watched[name].pid}/status").read_text(encoding="ascii")
            except OSError:  # it has just ended
                continue
            found += [int(kib) // 1024 for kib in re.findall(r"RssAnon:\s+(\d+) kB", told)]
        return max(found)

    def status(self, name: str, timeout_s: float = STATUS_S) -> ChainStatus | None:
        """Ask a node where it stands; None when it does not answer."""
        target = self.target(name)
        if target is None or self.watched[name].is_paused:
            return None
        try:
            with open_client(target, timeout_s) as client:
                return client.call(CHAIN_STATUS, NoParams())
        except LedgerdError:
            return None

    def primary(self) -> str | None:
        """Name the node that most others follow."""
        told = [self.status(name, 0.5) for name in self.answering()]
        named = Counter(status.primary for status in told if status is not None)
        return self.net.node_of(named.most_common(1)[0][0]) if named else None


def unexpected(ends: list[OwnEnd]) -> list[str]:
    """Say which ends nothing that was done to a node explains."""
    found = []
    for end in ends:
        if not end.faulty:
            found.append(f"{end.name} ended by itself with {end.code}: nothing was wrong with it")
        elif end.code not in _expected(end.faulty):
            found.append(f"{end.name} ended with {end.code} under {end.faulty}: no clean stop")
    return found


def _expected(faulty: str) -> set[int]:
    return EXPECTED_CODES.union(*(EXPECTED_OF.get(what, set()) for what in faulty.split(", ")))
