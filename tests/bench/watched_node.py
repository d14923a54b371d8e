"""The real daemon, which tells the bench its longest pauses since it was asked last.

    python -m tests.bench.watched_node --home DIR

A node's own metrics give the longest since it was started, and starting is the longest of all. Here
each turn of the event loop is timed from its waking to its next waiting, each collection of garbage
by a callback of its own, and the longest write of a block is taken from the node's tally.

Rules: for the bench only; the daemon knows nothing of it. SIGUSR1 writes what was longest to
``BENCH_PAUSES`` and starts anew.
"""

import argparse
import gc
import json
import os
import signal
import sys
import time
from pathlib import Path
from types import FrameType

import trio

from ledgerd.config import Config
from ledgerd.daemon import run_home
from ledgerd.network.transport import Transport
from ledgerd.node.garbage import PauseBook
from ledgerd.node.networking import build_transport
from ledgerd.node.starting import OpenedHome
from ledgerd.primitives.tally import TALLY

FILE_VARIABLE = "BENCH_PAUSES"


class Pauses(trio.abc.Instrument):
    """The longest of what stops a node, since it was asked last."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._collections = PauseBook()
        self._woken_ns = 0
        self._turn_ns_max = 0

    def begin(self) -> None:
        """Watch from now on."""
        gc.callbacks.append(self._collections.note)
        signal.signal(signal.SIGUSR1, self._write)

    def build(self, home: OpenedHome, config: Config) -> Transport:
        """Make the node's links as usual; the event loop runs by then."""
        trio.lowlevel.add_instrument(self)
        return build_transport(home, config)

    def after_io_wait(self, timeout: float) -> None:
        self._woken_ns = time.monotonic_ns()

    def before_io_wait(self, timeout: float) -> None:
        if self._woken_ns:
            self._turn_ns_max = max(self._turn_ns_max, time.monotonic_ns() - self._woken_ns)

    def _write(self, _: int, __: FrameType | None) -> None:
        found = {
            "store_ms": TALLY.store_ms_max,
            "turn_ms": self._turn_ns_max / 1e6,
            "gc_ms": self._collections.longest_ns / 1e6,
        }
        TALLY.store_ms_max = 0.0
        self._turn_ns_max = self._collections.longest_ns = 0
        fresh = self._path.with_suffix(".new")
        fresh.write_text(json.dumps(found), encoding="utf-8")
        fresh.replace(self._path)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--home", type=Path, required=True)
    options = parser.parse_args()
    os.umask(0o077)
    pauses = Pauses(Path(os.environ[FILE_VARIABLE]))
    pauses.begin()
    sys.exit(run_home(options.home.resolve(), pauses.build))


if __name__ == "__main__":
    main()
