"""Disks that fail on command: each node's data folder behind a preloaded library.

Rules: the library is compiled once a run from ``tests/shims/faulty_disk.c``; where there is no
compiler nodes run on the real disk and these faults are not made. A node's disk is switched by
writing words into a file that the library reads at every call.
"""

import shutil
import subprocess
from pathlib import Path

from ledgerd.config import HomePaths
from tests.chaos.faults import Ending, Field
from tests.processes.local_net import NodeProcess
from tests.tidy.source import ROOT

SOURCE = ROOT / "tests" / "shims" / "faulty_disk.c"
SLOW_MS = 400
WORDS = {
    "full": "disk full",
    "read-only": "disk read-only",
    "bad-write": "writes fail",
    "bad-sync": "syncs fail",
    "slow-sync": "syncs slow",
}


def build(folder: Path) -> Path | None:
    """Compile the library into a folder; None where there is no compiler."""
    compiler = shutil.which("cc") or shutil.which("gcc")
    if compiler is None:
        return None
    library = folder / "faulty_disk.so"
    command = [compiler, "-shared", "-fPIC", "-O1", "-o", str(library), str(SOURCE), "-ldl"]
    subprocess.run(command, check=True, capture_output=True)
    return library


def put_behind(node: NodeProcess, library: Path) -> None:
    """Let the next start of a node use a disk that can fail."""
    node.environment |= {
        "LD_PRELOAD": str(library),
        "FAULTY_DISK_UNDER": str(HomePaths(node.home).chain.parent),
        "FAULTY_DISK_CONTROL": str(control_of(node)),
        "FAULTY_DISK_SLOW_MS": str(SLOW_MS),
    }


def control_of(node: NodeProcess) -> Path:
    return node.home.with_name(f"{node.name}.disk")


def faulty_disk(field: Field, victim: str) -> Ending | None:
    """Let a disk fail while its node works; it comes back as it was left."""
    node = field.nodes[victim].node
    if "LD_PRELOAD" not in node.environment:
        return None
    word = field.rng.choice(list(WORDS))
    field.faults[WORDS[word]] += 1
    field.nodes[victim].blame(WORDS[word])
    control_of(node).write_text(word, encoding="ascii")
    return lambda: control_of(node).unlink(missing_ok=True)
