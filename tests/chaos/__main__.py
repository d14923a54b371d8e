"""Chaos: real processes under load and faults; exit 0 when nothing was lost, doubled or split."""

import argparse
import json
import os
import platform
import shutil
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

from tests.chaos.scenario import Outcome, Plan
from tests.chaos.scenarios import SCENARIOS
from tests.evidence.tree import commit_of_tree


def parse() -> argparse.Namespace:
    names = "; ".join(f"{name}: {entry.about}" for name, entry in SCENARIOS.items())
    parser = argparse.ArgumentParser(prog="scripts/chaos", description=__doc__, epilog=names)
    parser.add_argument("--minutes", type=float, default=1.0, help="how long faults go on")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--rate", type=float, default=None, help="acts begun a second, open loop")
    parser.add_argument("--scenario", choices=sorted(SCENARIOS), default="storm")
    parser.add_argument(
        "--patience", type=float, default=10.0, help="seconds to the next commit after healing"
    )
    parser.add_argument("--json", type=Path, default=None, help="write the figures here too")
    parser.add_argument("--folder", type=Path, default=None, help="where homes go; kept then")
    return parser.parse_args()


def main() -> int:
    options = parse()
    folder = options.folder or Path(tempfile.mkdtemp(prefix="chaos-"))
    folder.mkdir(parents=True, exist_ok=True)
    plan = Plan(
        seed=options.seed,
        seconds=options.minutes * 60,
        folder=folder,
        rate=options.rate,
        patience_s=options.patience,
        say=lambda line: print(line, flush=True),
    )
    began_s = time.monotonic()
    try:
        outcome = SCENARIOS[options.scenario].run(plan)
    except BaseException:
        print(f"ended early; homes, logs and journals stay in {folder}", file=sys.stderr)
        raise
    summary = summary_of(outcome, options, time.monotonic() - began_s)
    show(summary)
    if options.json:
        options.json.write_text(json.dumps(summary, indent=2) + "\n", encoding="utf-8")
    if outcome.violations:
        print(f"FAILED; homes, logs and journals stay in {folder}")
        return 1
    if options.folder is None:
        shutil.rmtree(folder)
    print("passed")
    return 0


def summary_of(outcome: Outcome, options: argparse.Namespace, seconds: float) -> dict[str, Any]:
    """Put together what ``scripts/evidence add chaos --json FILE`` reads."""
    faults = outcome.figures.get("faults", {})
    return {
        "kind": "chaos",
        "scenario": options.scenario,
        "seed": options.seed,
        "commit": commit_of_tree(),
        "machine": f"{os.cpu_count()} cores, Python {platform.python_version()}",
        "seconds": round(seconds, 1),
        "counts": {
            "acknowledged operations": int(outcome.figures.get("acknowledged", 0)),
            "real SIGKILLs": int(outcome.figures.get("SIGKILLs", 0)),
            "timed recoveries": int(outcome.figures.get("timed recoveries", 0)),
        },
        "faults": faults if isinstance(faults, dict) else {},
        "violations": outcome.violations,
        "figures": outcome.figures,
    }


def show(summary: dict[str, Any]) -> None:
    print(f"\n{summary['scenario']}, seed {summary['seed']}, commit {summary['commit'][:12]}")
    for name, value in summary["figures"].items():
        text = ", ".join(f"{k} {v}" for k, v in value.items()) if isinstance(value, dict) else value
        print(f"  {name}: {text}")
    for violation in summary["violations"]:
        print(f"  VIOLATION {violation}")


if __name__ == "__main__":
    sys.exit(main())
