"""A member equivocates over real sockets; an honest one hands out proofs that convict it anywhere.

The files are checked by a process of its own, in an empty folder, with the genesis file alone.
"""

import shutil
import sys
from pathlib import Path

import pytest

from ledgerd.cli.homes import Home
from ledgerd.config import HomePaths
from tests.processes.bill_load import BillLoad
from tests.processes.local_net import LocalNet, until

pytestmark = pytest.mark.processes
LIAR = "medicare"  # primary of the first view
LIES = (
    "proposal equivocating", "prepare conflicting", "commit conflicting", "checkpoint conflicting",
)  # fmt: skip
KINDS = {"prepare", "commit", "checkpoint"}
KIND_COUNT_MIN = 2  # which of them come first is up to the moods of the liar


def kinds_at(net: LocalNet, name: str) -> set[str]:
    listed = net.ctl("evidence", "list", "--limit", "1000", home=name).json["evidence"]
    assert {entry["institution"] for entry in listed} <= {Home(net.home(LIAR)).institution}
    return {entry["kind"] for entry in listed}


def test_an_equivocating_member_is_convicted_by_files_that_anybody_checks(
    net: LocalNet, tmp_path: Path
) -> None:
    """Checklist 1."""
    lying = (sys.executable, "-m", "tests.processes.dishonest_node", "--seed", "3")
    net.nodes[LIAR].command = (*lying, "--only", *LIES)
    net.start()
    honest = tuple(name for name in net.nodes if name != LIAR)
    load = BillLoad(net, honest).prepare()
    load.begin()
    try:
        until(lambda: len(kinds_at(net, "hospital")) >= KIND_COUNT_MIN, "evidence of two kinds")
    finally:
        load.end()
    net.nodes[LIAR].kill()

    found = kinds_at(net, "hospital")
    assert found <= KINDS
    status = net.ctl("status", home="hospital").json
    assert status["evidence_against"] == [Home(net.home(LIAR)).institution]
    assert status["evidence_count"] >= len(found)
    files = exported(net, tmp_path)
    assert {file.stem for file in files} == found
    for file in files:
        assert verified(net, file, tmp_path) == Home(net.home(LIAR)).institution
    spoil(files[0])
    assert net.ctl_process("verify", "evidence", str(files[0]), *genesis(tmp_path)).code == 8

    net.nodes["hospital"].kill()
    shutil.rmtree(HomePaths(net.home("hospital")).chain)
    net.nodes["hospital"].start()
    assert kinds_at(net, "hospital") >= found


def exported(net: LocalNet, folder: Path) -> list[Path]:
    """Export one proof of each kind, and put the genesis file beside them."""
    (folder / "away").mkdir()
    shutil.copy(HomePaths(net.home("finance")).genesis, folder / "away" / "genesis.json")
    listed = net.ctl("evidence", "list", "--limit", "1000", home="hospital").json["evidence"]
    chosen = {entry["kind"]: entry["evidence"] for entry in listed}
    files = []
    for kind, name in sorted(chosen.items()):
        file = folder / "away" / f"{kind}.evidence"
        made = net.ctl("evidence", "export", name, "--out", str(file), home="hospital").json
        assert made["kind"] == net.ctl("evidence", "show", name, home="hospital").json["kind"]
        files.append(file)
    return files


def genesis(folder: Path) -> tuple[str, str]:
    return ("--genesis", str(folder / "away" / "genesis.json"))


def verified(net: LocalNet, file: Path, folder: Path) -> str:
    """Check a file as somebody does who has nothing but it and the genesis file."""
    found = net.ctl_process("verify", "evidence", str(file), *genesis(folder)).json
    assert found["signed_twice"] == file.stem
    assert len(set(found["digests"])) == 2
    return str(found["institution"])


def spoil(file: Path) -> None:
    data = bytearray(file.read_bytes())
    data[-1] ^= 1
    file.write_bytes(data)
