"""Nothing acknowledged is lost while each node in turn is killed in the middle of an import."""

import itertools
import os
import subprocess
import sys
import threading
from pathlib import Path

import pytest

from ledgerd.cli.homes import Home
from ledgerd.cli.synthea.journal import Acknowledgement, read_journal
from ledgerd.rpc.catalogue import TX_GET
from ledgerd.rpc.client import open_client
from ledgerd.rpc.queries import TxRef
from tests.processes.local_net import LocalNet
from tests.tidy.source import ROOT

pytestmark = pytest.mark.processes
REAL = Path(os.environ.get("SYNTHEA_DIR", ROOT.parent / "shared" / "data" / "synthea"))
BETWEEN_KILLS = 120  # acknowledgements: every node is killed several times during the data set
IMPORT_S_MAX = 420


class Killer:
    """Kills and restarts the nodes in turn, each time after so many acknowledgements."""

    def __init__(self, net: LocalNet, journal: Path) -> None:
        self.kills = 0
        self._net = net
        self._journal = journal
        self._victims = itertools.cycle(net.nodes.values())
        self._tick = threading.Event()

    def run_beside(self, importer: "subprocess.Popen[str]") -> None:
        seen = 0
        while importer.poll() is None:
            self._tick.wait(0.05)
            count = self._journal.read_bytes().count(b"\n") if self._journal.exists() else 0
            if count >= seen + BETWEEN_KILLS:
                seen = count
                victim = next(self._victims)
                victim.kill()
                victim.start()
                self.kills += 1


def lost_on(home: Path, entries: tuple[Acknowledgement, ...]) -> list[str]:
    """Name the acknowledged acts that a node does not hold at the height that was said."""
    with open_client(Home(home).target) as client:
        heights = {e.tx_id: client.call(TX_GET, TxRef(tx_id=e.tx_id)).height for e in entries}
    return [e.client_ref for e in entries if heights[e.tx_id] != e.height]


@pytest.mark.skipif(not REAL.is_dir(), reason="the Synthea sample is not beside this repository")
def test_nothing_acknowledged_is_lost_when_nodes_are_killed_during_an_import(
    net: LocalNet, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    net.start()
    journal = tmp_path / "journal"
    command = (
        sys.executable, "-m", "ledgerd.cli.main", "--home", str(net.home("insurer")), "-o", "json",
        "import", "synthea", str(REAL), "--journal", str(journal),
    )  # fmt: skip
    importer = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
    killer = Killer(net, journal)

    killer.run_beside(importer)

    out, err = importer.communicate(timeout=IMPORT_S_MAX)
    assert importer.returncode == 0, err[-2_000:]
    net.wait_height(max(net.heights().values()))
    entries = read_journal(journal)
    lost = [ref for node in net.nodes.values() for ref in lost_on(node.home, entries)]
    with capsys.disabled():
        restarts = sum(node.starts - 1 for node in net.nodes.values())
        print(
            f"\nkills {killer.kills}, restarts {restarts}, acknowledged {len(entries)}, "
            f"lost {len(lost)}\n{err.strip().splitlines()[-1]}\n{out}"
        )
    assert lost == []
    assert killer.kills >= len(net.nodes)
    verified = [net.ctl("verify", "chain", home=name).json["height"] for name in net.nodes]
    assert len(roots_at(min(verified), net)) == 1


def roots_at(height: int, net: LocalNet) -> set[str]:
    """Give the state roots at a height: offices go on writing while the homes are verified."""
    shown = [net.ctl("block", "show", str(height), home=name).json for name in net.nodes]
    return {block["state_root"] for block in shown}
