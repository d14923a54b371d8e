"""A short life with a view change in it, and a power cut after each effect of each machine in turn.

What a machine does is counted from the start: each append, each sync and each single message is an
effect. Whatever was not synced is gone. Source: checklist item 27; reliability.md section 2.
"""

import pytest

from tests.simulator.cluster import Cluster
from tests.simulator.profiles import Machine, Plan, Timing

TIMEOUT_MS = 600
OUTAGE_MS = 150
PLAN = Plan(
    seed=5,
    window=2,
    bundle_count=0,
    timing=Timing(status_ms=300, request_timeout_ms=TIMEOUT_MS),
    machine=Machine(bundles_per_batch=1),
)
EFFECTS_MAX = 64  # more than a machine comes to in the script
STRIDE = 16  # one test goes through so many cuts


def live(victim: int, cut_after: int) -> Cluster:
    """Two blocks, the primary away for a while, two more blocks; the victim loses power once."""
    world = Cluster(PLAN)
    world.start()
    world.hosts[victim].fuse = cut_after
    world.submit(world.hosts[0])
    world.submit(world.hosts[1])
    world.run_for(300)
    world.hosts[2].pause()  # primary of view 1
    world.submit(world.hosts[victim])
    world.run_for(2 * TIMEOUT_MS)
    world.hosts[2].resume()
    world.submit(world.hosts[0])
    world.run_for(OUTAGE_MS)
    return world


@pytest.mark.slow
@pytest.mark.parametrize("victim", range(4))
@pytest.mark.parametrize("first", range(1, EFFECTS_MAX, STRIDE))
def test_a_power_cut_after_any_effect_breaks_no_promise(victim: int, first: int) -> None:
    for cut_after in range(first, first + STRIDE):
        world = live(victim, cut_after)
        world.hazards.end()
        world.expect_executed(world.hosts, 8 * TIMEOUT_MS)
        world.settle()
        assert world.watch.block_count > 0
