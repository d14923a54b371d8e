"""The network under measurement: four (or more) real processes, and what they cost.

Rules: one hospital's node takes the load; the others only decide, store and serve. The offices do
nothing by themselves unless a scenario is about them: an automatic countersignature for each bill
would be a second operation that the figure does not name.
"""

import json
import os
import signal
import sys
import time
from dataclasses import dataclass, field
from pathlib import Path

from ledgerd.cli.homes import Home
from ledgerd.rpc.catalogue import TX_SUBMIT
from ledgerd.rpc.client import open_client
from ledgerd.rpc.requests import TxSubmit
from tests.bench.alone import leave_alone
from tests.bench.bills import HOUR_MS, BillMaker, allotment
from tests.bench.watched_node import FILE_VARIABLE
from tests.bench.wire import Wire
from tests.processes.local_net import LocalNet, NodeProcess, until

CODE = "99060126"
WATCHED = (sys.executable, "-m", "tests.bench.watched_node")
SMALLEST = 4  # nodes of a testnet
TICKS_PER_S = os.sysconf("SC_CLK_TCK")


@dataclass(frozen=True)
class Cost:
    """What all nodes together have used so far.

    Attributes:
        cpu_s: of user and system time.
        written_bytes: handed to the disk.
        anon_bytes_max: own memory (RssAnon) of the largest node.
        blocks: committed by the node that is furthest.
        counts: what the nodes count themselves (metrics that end in ``_total``), all together.
        maxima: milliseconds of the longest pauses of any node since they were asked last.
    """

    cpu_s: float
    written_bytes: int
    anon_bytes_max: int
    blocks: int = 0
    counts: dict[str, float] = field(default_factory=dict)
    maxima: dict[str, float] = field(default_factory=dict)

    def since(self, earlier: "Cost") -> "Cost":
        """Give what was used between two looks; a maximum is that of the later one."""
        return Cost(
            self.cpu_s - earlier.cpu_s,
            self.written_bytes - earlier.written_bytes,
            self.anon_bytes_max,
            self.blocks - earlier.blocks,
            {name: count - earlier.counts.get(name, 0) for name, count in self.counts.items()},
            self.maxima,
        )


class BenchNet(LocalNet):
    """A testnet whose hospital holds numbers enough, and a maker of its bills.

    With a node count of 1 the hospital's node is the only validator, and the only one that runs.
    """

    def __init__(self, folder: Path, node_count: int, *, has_offices: bool = False) -> None:
        super().__init__(folder, max(node_count, SMALLEST))
        if node_count == 1:
            leave_alone([node.home for node in self.nodes.values()], "hospital")
            self.nodes = {"hospital": self.nodes["hospital"]}
        for node in self.nodes.values():
            node.environment["LEDGERD_OFFICES_ENABLED"] = str(has_offices).lower()
            node.command = WATCHED
            node.environment[FILE_VARIABLE] = str(_pauses_of(node))

    def begin(self) -> BillMaker:
        """Start all nodes and allot the numbers."""
        self.start()
        finance, hospital = Home(self.folder / "finance"), self.hospital
        now_ms = time.time_ns() // 1_000_000
        transaction, range_id = allotment(finance, hospital, CODE, now_ms + HOUR_MS)
        host = finance if "finance" in self.nodes else hospital
        with open_client(host.target) as client:
            outcome = client.call(TX_SUBMIT, TxSubmit(transaction=transaction))
        self.wait_height(outcome.height)
        return BillMaker(hospital, range_id, CODE, now_ms)

    @property
    def hospital(self) -> Home:
        return Home(self.home("hospital"))

    def cost(self) -> Cost:
        """Ask the system what the running nodes have used."""
        folders = [Path("/proc", str(node.process.pid)) for node in self.running() if node.process]
        shown = [metrics_of(Home(node.home)) for node in self.running()]
        return Cost(
            cpu_s=sum(map(cpu_s_of, folders)),
            written_bytes=sum(_field(f / "io", "write_bytes") for f in folders),
            anon_bytes_max=max(_field(f / "status", "RssAnon") * 1_024 for f in folders),
            blocks=int(max(each["ledgerd_height_blocks"] for each in shown)),
            counts=_added(shown),
            maxima=self._longest_pauses(),
        )

    def _longest_pauses(self) -> dict[str, float]:
        """Ask the nodes for their longest pauses since the last time; none of other builds."""
        nodes = [node for node in self.running() if FILE_VARIABLE in node.environment]
        for node in nodes:
            _pauses_of(node).unlink(missing_ok=True)
            assert node.process is not None
            node.process.send_signal(signal.SIGUSR1)
        until(lambda: all(_pauses_of(node).exists() for node in nodes), "pauses of all nodes")
        told = [json.loads(_pauses_of(node).read_text()) for node in nodes]
        return {name: max(each[name] for each in told) for name in told[0]}


def metrics_of(home: Home) -> dict[str, float]:
    """Ask a node for its metrics; those with labels are left out."""
    with Wire(home.target) as wire:
        return parse_metrics(wire.get("/metrics").decode())


def parse_metrics(text: str) -> dict[str, float]:
    """Read the text form of metrics."""
    lines = (line.split(" ") for line in text.splitlines() if not line.startswith("#"))
    return {words[0]: float(words[1]) for words in lines if "{" not in words[0]}


def _added(shown: list[dict[str, float]]) -> dict[str, float]:
    """Add up what is counted, node by node."""
    names = [name for name in shown[0] if name.endswith("_total")]
    return {name: sum(each[name] for each in shown) for name in names}


def _pauses_of(node: NodeProcess) -> Path:
    return node.home.parent / f"{node.name}.pauses.json"


def cpu_s_of(folder: Path) -> float:
    """Give the user and system time of a process by its folder in /proc."""
    fields = (folder / "stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / TICKS_PER_S


def _field(path: Path, name: str) -> int:
    for line in path.read_text().splitlines():
        if line.startswith(f"{name}:"):
            return int(line.split()[1])
    raise AssertionError(f"{path} has no {name}")
