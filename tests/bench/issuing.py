"""Issuing bills: as fast as they are taken, and at a rate."""

from dataclasses import replace

from tests.bench.figures import rate_between
from tests.bench.load import Plan
from tests.bench.options import Options, Row
from tests.bench.running import network, per_request, rated, row_of, run, run_measured, saturate

LIGHT_RATE = 100.0
IDLE_RATE = 4.0
SUSTAINED_S = 10  # measured first in a session that then runs at half of it


def issue(options: Options) -> Row:
    """Bills as fast as they are taken; one signature each, or one for ``per_signature``."""
    with network(options) as (net, maker):
        return saturate(net, maker, options)


def issue_50(options: Options) -> Row:
    """Bills as fast as they are taken, fifty for a signature."""
    return issue(replace(options, per_signature=50))


def light(options: Options) -> Row:
    """A hundred bills a second, each in a request of its own."""
    return _paced(options, LIGHT_RATE)


def idle(options: Options) -> Row:
    """One bill at a time on a network that has nothing else to do."""
    return _paced(options, IDLE_RATE)


def _paced(options: Options, rate: float) -> Row:
    with network(options) as (net, maker):
        load = maker.order(int(options.seconds * rate))
        return run(net, load, Plan(rate=rate, connections=1 if rate < 10 else 2))


def half(options: Options) -> Row:
    """Half of the rate that the same network has just sustained, open loop."""
    with network(options) as (net, maker):
        full = saturate(net, maker, replace(options, seconds=min(SUSTAINED_S, options.seconds)))
        rate = full["bills_per_s"] / 2
        load = maker.order(int(options.seconds * rate))
        return {"sustained_per_s": full["bills_per_s"]} | run(net, load, rated(rate))


def overload(options: Options) -> Row:
    """Twice of what the same network has just sustained, open loop: whoever is refused goes away.

    What is kept is the rate of the last quarter of the time over the sustained one.
    """
    with network(options) as (net, maker):
        full = saturate(net, maker, replace(options, seconds=min(SUSTAINED_S, options.seconds)))
        sustained = full["bills_per_s"]
        offered = 2 * sustained
        load = maker.order(int(options.seconds * offered))  # enough, even if nobody is refused
        plan = Plan(
            rate=offered,
            connections=4,
            per_request=per_request(1),
            seconds=options.seconds,
            is_dropping=True,
        )
        measured, cost = run_measured(net, load, plan)
        late = rate_between(measured.commits_s, 0.75 * options.seconds, options.seconds)
        row = row_of(measured, cost, len(net.nodes))
        return {"sustained_per_s": sustained, "kept": round(late / sustained, 3)} | row
