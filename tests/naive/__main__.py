"""The long run of the naive model: `scripts/model`, its counts in the form of the evidence."""

import argparse
import json
import os
import random
import sys
import time
from collections import Counter
from concurrent.futures import ProcessPoolExecutor, as_completed
from pathlib import Path

from tests.evidence.tree import commit_of_tree
from tests.naive.running import Difference, run

OPERATIONS_PER_SEED = 2_000
Outcome = tuple[int, int, Counter[str], str]


def one_seed(seed: int) -> Outcome:
    """Run one seed; gives operations, replays, codes, and what differs."""
    try:
        pair = run(random.Random(seed), OPERATIONS_PER_SEED)
    except Difference as difference:
        return 0, 0, Counter(), f"seed {seed}: {difference}"
    codes = Counter({code.name: count for code, count in pair.codes.items()})
    return pair.operations, len(pair.done), codes, ""


def main() -> int:
    """Run, print what was reached, and write the summary."""
    parser = argparse.ArgumentParser(prog="scripts/model", description=__doc__)
    parser.add_argument("--operations", type=int, default=100_000)
    parser.add_argument("--seed", type=int, default=1, help="the first seed")
    parser.add_argument("--jobs", type=int, default=os.cpu_count() or 1)
    parser.add_argument("--json", type=Path, default=None, metavar="FILE")
    wanted = parser.parse_args()
    started, commit = time.monotonic(), commit_of_tree()
    seeds = range(wanted.seed, wanted.seed + -(-wanted.operations // OPERATIONS_PER_SEED))
    operations, replays, codes, violations = 0, 0, Counter[str](), list[str]()
    with ProcessPoolExecutor(wanted.jobs) as pool:
        for future in as_completed([pool.submit(one_seed, seed) for seed in seeds]):
            done, replayed, its_codes, violation = future.result()
            operations, replays = operations + done, replays + replayed
            codes += its_codes
            if violation:
                violations.append(violation)
                print(violation, flush=True)
    seconds = time.monotonic() - started
    for name, count in sorted(codes.items()):
        print(f"{count:>12} {name}")
    print(f"{operations} operations and {replays} replays in {seconds:.0f} s,"
          f" {operations / seconds:.0f}/s, {len(violations)} differences")  # fmt: skip
    if wanted.json is not None:
        summary = {
            "commit": commit,
            "counts": {"model operations": operations},
            "faults": {"replayed later": replays, **{n.lower(): c for n, c in codes.items()}},
            "violations": [violation.splitlines()[0] for violation in violations],
            "seconds": round(seconds, 1),
        }
        wanted.json.write_text(json.dumps(summary, sort_keys=True) + "\n", encoding="utf-8")
    return 1 if violations else 0


if __name__ == "__main__":
    sys.exit(main())
