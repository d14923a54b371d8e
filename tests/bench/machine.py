"""What was measured on, and which commit."""

import os
import platform
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from tests.bench.figures import percentile

ROOT = Path(__file__).resolve().parents[2]
REPORTS = ROOT / "docs" / "reports"
SYNC_COUNT = 100


class UncommittedError(Exception):
    """What would be measured is in no commit."""


def machine() -> dict[str, str]:
    """Describe the machine in words."""
    folder = tempfile.gettempdir()
    return {
        "cores": str(os.cpu_count()),
        "processor": _field(Path("/proc/cpuinfo"), "model name"),
        "memory": _field(Path("/proc/meminfo"), "MemTotal"),
        "kernel": platform.release(),
        "python": interpreter(),
        "file system": _output("stat", "-f", "-c", "%T", folder),
        "synced write of 4 KiB, p50": f"{sync_ms():.2f} ms",
    }


def interpreter() -> str:
    """Name the version of Python, and say how it was built: that is a fifth of the speed."""
    version, build = _output(sys.executable, str(ROOT / "scripts" / "interpreter.py")).split()
    return f"{version}, built {'with' if build == 'optimised' else 'without'} optimisations"


def sync_ms() -> float:
    """Measure a small write with its sync."""
    times = []
    with tempfile.TemporaryFile() as file:
        for _ in range(SYNC_COUNT):
            began = time.monotonic()
            os.write(file.fileno(), bytes(4_096))
            os.fdatasync(file.fileno())
            times.append((time.monotonic() - began) * 1_000)
    return percentile(times, 50)


def commit_of_clean_tree() -> str:
    """Name the commit that is measured; reports may differ from it.

    Raises:
        UncommittedError: something else does.
    """
    changed = _output("git", "-C", str(ROOT), "status", "--porcelain", "--", ".", ":!docs/reports")
    if changed:
        raise UncommittedError(f"a report is of a commit, and these differ from it:\n{changed}")
    return _output("git", "-C", str(ROOT), "rev-parse", "HEAD")


def _field(path: Path, name: str) -> str:
    for line in path.read_text(encoding="utf-8").splitlines():
        key, _, value = line.partition(":")
        if key.strip() == name:
            return value.strip()
    return "unknown"


def _output(*command: str) -> str:
    return subprocess.run(command, capture_output=True, text=True, check=True).stdout.strip()
