"""A disk with faults for one real node: the shim built, preloaded, and told what to spoil when.

Rules: the shim is compiled at test time; where that is not possible ``build_shim`` says why not.
"""

import os
import shutil
import subprocess
from dataclasses import dataclass
from pathlib import Path

from tests.processes.local_net import NodeProcess
from tests.tidy.source import ROOT

SOURCE = ROOT / "tests" / "shims" / "faulty_disk.c"


def missing_compiler() -> str:
    """Say why the shim cannot be built here; empty when it can."""
    return "" if shutil.which("gcc") else "no gcc here to build tests/shims/faulty_disk.c"


def build_shim(folder: Path) -> Path:
    """Compile the shim."""
    shim = folder / "faulty_disk.so"
    command = ["gcc", "-O2", "-Wall", "-Werror", "-shared", "-fPIC", "-o", str(shim), str(SOURCE)]
    subprocess.run([*command, "-ldl", "-lpthread"], check=True)
    return shim


@dataclass(frozen=True)
class Rule:
    """One fault: see the head of the shim.

    Attributes:
        pattern: of fnmatch, against the whole path.
        skip: matching calls that pass before the first fault.
    """

    operation: str
    fault: str
    pattern: str
    skip: int = 0
    count: int = -1

    def line(self) -> str:
        return f"{self.operation} {self.fault} {self.skip} {self.count} {self.pattern}\n"


@dataclass(frozen=True)
class FaultyDisk:
    """The disk of one node from its next start on."""

    control: Path

    def attach(self, node: NodeProcess, shim: Path) -> None:
        """Let the node's next process run on this disk."""
        self.heal()
        node.environment |= {"LD_PRELOAD": str(shim), "FAULTY_DISK": str(self.control)}

    def spoil(self, *rules: Rule) -> None:
        """Begin with these faults; they count from now on."""
        self._injected.unlink(missing_ok=True)
        fresh = self.control.with_suffix(".new")
        fresh.write_text("".join(rule.line() for rule in rules))
        os.replace(fresh, self.control)

    def heal(self) -> None:
        self.spoil()

    @property
    def injected(self) -> list[str]:
        """List the faults that happened since the last ``spoil``."""
        return self._injected.read_text().splitlines() if self._injected.exists() else []

    @property
    def _injected(self) -> Path:
        return self.control.with_name(self.control.name + ".injected")
