"""One of four nodes under load on a disk that fails: it ends with 70, and nobody notices.

Each kind of fault during each kind of write: the node ends at once and says what to do; the other
three go on; healed and started again it catches up and votes. At the end everything acknowledged
stands where it was said to stand, on every node, once. DISK_FAULTS=all is the long dose.
"""

import itertools
import json
import os
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import pytest

from ledgerd.cli.homes import Home
from ledgerd.rpc.catalogue import TX_GET
from ledgerd.rpc.client import open_client
from ledgerd.rpc.queries import TxRef
from tests.processes.bill_load import Acknowledged, BillLoad
from tests.processes.faulty_disk import FaultyDisk, Rule, build_shim, missing_compiler
from tests.processes.local_net import LocalNet, NodeProcess, until

pytestmark = [
    pytest.mark.processes,
    pytest.mark.skipif(bool(missing_compiler()), reason=missing_compiler() or "-"),
]
VICTIM = "insurer"
IS_LONG = os.environ.get("DISK_FAULTS") == "all"
WRITTEN = {
    "vote log": "*/votes/*.seg",
    "vote log sentinel": "*/votes/TAIL",
    "bundle log": "*/bundles/*.seg",
    "bundle log sentinel": "*/bundles/TAIL",
    "chain log": "*/chain/*.log",
    "chain sentinel": "*/chain/TAIL",
    "sidecar log": "*/sidecars/*.log",
}
FAULTS = (
    ("write", "ENOSPC"), ("write", "EIO"), ("write", "EROFS"), ("sync", "EIO"), ("sync", "ENOSPC"),
)  # fmt: skip
DEADLY = [
    Rule(operation, fault, pattern, skip=skip)
    for (pattern, (operation, fault)), skip in zip(
        itertools.product(WRITTEN.values(), FAULTS), itertools.cycle((0, 7, 2)), strict=False
    )
]
SHORT = [
    Rule("sync", "EIO", WRITTEN["vote log"], skip=7),
    Rule("write", "ENOSPC", WRITTEN["chain log"], skip=3),
    Rule("write", "EROFS", WRITTEN["bundle log"]),
]
HARMLESS = [Rule("write", "short", "*/data/*"), Rule("sync", "slow:150", "*/data/*")]
AT_START = [
    Rule("write", "ENOSPC", "*/chain/*"),
    Rule("write", "EROFS", "*/data/*"),
    Rule("open", "EMFILE", "*/data/*"),
    Rule("read", "EIO", "*/votes/*"),
    Rule("read", "EIO", "*/chain/*"),
    Rule("open", "EROFS", "*/.cookie.new"),
]


class Trouble:
    """A network under load, one node of which is on a faulty disk."""

    def __init__(self, net: LocalNet, disk: FaultyDisk) -> None:
        self.net = net
        self.disk = disk
        self.victim = net.nodes[VICTIM]
        self.load = BillLoad(net, ("hospital", VICTIM)).prepare()
        self.ends: Counter[str] = Counter()

    def end_by(self, rule: Rule) -> None:
        """Spoil the disk until the node ends; then heal it and wait until the node is back."""
        log_bytes = self.victim.log.stat().st_size
        self.disk.spoil(rule)
        assert self.victim.wait() == 70, rule
        self.victim.process = None
        assert self.disk.injected, rule
        assert self.advice_since(log_bytes), rule
        self.others_go_on()
        self.disk.heal()
        self.net.start(VICTIM)
        self.ends[f"{rule.operation} {rule.fault}"] += 1

    def fail_to_start_by(self, rule: Rule) -> None:
        self.victim.kill()
        log_bytes = self.victim.log.stat().st_size
        self.disk.spoil(rule)
        self.victim.launch()
        assert self.victim.wait() in (70, 78), rule
        self.victim.process = None
        assert self.disk.injected, rule
        assert self.advice_since(log_bytes), rule
        self.disk.heal()
        self.net.start(VICTIM)
        self.ends[f"at start: {rule.operation} {rule.fault}"] += 1

    def go_on_with(self, rule: Rule) -> None:
        """Spoil the disk and see the node apply blocks; a slow one may fall behind the others.

        It says that it is behind, then, and takes nothing in. On a sound disk it comes back.
        """
        self.disk.spoil(rule)
        height = self.net.heights()[VICTIM]
        until(lambda: self.net.heights()[VICTIM] >= height + 5, f"blocks in spite of {rule}")
        assert self.disk.injected, rule
        self.disk.heal()
        before = self.load.by_node()[VICTIM]
        until(lambda: self.load.by_node()[VICTIM] >= before + 5, f"commits after {rule}")

    def others_go_on(self) -> None:
        before = self.load.by_node()["hospital"]
        until(lambda: self.load.by_node()["hospital"] >= before + 5, "the others to go on")

    def advice_since(self, offset: int) -> list[str]:
        """List what the node told its operator to do; a traceback alone is no advice."""
        with self.victim.log.open("rb") as log:
            log.seek(offset)
            lines = [json.loads(line) for line in log if line.startswith(b"{")]
        ends = [line for line in lines if line["event"] in {"stopped", "wrong configuration"}]
        return [line["reason"] + line.get("advice", "") for line in ends if line.get("reason")]


@pytest.fixture
def trouble(tmp_path: Path) -> Iterator[Trouble]:
    shim = build_shim(tmp_path)
    with LocalNet(tmp_path) as net:
        disk = FaultyDisk(tmp_path / "faults")
        disk.attach(net.nodes[VICTIM], shim)
        net.start()
        made = Trouble(net, disk)
        made.load.begin()
        try:
            yield made
        finally:
            made.load.end()


def misplaced_on(node: NodeProcess, told: list[Acknowledged]) -> list[str]:
    """Name the bills that do not stand where a client was told."""
    with open_client(Home(node.home).target) as client:
        found = {a.tx_id: client.call(TX_GET, TxRef(tx_id=a.tx_id)).height for a in told}
    return [a.bill for a in told if found[a.tx_id] != a.height]


def test_a_failing_disk_ends_its_node_and_costs_nobody_anything(
    trouble: Trouble, capsys: pytest.CaptureFixture[str]
) -> None:
    """Checklist 30."""
    for rule in DEADLY if IS_LONG else SHORT:
        trouble.end_by(rule)
    for rule in HARMLESS:
        trouble.go_on_with(rule)
    for rule in AT_START if IS_LONG else AT_START[::2][:2]:
        trouble.fail_to_start_by(rule)
    trouble.load.end()

    net, told = trouble.net, trouble.load.acknowledged
    net.wait_height(max(a.height for a in told))
    assert [misplaced_on(node, told) for node in net.running()] == [[]] * 4
    assert len({a.bill for a in told}) == len(told)
    data = trouble.victim.home / "data"
    assert [path.name for path in data.iterdir() if "-" in path.name] == []  # nothing moved aside
    assert not (data / "votes" / "RETIRED").exists()
    net.nodes["medicare"].kill()  # from here on nothing commits without the vote of the victim
    again = ("bill", "issue", "--name", "Sample Person", "--total-fen", "700")
    assert net.ctl("--timeout", "60", *again, home="hospital").code == 0
    with capsys.disabled():
        print(f"\nacknowledged {len(told)}, ends {dict(trouble.ends)}, lost 0")
