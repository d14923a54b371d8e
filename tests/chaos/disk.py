"""Disks that fail on command: each node's data folder behind the preloaded library.

Rules: the library is compiled once a network; where there is no compiler nodes run on the real disk
and these faults are not made. A fault begins while the node works and ends with it as it was left.
"""

from pathlib import Path

from ledgerd.config import HomePaths
from tests.chaos.faults import Ending, Field
from tests.processes.faulty_disk import FaultyDisk, Rule, build_shim, missing_compiler
from tests.processes.local_net import NodeProcess

SLOW_MS = 400
# What people call it, and the operations with their faults.
KINDS: dict[str, tuple[tuple[str, str], ...]] = {
    "disk full": (("write", "ENOSPC"),),
    "disk read-only": (("write", "EROFS"), ("change", "EROFS")),
    "writes fail": (("write", "EIO"),),
    "reads fail": (("read", "EIO"),),
    "syncs fail": (("sync", "EIO"),),
    "syncs slow": (("sync", f"slow:{SLOW_MS}"),),
    "files do not open": (("open", "EMFILE"),),
}


def disk_of(node: NodeProcess) -> FaultyDisk:
    return FaultyDisk(node.home.with_name(f"{node.name}.disk"))


def put_behind(nodes: list[NodeProcess], folder: Path) -> None:
    """Let the next starts of these nodes use disks that can fail."""
    if missing_compiler():
        return
    library = build_shim(folder)
    for node in nodes:
        disk_of(node).attach(node, library)


def rules_of(kind: str, node: NodeProcess) -> tuple[Rule, ...]:
    """Give the rules for everything below a node's data folder."""
    pattern = f"{HomePaths(node.home).chain.parent}/*"
    return tuple(Rule(operation, fault, pattern) for operation, fault in KINDS[kind])


def faulty_disk(field: Field, victim: str) -> Ending | None:
    """Let a disk fail while its node works."""
    node = field.nodes[victim].node
    if "LD_PRELOAD" not in node.environment:
        return None
    kind = field.dealt("disk", KINDS)
    field.faults[kind] += 1
    field.nodes[victim].blame(kind)
    disk = disk_of(node)
    disk.spoil(*rules_of(kind, node))

    def end() -> None:
        field.faults["single calls to disks failed"] += len(disk.injected)
        disk.heal()

    return end
