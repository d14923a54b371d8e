"""The command ``scripts/simulate``: arguments in, a table out."""

import argparse
import multiprocessing
import os
import sys
import time
from collections import Counter
from pathlib import Path

from tests.simulator import crash_points
from tests.simulator.cluster import Outcome
from tests.simulator.floors import SEEDS_MIN, too_rare
from tests.simulator.profiles import PROFILES, plan_to_json
from tests.simulator.report import REPORT, Run
from tests.simulator.running import Totals, replay_command, run_plan, run_seeds
from tests.simulator.seeded_bugs import run as run_seeded_bugs
from tests.simulator.shrinking import shrink
from tests.simulator.summaries import Summary
from tests.simulator.twins_running import run as run_twins

REGRESSIONS = Path(__file__).parent / "regressions"


def say(line: str) -> None:
    sys.stdout.write(line + "\n")
    sys.stdout.flush()


def main() -> int:
    arguments = _parser().parse_args()
    if arguments.seeded_bugs:
        return _run_seeded_bugs(arguments)
    if arguments.twins:
        return _run_twins(arguments)
    if arguments.crash_points is not None:
        return _run_crash_points(arguments)
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
        "--crash-points",
        type=int,
        nargs="?",
        const=0,
        metavar="N",
        help="end a short life at every write, sync and send of every machine, or at N of them",
    )
    parser.add_argument("--json", type=Path, metavar="FILE", help="also write what came out here")
    parser.add_argument(
        "--report", action="store_true", help="also write it to docs/reports/simulation.md"
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
    return _conclude(arguments, totals, time.monotonic() - started)


def _conclude(arguments: argparse.Namespace, totals: Totals, seconds: float) -> int:
    """Print and write what came out; a long run must have been hard enough, too."""
    with_floors = arguments.profile == "mixed" and totals.seeds >= SEEDS_MIN
    command = f"scripts/simulate --seeds {arguments.seeds} --seed {arguments.seed}"
    run = Run(totals, f"{command} --profile {arguments.profile}", seconds, with_floors)
    for line in run.lines():
        say(line)
    if arguments.json is not None:
        arguments.json.write_text(run.as_json(), encoding="utf-8")
    if arguments.report:
        REPORT.write_text(run.as_page(), encoding="utf-8")
    rare = too_rare(totals) if with_floors else []
    if rare:
        say(f"too rare: {', '.join(rare)}")
    return 1 if totals.failed or rare else 0


def _run_twins(arguments: argparse.Namespace) -> int:
    played = run_twins(arguments.seed, arguments.twins, arguments.jobs)
    for line in played.lines():
        say(line)
    if arguments.json is not None:
        arguments.json.write_text(played.as_json(), encoding="utf-8")
    return 1 if played.broken else 0


def _run_seeded_bugs(arguments: argparse.Namespace) -> int:
    hunted = run_seeded_bugs(arguments.only, arguments.jobs, keep=arguments.keep)
    if arguments.json is not None:
        arguments.json.write_text(hunted.as_json(), encoding="utf-8")
    return 0 if len(hunted.caught) == len(hunted.catches) else 1


def _run_crash_points(arguments: argparse.Namespace) -> int:
    """Run the script of crash points to every one of its ends, or to some spread evenly."""
    count: int = arguments.crash_points
    life = crash_points.script()
    points = crash_points.sample(life, count) if count else list(crash_points.points(life))
    effects = sum(len(own) for own in life.effects)
    say(f"{life.acknowledged} blocks acknowledged, {effects} effects, {len(points)} crash points")
    started, broken = time.monotonic(), list[str]()
    with multiprocessing.get_context("spawn").Pool(arguments.jobs) as pool:
        for done, found in enumerate(pool.imap(crash_points.crash_at, points, 16), start=1):
            if found is not None:
                broken.append(found)
                say(found)
            if done % 1_000 == 0:
                say(f"  {done} of {len(points)} in {time.monotonic() - started:.0f} s")
    seconds = time.monotonic() - started
    say(f"{len(points)} crash points in {seconds:.0f} s, {len(broken)} broken")
    if arguments.json is not None:
        command = f"scripts/simulate --crash-points {count or ''}".rstrip()
        scopes = Counter(f"power cut: {point.scope}" for point in points)
        counts = {"crash points": len(points)}
        summary = Summary(command, seconds, counts, scopes, broken)
        arguments.json.write_text(summary.as_json(), encoding="utf-8")
    return 1 if broken else 0


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


if __name__ == "__main__":
    sys.exit(main())
