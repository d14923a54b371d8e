"""Runs Spin on the model, and records traces: what `scripts/spin` calls.

Small spaces are searched to the end. Larger ones are searched in part (a hash table of bits, for
some seconds): no proof, but many states. Each mistake that can be switched on must be found.
"""

import argparse
import re
import shutil
import subprocess
import sys
import tempfile
from collections import Counter
from dataclasses import dataclass
from pathlib import Path

from tests.model.replay import UnreplayableError, replay
from tests.model.traces import FOLDER, Trace, write_trace

MODEL = Path(__file__).with_name("view_change.pml")
NO_TERM = 9
BUGS = {
    "CERTIFICATE_FORGOTTEN": {"VIEWS": 2, "HEIGHTS": 1},
    "COMMIT_AFTER_LEAVING": {"VIEWS": 2, "HEIGHTS": 1},
    "TERM_GOES_ON": {"VIEWS": 2, "TERM": 1},
    "ANCHOR_AND_CHILD": {"TERM": 1},
}
KEPT_PER_KIND = 8
EVENTS_MIN = 14  # shorter traces say little


@dataclass(frozen=True)
class Search:
    """One run of Spin's verifier: which constants, and how it went."""

    values: dict[str, int]
    seconds: int | None
    bug: str | None = None

    def run(self) -> str:
        """Build and run the verifier; give its line for the table."""
        defines = [f"-D{name}={value}" for name, value in self.values.items()]
        if self.bug is not None:
            defines.append(f"-DBUG_{self.bug}")
        whole = ["-DCOLLAPSE", "-DMEMLIM=8000"] if self.seconds is None else ["-DBITSTATE"]
        with tempfile.TemporaryDirectory() as folder:
            shutil.copy(MODEL, folder)
            subprocess.run(["spin", "-a", *defines, MODEL.name], cwd=folder, check=True)
            build = ["gcc", "-O2", "-DSAFETY", *whole, "-w", "-o", "pan", "pan.c"]
            subprocess.run(build, cwd=folder, check=True)
            limit = [] if self.seconds is None else ["timeout", "-s", "INT", str(self.seconds)]
            command = [*limit, "./pan", "-E", "-n", "-m200000"]
            if self.seconds is not None:
                command.append("-w31")
            done = subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False)
        return done.stdout

    @property
    def title(self) -> str:
        values = " ".join(f"{name}={value}" for name, value in self.values.items())
        return values if self.bug is None else f"{values} with {self.bug}"


def check(seconds: int) -> int:
    """Search all spaces and hunt all mistakes; print a table; give the exit code."""
    failed = 0
    for byz in (2, 3, 0):
        for term in (NO_TERM, 1):
            small = {"BYZ": byz, "TERM": term, "VIEWS": 2, "HEIGHTS": 1}
            failed += report(Search(small, None))
            for height in (1, 2):
                large = {"BYZ": byz, "TERM": min(term, 2 * term), "VIEWS": 3, "HEIGHTS": height}
                failed += report(Search(large, seconds))
    for bug, values in BUGS.items():
        failed += report(Search({"BYZ": 2} | values, seconds, bug))
    return 1 if failed else 0


def report(search: Search) -> bool:
    """Run a search, print its line, and say whether it failed."""
    out = search.run()
    states = max(map(float, re.findall(r"([\d.e+]+) states, stored", out)), default=0.0)
    progress = re.findall(r"States=\s*([\d.e+]+)", out)
    states = max(states, *map(float, progress)) if progress else states
    is_found = "assertion violated" in out
    is_whole = search.seconds is None
    verdict = "a fork" if is_found else "no fork" + (", searched to the end" if is_whole else "")
    print(f"{search.title:50} {states:14,.0f} states  {verdict}", flush=True)
    return is_found is (search.bug is None)


def record(count: int) -> int:
    """Draw traces, replay each, keep the longest of each kind; give the exit code."""
    tally: Counter[str] = Counter()
    for byz in (2, 3, 0):
        for term in (NO_TERM, 2, 1):
            kept: list[Trace] = []
            for seed in range(1, count + 1):
                trace = Trace(byz, term, seed, tuple(simulate(byz, term, seed)))
                try:
                    replay(list(trace.events), byz, term)
                except UnreplayableError:
                    tally["the model was bolder than the code"] += 1
                else:
                    tally["replayed"] += 1
                    tally["events"] += len(trace.events)
                    kept.append(trace)
            kept = [trace for trace in kept if len(trace.events) >= EVENTS_MIN]
            for trace in sorted(kept, key=richness, reverse=True)[:KEPT_PER_KIND]:
                write_trace(trace)
    print(", ".join(f"{what}: {number}" for what, number in tally.items()), f"in {FOLDER.name}/")
    return 0


def richness(trace: Trace) -> tuple[int, int]:
    """Order traces by how many kinds of events they show, then by length."""
    return len({event.split()[0] for event in trace.events}), len(trace.events)


def simulate(byz: int, term: int, seed: int) -> list[str]:
    """Draw one random run of the model; give its events."""
    values = ["-DTRACES", f"-DBYZ={byz}", f"-DTERM={term}"]
    command = ["spin", "-T", f"-n{seed}", "-u100000", *values, MODEL.name]
    done = subprocess.run(command, cwd=MODEL.parent, capture_output=True, text=True, check=True)
    lines = (line.strip() for line in done.stdout.splitlines())
    return [line.removeprefix("TRACE ") for line in lines if line.startswith("TRACE ")]


def main() -> int:
    parser = argparse.ArgumentParser(prog="scripts/spin")
    parser.add_argument("--seconds", type=int, default=60)
    parser.add_argument("--record", type=int, default=0)
    chosen = parser.parse_args()
    return record(chosen.record) if chosen.record else check(chosen.seconds)


if __name__ == "__main__":
    sys.exit(main())
