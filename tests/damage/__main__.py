"""``scripts/damage``: damaged files of every kind, as many as asked for, and what came of them."""

import argparse
import json
import os
import sys
import tempfile
import time
from concurrent.futures import ProcessPoolExecutor
from multiprocessing import get_context
from pathlib import Path

from tests.damage.home_making import make_homes
from tests.damage.running import Bench, Order, Tally, perform
from tests.damage.using import OUTCOMES
from tests.evidence.tree import commit_of_tree


def main() -> int:
    """Run; exit 1 when a damage was silent."""
    arguments = _arguments()
    memory = Path("/dev/shm")
    base = memory if memory.is_dir() else None
    with tempfile.TemporaryDirectory(dir=base, prefix="damage-") as folder:
        began = time.monotonic()
        homes = make_homes(Path(folder))
        bench = Bench(homes, Path(folder) / "work")
        truth = bench.truth()
        tally = Tally()
        dose = (arguments.files, arguments.seed)
        orders = [
            Order(Bench(homes, Path(folder) / f"work-{number}"), truth, kind, dose)
            for number, kind in enumerate(k for k in bench.kinds() if arguments.kind in k)
        ]
        with ProcessPoolExecutor(arguments.jobs, get_context("spawn")) as pool:
            for order, trials in zip(orders, pool.map(perform, orders), strict=True):
                for trial in trials:
                    tally.add(trial)
                print(_row(order.kind, tally), flush=True)
        seconds = time.monotonic() - began
    _print_end(tally, seconds)
    if arguments.words:
        for what, words in tally.words.items():
            print(f"  {what}: {words}")
    if arguments.json:
        arguments.json.write_text(json.dumps(_summary(arguments, tally, seconds), indent=1) + "\n")
    return 1 if tally.silent else 0


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="scripts/damage", description=__doc__)
    parser.add_argument("--files", type=int, default=100, help="damaged files of every kind")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--kind", default="", help="only kinds whose name holds this")
    parser.add_argument("--jobs", type=int, default=os.cpu_count(), help="processes at once")
    parser.add_argument("--words", action="store_true", help="print one message of each outcome")
    parser.add_argument("--json", type=Path, help="write a summary to this file")
    return parser.parse_args()


def _row(kind: str, tally: Tally) -> str:
    outcomes = tally.outcomes[kind]
    counts = "  ".join(f"{name} {outcomes[name]:>5}" for name in OUTCOMES)
    return f"{kind:<22} {outcomes.total():>6}  {counts}"


def _print_end(tally: Tally, seconds: float) -> None:
    total = sum(outcomes.total() for outcomes in tally.outcomes.values())
    print(f"{total} damaged files in {seconds:.0f} s, {len(tally.silent)} silent")
    print("  " + ", ".join(f"{name} {count}" for name, count in sorted(tally.damages.items())))
    for trial in tally.silent:
        print(f"SILENT {trial.kind} #{trial.number} {trial.file} {trial.damage}: {trial.outcome}")


def _summary(arguments: argparse.Namespace, tally: Tally, seconds: float) -> dict[str, object]:
    return {
        "kind": "damage",
        "seed": arguments.seed,
        "commit": commit_of_tree(),
        "counts": {"damaged files": sum(o.total() for o in tally.outcomes.values())},
        "faults": dict(tally.damages),
        "outcomes": {kind: dict(counts) for kind, counts in tally.outcomes.items()},
        "violations": len(tally.silent),
        "seconds": round(seconds, 1),
    }


if __name__ == "__main__":
    sys.exit(main())
