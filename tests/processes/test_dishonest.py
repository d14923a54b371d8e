"""One of four is dishonest over real sockets; the other three stay equal and go on issuing bills.

The length of the lying is ``DISHONEST_S`` (22 s; 120 for the long one), its seed
``DISHONEST_SEED``, the liar ``DISHONEST_NODE``. While it goes on, one honest node after the other
is killed and restarted, most of them with their chain lost, so that catching up is used and lied
to. At the end no honest node may hold more memory than is promised.
"""

import os
import re
import shutil
import sys
import threading
from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from ledgerd.cli.homes import Home
from ledgerd.config import HomePaths
from ledgerd.errors import LedgerdError
from ledgerd.rpc.catalogue import CHAIN_BLOCK, CHAIN_STATUS, TX_GET
from ledgerd.rpc.client import open_client
from ledgerd.rpc.fields import NoParams
from ledgerd.rpc.queries import BlockAt, TxRef
from tests.processes.bill_load import BillLoad
from tests.processes.dishonest_node import read_counts
from tests.processes.local_net import LocalNet

pytestmark = pytest.mark.processes
LYING_S = float(os.environ.get("DISHONEST_S", "22"))
SEED = int(os.environ.get("DISHONEST_SEED", "1"))
LIAR = os.environ.get("DISHONEST_NODE", "medicare")  # primary of the first view
PAUSE_S = 4.0  # between a node that is level again and the next kill
LEVEL_S = 30.0  # for a restarted node to be where the others were, under lies
TICK_S = 0.1
MEMORY_MIB_MAX = 512  # of one node, own memory without mapped files
QUIET_TICKS = 30  # offices go on for a while: what they owe for a bill is at most a second apart


@dataclass
class Trial:
    """A network with one liar, and what happened in it."""

    net: LocalNet
    honest: tuple[str, ...]
    load: BillLoad
    tick: threading.Event = field(default_factory=threading.Event)
    level_s: list[float] = field(default_factory=list)
    lost_chains: int = 0

    def height(self, name: str) -> int:
        with open_client(Home(self.net.home(name)).target) as client:
            return client.call(CHAIN_STATUS, NoParams()).height

    def lie_for(self, seconds: float) -> None:
        """Let the load go on and kill one honest node after the other."""
        turn = 0
        while (left := seconds - self.load.elapsed_s()) > 0:
            self.load.wait(min(left, PAUSE_S))
            if seconds - self.load.elapsed_s() > 3:
                self.kill_and_restart(self.honest[turn % 3], with_chain=turn % 3 == 0)
            turn += 1

    def kill_and_restart(self, name: str, *, with_chain: bool) -> None:
        node = self.net.nodes[name]
        others = [other for other in self.honest if other != name]
        node.kill()
        if not with_chain:
            shutil.rmtree(HomePaths(node.home).chain)
            self.lost_chains += 1
        goal = max(self.height(other) for other in others)
        node.start()
        began = self.load.elapsed_s()
        while self.height(name) < goal:
            waited = self.load.elapsed_s() - began
            assert waited < LEVEL_S, f"{name} is at {self.height(name)} of {goal}"
            self.tick.wait(TICK_S)
        self.level_s.append(self.load.elapsed_s() - began)

    def all_issue_again(self) -> None:
        """Wait until each honest node has acknowledged one more bill, while the lies go on."""
        since_s = self.load.elapsed_s()
        while len(self.load.by_node(since_s)) < len(self.honest):
            waited = self.load.elapsed_s() - since_s
            assert waited < LEVEL_S, f"only {dict(self.load.by_node(since_s))} in {waited:.0f} s"
            self.tick.wait(TICK_S)

    def wait_equal(self) -> int:
        """Wait until the honest nodes are at one height, and quiet there; return it."""
        quiet: list[list[int]] = []
        for _ in range(600):
            heights = [self.height(name) for name in self.honest]
            quiet = [*quiet, heights] if len(set(heights)) == 1 and heights in quiet else [heights]
            if len(quiet) == QUIET_TICKS:
                return heights[0]
            self.tick.wait(TICK_S)
        raise AssertionError(f"the honest nodes did not come to rest at one height: {quiet}")

    def memory_mib(self, name: str) -> int:
        process = self.net.nodes[name].process
        assert process is not None
        status = Path(f"/proc/{process.pid}/status").read_text(encoding="ascii")
        found = re.search(r"RssAnon:\s+(\d+) kB", status)
        assert found is not None
        return int(found[1]) // 1024

    def headers(self, name: str, up_to: int) -> list[str]:
        with open_client(Home(self.net.home(name)).target) as client:
            return [
                client.call(CHAIN_BLOCK, BlockAt(height=height)).header_hash
                for height in range(1, up_to + 1)
            ]

    def missing(self, name: str) -> list[str]:
        """List the acknowledged bills that a node does not hold where it was said."""
        found = []
        with open_client(Home(self.net.home(name)).target) as client:
            for said in self.load.acknowledged:
                try:
                    known = client.call(TX_GET, TxRef(tx_id=said.tx_id))
                except LedgerdError:
                    found.append(said.bill)
                    continue
                reasons = [receipt.reason for receipt in known.receipts]
                if (known.height, reasons) != (said.height, ["OK"]):
                    found.append(said.bill)
        return found


