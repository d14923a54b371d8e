"""The watched daemon with a sampler beside it: which part of the program the CPU time goes to.

Every few milliseconds of CPU time the kernel interrupts the process. Each thread's time since the
last interrupt, by its own CPU clock, is put down to the function that it is in, and to the part of
the program of the innermost of our modules on its stack. A thread that waits just then has done
something before: its time goes to what it is seen doing next.

Rules: for the bench only; the daemon knows nothing of it. SIGUSR2 writes what was sampled since
the last time to ``BENCH_PROFILE`` and starts anew.
"""

import json
import os
import signal
import sys
import threading
import time
from collections import Counter
from pathlib import Path
from types import FrameType

from tests.bench import watched_node
from tests.bench.parts import is_waiting, part_of, place_of

STEP_S = 0.005  # of CPU time of the whole process
FILE_VARIABLE = "BENCH_PROFILE"


class Sampler:
    """Counts nanoseconds by part and by function."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._main = threading.get_ident()
        self._before: dict[int, int] = {}
        self._unplaced: Counter[int] = Counter()
        self._parts: Counter[str] = Counter()
        self._functions: Counter[str] = Counter()
        self._is_sampling = False

    def begin(self) -> None:
        """Sample from now on."""
        signal.signal(signal.SIGPROF, self._on_interrupt)
        signal.signal(signal.SIGUSR2, self._write)
        signal.setitimer(signal.ITIMER_PROF, STEP_S, STEP_S)

    def _on_interrupt(self, _: int, frame: FrameType | None) -> None:
        if not self._is_sampling:  # the next interrupt may come before this one is dealt with
            self._is_sampling = True
            self._sample(frame)
            self._is_sampling = False

    def _sample(self, frame: FrameType | None) -> None:
        now: dict[int, int] = {}
        for thread, inner in sys._current_frames().items():
            now[thread] = time.clock_gettime_ns(time.pthread_getcpuclockid(thread))
            self._unplaced[thread] += now[thread] - self._before.get(thread, 0)
            stack = _stack(frame if thread == self._main else inner)
            if not is_waiting(stack):
                spent_ns = self._unplaced.pop(thread)
                self._parts[part_of(stack)] += spent_ns
                self._functions[place_of(stack)] += spent_ns
        self._before = now

    def _write(self, _: int, __: FrameType | None) -> None:
        found = {"parts": dict(self._parts), "functions": dict(self._functions.most_common(40))}
        self._parts.clear()
        self._functions.clear()
        fresh = self._path.with_suffix(".new")
        fresh.write_text(json.dumps(found), encoding="utf-8")
        fresh.replace(self._path)


def _stack(frame: FrameType | None) -> list[tuple[str, str]]:
    """Give file and function, innermost first."""
    found = []
    while frame is not None:
        found.append((frame.f_code.co_filename, frame.f_code.co_name))
        frame = frame.f_back
    return found


if __name__ == "__main__":
    Sampler(Path(os.environ[FILE_VARIABLE])).begin()
    try:
        watched_node.main()
    finally:
        signal.setitimer(signal.ITIMER_PROF, 0)  # at its very end Python takes its handlers down
