"""Issuing bills: as fast as they are taken, and at a rate."""

from dataclasses import replace

from tests.bench.load import Plan
from tests.bench.options import Options, Row
from tests.bench.running import REQUEST_COUNT, network, run

LIGHT_RATE = 100.0
IDLE_RATE = 4.0


def issue(options: Options) -> Row:
    """Bills as fast as they are taken; one signature each, or one for ``per_signature``."""
    count = options.seconds * options.rate
    with network(options) as (net, maker):
        load = list(maker.make(count, per_signature=options.per_signature))
        return run(net, load, Plan(per_request=max(1, REQUEST_COUNT // options.per_signature)))


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
        load = list(maker.make(int(options.seconds * rate)))
        return run(net, load, Plan(rate=rate, connections=1 if rate < 10 else 2))