def begin(net: LocalNet) -> Trial:
    net.nodes[LIAR].command = (
        sys.executable, "-m", "tests.processes.dishonest_node", "--seed", str(SEED),
    )  # fmt: skip
    net.start()
    honest = tuple(name for name in net.nodes if name != LIAR)
    return Trial(net, honest, BillLoad(net, honest).prepare())


def test_three_honest_nodes_stay_equal_and_issue_bills_while_the_fourth_lies(
    net: LocalNet, capsys: pytest.CaptureFixture[str]
) -> None:
    trial = begin(net)
    load = trial.load
    load.begin()
    try:
        trial.lie_for(LYING_S)
        trial.all_issue_again()
    finally:
        lying_s = load.elapsed_s()
        load.end()

    height = trial.wait_equal()
    lies = read_counts(net.home(LIAR))
    memory = {name: trial.memory_mib(name) for name in trial.honest}
    headers = {name: trial.headers(name, height) for name in trial.honest}
    missing = {name: trial.missing(name) for name in trial.honest}
    with capsys.disabled():
        print(report(trial, lies, height, lying_s))
        print(f"own memory in MiB at the end: {memory}")
    assert headers[trial.honest[0]] == headers[trial.honest[1]] == headers[trial.honest[2]]
    assert missing == {name: [] for name in trial.honest}
    assert all(load.by_node()[name] > 0 for name in trial.honest)
    assert all(load.by_node(s, s + lying_s / 4) for s in (0.0, lying_s / 4, lying_s / 2))
    assert max(memory.values()) < MEMORY_MIB_MAX
    assert len(lies) >= 15
    assert sum(lies.values()) >= 20 * lying_s
    net.nodes[LIAR].kill()
    for name in trial.honest:
        assert net.nodes[name].stop() == 0
    verified = [net.ctl("verify", "chain", home=name).json for name in trial.honest]
    assert len({(v["height"], v["state_root"]) for v in verified}) == 1
    assert verified[0]["height"] >= height


def report(trial: Trial, lies: Counter[str], height: int, lying_s: float) -> str:
    load = trial.load
    told = ", ".join(f"{name} {count}" for name, count in sorted(lies.items()))
    restarts = sum(trial.net.nodes[name].starts - 1 for name in trial.honest)
    rate = len(load.acknowledged) / lying_s
    level = ", ".join(f"{seconds:.1f}" for seconds in trial.level_s)
    return (
        f"\n{LIAR} lied for {lying_s:.0f} s, seed {SEED}: {sum(lies.values())} lies of "
        f"{len(lies)} kinds ({told})\n"
        f"bills acknowledged {len(load.acknowledged)} ({rate:.1f}/s), by node "
        f"{dict(load.by_node())}, longest gap {load.longest_gap_s():.1f} s, refused "
        f"{dict(load.refused)}\n"
        f"honest nodes killed and restarted {restarts}, chains lost {trial.lost_chains}, "
        f"seconds to catch up {level}; height {height} on all three, headers equal"
    )
