"""Issuing bills: as fast as they are taken, and at a rate."""

from dataclasses import replace

from tests.bench.figures import rate_between
from tests.bench.load import Plan
from tests.bench.options import Options, Row
from tests.bench.running import network, per_request, rated, row_of, run, run_measured, saturate

LIGHT_RATE = 100.0
IDLE_RATE = 4.0
PATIENCE_S = 1.0  # of a client that stands in line for a connection
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

    So does whoever waits a second for one of the connections, which are as many as answers come.
    What is kept is the rate of the last quarter of the time over the sustained one, measured before
    it and after it: on machines that others use, too, nothing else is comparable after minutes.
    """
    with network(options) as (net, maker):
        part = replace(options, seconds=min(SUSTAINED_S, options.seconds))
        before = saturate(net, maker, part)["bills_per_s"]
        offered = 2 * before
        load = maker.order(int(options.seconds * offered))  # enough, even if nobody is refused
        plan = Plan(
            rate=offered,
            connections=4,
            per_request=per_request(1),
            seconds=options.seconds,
            is_dropping=True,
            patience_s=PATIENCE_S,
        )
        measured, cost = run_measured(net, load, plan)
        after = saturate(net, maker, part)["bills_per_s"]
        late = rate_between(measured.commits_s, 0.75 * options.seconds, options.seconds)
        row = row_of(measured, cost, len(net.nodes)) | {"gone": measured.gone}
        sustained = (before + after) / 2
        return {
            "sustained_per_s": round(sustained, 1),
            "sustained_after_per_s": after,
            "kept": round(late / sustained, 3),
        } | row
