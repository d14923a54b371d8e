"""Makes a failing plan smaller: drops one kind of trouble after the other while it still fails.

What is left is what the failure needs; that is the plan to read and to keep.
"""

from collections.abc import Callable, Iterator
from dataclasses import asdict, replace

from tests.simulator.profiles import Machine, Plan

TRIES_MAX = 120  # each is a whole run; a plan has a few dozen parts


def shrink(plan: Plan, fails: Callable[[Plan], bool]) -> Plan:
    """Return the smallest plan that was found to fail still; at worst the one that came in."""
    tries = 0
    shrunk = True
    while shrunk:
        shrunk = False
        for simpler in simpler_plans(plan):
            tries += 1
            if tries > TRIES_MAX:
                return plan
            if fails(simpler):
                plan, shrunk = simpler, True
                break
    return plan


def simpler_plans(plan: Plan) -> Iterator[Plan]:
    """Yield plans that lack one part of the trouble, the largest parts first."""
    for name, count in asdict(plan.hazards).items():
        if count:
            yield replace(plan, hazards=replace(plan.hazards, **{name: 0}))
    yield from _with_less_dishonesty(plan)
    calm = {"loss": 0.0, "repeat": 0.0, "spike": 0.0, "loss_of": ()}
    for name, value in calm.items():
        if getattr(plan.weather, name) != value:
            yield replace(plan, weather=replace(plan.weather, **{name: value}))
    if plan.bundle_count > 1:
        yield replace(plan, bundle_count=plan.bundle_count // 2)
    if plan.machine != Machine():
        yield replace(plan, machine=Machine())
    for name in ("bills", "files", "through_codec"):
        if getattr(plan, name):
            yield replace(plan, **{name: False})
    if any(plan.skew_ms):
        yield replace(plan, skew_ms=(0,) * len(plan.skew_ms))


def _with_less_dishonesty(plan: Plan) -> Iterator[Plan]:
    for member, strategies in plan.byzantine:
        others = tuple(entry for entry in plan.byzantine if entry[0] != member)
        yield replace(plan, byzantine=others)
        for strategy in strategies:
            kept = tuple(other for other in strategies if other != strategy)
            if kept:
                yield replace(plan, byzantine=(*others, (member, kept)))
