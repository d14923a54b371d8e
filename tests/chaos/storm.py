"""The scenario of every fault: as many networks as the time asks for, each checked at its end."""

import contextlib
import random

from tests.chaos.bouts import RATE, Network, StoppedEarly
from tests.chaos.finales import FINALES
from tests.chaos.proxied_net import ProxiedNet
from tests.chaos.scenario import Outcome, Plan
from tests.chaos.tallies import Total

NETWORK_S = 150.0  # of faults on one network; then a new one, for its last fault is for good


def run(plan: Plan) -> Outcome:
    """Storm, and check."""
    rng = random.Random(plan.seed)
    count = max(1, round(plan.seconds / NETWORK_S))
    total = Total()
    for number in range(count):
        finale = FINALES[(plan.seed + number) % len(FINALES)]
        plan.say(f"network {number + 1} of {count}, to end with: {finale.name}")
        folder = plan.folder / f"network-{number + 1}"
        folder.mkdir()
        # A network that does not even start has noted why, as any other violation.
        with contextlib.suppress(StoppedEarly), ProxiedNet(folder, rng) as net:
            Network(net, plan, rng, total).live(plan.seconds / count, finale)
        if total.violations:
            break
    return Outcome(total.violations + total.delays, total.figures(plan.rate or RATE))
