"""A stage for stories: a cluster in fair weather, and words for what happens to it.

Targeted scenarios and the bugs of others are told with these words.
"""

from collections.abc import Callable
from dataclasses import replace
from typing import Any

from tests.simulator.cluster import Cluster
from tests.simulator.host import Host
from tests.simulator.profiles import Plan, Timing

TIMEOUT_MS = 1_000
PLAN = Plan(seed=1, bundle_count=0, timing=Timing(status_ms=200, request_timeout_ms=TIMEOUT_MS))


def started(**changes: Any) -> Cluster:
    world = Cluster(replace(PLAN, **changes))
    world.start()
    world.run_for(500)
    return world


def primary(world: Cluster) -> Host:
    views = [host.replica.report().view for host in world.hosts if host.replica is not None]
    return world.hosts[world.membership.primary_of(max(views))]


def backups(world: Cluster) -> list[Host]:
    return [host for host in world.correct_hosts if host is not primary(world)]


def view_of(host: Host) -> int:
    assert host.replica is not None
    return host.replica.report().view


def isolate(world: Cluster, host: Host) -> None:
    for other in world.hosts:
        world.network.cut(host.address, other.address)
        world.network.cut(other.address, host.address)


def lose(world: Cluster, is_lost: Callable[[int, Any], bool]) -> None:
    """Lose the consensus messages to a target that ``is_lost`` names."""

    def loses(_source: int, target: int, payload: Any) -> bool:
        return is_lost(target, getattr(payload, "message", None))

    world.network.loses = loses


def fill(world: Cluster, host: Host, count: int) -> None:
    """Let ``count`` batches be executed, one after the other."""
    for _ in range(count):
        world.submit(host)
        world.run_for(60)


def without(world: Cluster, *missing: Host) -> list[Host]:
    return [host for host in world.correct_hosts if host not in missing]
