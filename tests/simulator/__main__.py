"""The command ``scripts/simulate``: arguments in, a table out."""

import argparse
import os
import sys
import time
from pathlib import Path

from tests.simulator.cluster import Outcome
from tests.simulator.profiles import PROFILES, plan_to_json
from tests.simulator.running import Totals, replay_command, run_plan, run_seeds
from tests.simulator.seeded_bugs import run as run_seeded_bugs
from tests.simulator.shrinking import shrink
from tests.simulator.twins import run as run_twins

REGRESSIONS = Path(__file__).parent / "regressions"


def say(line: str) -> None:
    sys.stdout.write(line + "\n")
    sys.stdout.flush()


def main() -> int:
    arguments = _parser().parse_args()
    if arguments.seeded_bugs:
        return run_seeded_bugs(arguments.only, arguments.jobs, keep=arguments.keep)
    if arguments.twins:
        return run_twins(arguments.seed, arguments.twins, arguments.jobs)
    return _run_seeds(arguments)


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="scripts/simulate",
        description="The deterministic simulation of consensus: one seed, one run.",
    )
    parser.add_argument("--seeds", type=int, default=200, metavar="N", help="how many seeds")
    parser.add_argument("--seed", type=int, default=0, metavar="S", help="the first seed")
    parser.add_argument("--profile", choices=PROFILES, default="mixed", help="what goes wrong")
    parser.add_argument(
        "--jobs", type=int, default=os.cpu_count() or 1, metavar="J", help="processes (all cores)"
    )
    parser.add_argument(
        "--twins",
        type=int,
        default=0,
        metavar="N",
        help="play N scenarios of two machines with one key, from number S on, instead of seeds",
    )
    parser.add_argument(
        "--seeded-bugs", action="store_true", help="make each known mistake until it is found"
    )
    parser.add_argument(
        "--only", default="", metavar="WORD", help="with --seeded-bugs: those with it in the name"
    )
    parser.add_argument(
        "--fingerprints", action="store_true", help="print only what each seed came to, as a hash"
    )
    parser.add_argument(
        "--keep",
        action="store_true",
        help="make the plans of failing seeds smaller and keep them in the regressions; "
        "with --seeded-bugs: write down the seeds that found them",
    )
    return parser


def _run_seeds(arguments: argparse.Namespace) -> int:
    if arguments.fingerprints:
        return _print_fingerprints(arguments)
    totals = Totals()
    started = time.monotonic()
    seeds = range(arguments.seed, arguments.seed + arguments.seeds)
    for outcome in run_seeds(seeds, arguments.profile, arguments.jobs):
        totals.add(outcome)
        if outcome.violation is not None:
            say(f"seed {outcome.plan.seed} FAILED: {outcome.violation}")
            say(f"  plan: {outcome.plan}")
            say(f"  replay: {replay_command(outcome, arguments.profile)}")
            if arguments.keep:
                _keep(outcome, arguments.profile)
    _print_totals(totals, time.monotonic() - started)
    return 1 if totals.failed else 0


def _print_fingerprints(arguments: argparse.Namespace) -> int:
    seeds = range(arguments.seed, arguments.seed + arguments.seeds)
    for outcome in run_seeds(seeds, arguments.profile, arguments.jobs):
        say(f"{outcome.plan.seed} {outcome.events} {outcome.fingerprint} {outcome.violation}")
    return 0


def _keep(outcome: Outcome, profile: str) -> None:
    path = REGRESSIONS / f"{profile}-{outcome.plan.seed}.json"
    plan = shrink(outcome.plan, lambda plan: run_plan(plan).violation is not None)
    path.write_text(plan_to_json(plan), encoding="utf-8")
    say(f"  kept: {path.name}: {plan}")


def _print_totals(totals: Totals, seconds: float) -> None:
    say(
        f"{totals.seeds} seeds in {seconds:.1f} s ({totals.seeds / seconds:.1f} seeds/s, "
        f"{totals.events / seconds:.0f} events/s), {totals.virtual_ms / 3_600_000:.2f} virtual h, "
        f"{totals.blocks} blocks, {len(totals.failed)} violations"
    )
    for title, counter in (("faults injected", totals.counts), ("sometimes", totals.sometimes)):
        say(f"{title}:")
        for name, count in sorted(counter.items()):
            say(f"  {count:>9}  {name}")


if __name__ == "__main__":
    sys.exit(main())
