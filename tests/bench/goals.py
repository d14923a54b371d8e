"""The goals, each a figure of a scenario and a bound, and how far a median is from it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from tests.bench.figures import median_row
from tests.bench.options import Row


@dataclass(frozen=True)
class Goal:
    """One promise about speed.

    Attributes:
        bound: in the unit at the end of the figure's name.
        is_floor: the figure shall reach it; else it shall stay at or below it.
    """

    what: str
    scenario: str
    figure: str
    bound: float
    is_floor: bool = False

    def reached(self, value: float) -> float:
        """Say how much of the goal is reached; 1 and more is met."""
        least, most = (self.bound, value) if self.is_floor else (value, self.bound)
        return most / least if least else 1.0

    def is_met(self, value: float) -> bool:
        return value >= self.bound if self.is_floor else value <= self.bound


def _at_least(what: str, place: str, bound: float) -> Goal:
    scenario, _, figure = place.partition(".")
    return Goal(what, scenario, figure, bound, is_floor=True)


def _at_most(what: str, place: str, bound: float) -> Goal:
    scenario, _, figure = place.partition(".")
    return Goal(what, scenario, figure, bound)


GOALS = (
    _at_least("bills/s, one signature each", "issue.bills_per_s", 2_300),
    _at_least("the same over the signature bound (R)", "issue.ratio_to_bound", 0.5),
    _at_most("verifications a bill and node", "issue.verifications_per_bill_and_node", 1.01),
    _at_least("bills/s, 50 for a signature", "issue-50.bills_per_s", 4_600),
    _at_least("the same over the signature bound (R)", "issue-50.ratio_to_bound", 1.0),
    _at_least("operations/s of whole lives", "life.operations_per_s", 4_000),
    _at_most("one bill on an idle network, p50 ms", "idle.p50_ms", 10),
    _at_most("100 bills/s, p50 ms", "light.p50_ms", 15),
    _at_most("100 bills/s, p99 ms", "light.p99_ms", 50),
    _at_most("half of the sustained rate, p50 ms", "half.p50_ms", 60),
    _at_most("half of the sustained rate, p99 ms", "half.p99_ms", 200),
    _at_least("twice the capacity: rate kept", "overload.kept", 0.9),
    _at_least("four nodes over one and the second core", "replication.replication", 0.75),
    _at_least("submits/s on 8 connections", "submit.submits_per_s_median", 4_000),
    _at_most("cost of a bill, full state over small", "growth.cost_ratio", 1.5),
    _at_most("own memory at the end, MiB", "growth.rss_anon_mib", 512),
    _at_most("disk, bytes a bill", "growth.disk_bytes", 2_500),
    _at_least("catching up over the live rate", "catch-up.caught_up_to_live", 3),
    _at_most("bill_get at half load, p99 ms", "reads.half_bill_get_p99_ms", 10),
    _at_most("bill_get at full load, p99 ms", "reads.full_bill_get_p99_ms", 60),
    _at_most("proof_get at half load, p99 ms", "reads.half_proof_get_p99_ms", 20),
    _at_most("proof_get at full load, p99 ms", "reads.full_proof_get_p99_ms", 90),
    _at_most("checking a proof, ms", "reads.proof_check_ms", 2),
    _at_most("sealing and signing a bill, µs", "seal.seal_us_per_bill", 250),
    _at_least("rate times n, least over that of the smallest", "scale.least_kept", 1.0),
    _at_most("consensus at n = 31, % of the CPU time", "scale.n31_consensus_percent", 20),
    _at_least("one node stopped: rate left", "one-stopped.throughput_left", 0.5),
    _at_most("one node stopped: p99 over before", "one-stopped.p99_ratio", 3),
    _at_most("one node stopped: longest pause, ms", "one-stopped.longest_pause_ms", 200),
    _at_least("one node killed: rate left", "one-killed.throughput_left", 0.5),
    _at_most("one node killed: p99 over before", "one-killed.p99_ratio", 3),
    _at_least("one node at a tenth: rate left", "one-slow.throughput_left", 0.5),
    _at_most("one node at a tenth: p99 over before", "one-slow.p99_ratio", 3),
    _at_least("late primary: rate left", "late-primary.throughput_left", 0.5),
    _at_most("late primary: p99 over before", "late-primary.p99_ratio", 3),
    _at_least("flood of false bundles: rate left", "false-bundles.throughput_left", 0.5),
    _at_most("flood of false bundles: p99 over before", "false-bundles.p99_ratio", 3),
    _at_least("flood of false votes: rate left", "false-votes.throughput_left", 0.5),
    _at_most("flood of false votes: p99 over before", "false-votes.p99_ratio", 3),
    _at_least("flood of one client: rate left", "client-flood.throughput_left", 0.5),
    _at_most("flood of one client: p99 over before", "client-flood.p99_ratio", 3),
    _at_least("false flood of one client: rate left", "client-false-flood.throughput_left", 0.5),
    _at_most("false flood of one client: p99 over before", "client-false-flood.p99_ratio", 3),
)


@dataclass(frozen=True)
class Judged:
    """A goal and what was measured for it; None when nothing was."""

    goal: Goal
    value: float | None

    @property
    def verdict(self) -> str:
        """Say in a few words how it stands."""
        if self.value is None:
            return "not measured"
        if self.goal.is_met(self.value):
            return "met"
        return f"missed: {100 * self.goal.reached(self.value):.0f} %"


def judge(runs: Mapping[str, Sequence[Row]]) -> list[Judged]:
    """Hold the medians of all runs against the goals."""
    medians = {scenario: median_row(rows) for scenario, rows in runs.items()}
    return [Judged(goal, medians.get(goal.scenario, {}).get(goal.figure)) for goal in GOALS]


def goal_lines(runs: Mapping[str, Sequence[Row]]) -> list[str]:
    """Give a table of the goals of those scenarios that ran."""
    medians = {scenario: median_row(rows) for scenario, rows in runs.items()}
    lines = [f"{'scenario':20}{'goal':48}{'wanted':>10}{'measured':>10}  {'':14}{'to bound':>9}"]
    for judged in judge(runs):
        goal = judged.goal
        if judged.value is None:
            continue
        sign = ">=" if goal.is_floor else "<="
        ratio = medians[goal.scenario].get("ratio_to_bound", "")
        wanted = f"{sign} {goal.bound:g}"
        lines.append(
            f"{goal.scenario:20}{goal.what:48}{wanted:>10}{judged.value:>10g}  "
            f"{judged.verdict:14}{ratio:>9}"
        )
    return lines
