"""One of four nodes on a small file system that is really full: it ends, and loses nothing."""

import os
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from ledgerd.cli.homes import Home
from ledgerd.rpc.catalogue import TX_GET
from ledgerd.rpc.client import open_client
from ledgerd.rpc.queries import TxRef
from tests.processes.bill_load import BillLoad
from tests.processes.local_net import LocalNet, until

pytestmark = pytest.mark.processes
VICTIM = "insurer"
DISK_BYTES = 16 << 20
LEFT_BYTES = 96 << 10  # some blocks fit in


def why_not_mountable(folder: Path) -> str:
    """Say why no file system can be mounted here; empty when it can."""
    if os.geteuid() != 0 or shutil.which("mount") is None:
        return "mounting needs root and mount(8)"
    probe = folder / "probe"
    probe.mkdir()
    if subprocess.run(mount_command(probe), capture_output=True, check=False).returncode:
        return "no file system may be mounted here"
    subprocess.run(["umount", str(probe)], check=True)
    return ""


def mount_command(place: Path) -> list[str]:
    return ["mount", "-t", "tmpfs", "-o", f"size={DISK_BYTES}", "none", str(place)]


@pytest.fixture
def small_disk(net: LocalNet, tmp_path: Path) -> Iterator[Path]:
    """Put the data of the victim, which is not running, on a small file system."""
    reason = why_not_mountable(tmp_path)
    if reason:
        pytest.skip(reason)
    data = net.home(VICTIM) / "data"
    kept = data.with_name("data.kept")
    data.rename(kept)
    data.mkdir(mode=0o700)
    subprocess.run(mount_command(data), check=True)
    shutil.copytree(kept, data, dirs_exist_ok=True)
    yield data
    for node in net.running():
        node.kill()
    subprocess.run(["umount", "--lazy", str(data)], check=True)


def fill(data: Path) -> Path:
    """Leave hardly any room."""
    found = os.statvfs(data)
    filler = data / "filler"
    filler.write_bytes(bytes(found.f_bavail * found.f_frsize - LEFT_BYTES))
    return filler


def test_a_full_disk_ends_its_node_which_comes_back_when_there_is_room(
    net: LocalNet, small_disk: Path
) -> None:
    victim = net.nodes[VICTIM]
    victim.environment |= {
        "LEDGERD_STORAGE_FREE_BYTES_MIN": "1",
        "LEDGERD_STORAGE_FREE_BYTES_STOP": "1",
    }
    net.start()
    load = BillLoad(net, ("hospital", VICTIM)).prepare()
    load.begin()
    try:
        until(lambda: len(load.acknowledged) > 5, "some bills")
        filler = fill(small_disk)
        assert victim.wait() == 70
        victim.process = None
        assert b"make room" in victim.log.read_bytes()
        before = load.by_node()["hospital"]
        until(lambda: load.by_node()["hospital"] >= before + 5, "the others to go on")
        filler.unlink()
        net.start(VICTIM)
    finally:
        load.end()

    told = load.acknowledged
    net.wait_height(max(a.height for a in told))
    with open_client(Home(victim.home).target) as client:
        found = {a.tx_id: client.call(TX_GET, TxRef(tx_id=a.tx_id)).height for a in told}
    assert [a.bill for a in told if found[a.tx_id] != a.height] == []
    assert not (small_disk / "votes" / "RETIRED").exists()
