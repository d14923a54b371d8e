"""The profile: a run like `issue`, each node with a sampler beside it.

The sampler costs about one part in a hundred; the figures of the other scenarios are measured
without it.
"""

import json
import signal
import sys
from collections import Counter
from dataclasses import dataclass
from pathlib import Path

from tests.bench.net import BenchNet
from tests.bench.options import Options, Row
from tests.bench.parts import shares_percent
from tests.bench.profiled_node import FILE_VARIABLE
from tests.bench.running import network, saturate
from tests.processes.local_net import NodeProcess, until

COMMAND = (sys.executable, "-m", "tests.bench.profiled_node")
FUNCTION_COUNT = 12


@dataclass(frozen=True)
class Profile:
    """Nanoseconds of CPU by part and by function."""

    parts: dict[str, int]
    functions: dict[str, int]


def profile(options: Options) -> Row:
    """Where the CPU time of a saturated network goes, by part of the program."""
    with network(options, on_made=sample) as (net, maker):
        take_profiles(net)
        row = saturate(net, maker, options)
        found = take_profiles(net)
    own = found.pop("hospital")
    others = joined(list(found.values()))
    _tell(own, others)
    kept = {name: row[name] for name in ("bills_per_s", "cpu_us_per_bill_and_node")}
    return kept | named("hospital", own) | named("others", others)


def sample(net: BenchNet) -> None:
    """Let every node of a network run with a sampler; none is started yet."""
    for node in net.nodes.values():
        node.command = COMMAND
        node.environment[FILE_VARIABLE] = str(_file_of(node))


def take_profiles(net: BenchNet) -> dict[str, Profile]:
    """Take what every node has sampled since the last time."""
    nodes = net.running()
    for node in nodes:
        _file_of(node).unlink(missing_ok=True)
        assert node.process is not None
        node.process.send_signal(signal.SIGUSR2)
    until(lambda: all(_file_of(node).exists() for node in nodes), "profiles of all nodes")
    return {node.name: Profile(**json.loads(_file_of(node).read_text())) for node in nodes}


def joined(profiles: list[Profile]) -> Profile:
    """Add profiles up."""
    parts: Counter[str] = Counter()
    functions: Counter[str] = Counter()
    for each in profiles:
        parts.update(each.parts)
        functions.update(each.functions)
    return Profile(dict(parts), dict(functions))


def named(who: str, found: Profile) -> Row:
    """Give the shares of the parts as figures of a row."""
    return {f"{who}_{part}_percent": share for part, share in shares_percent(found.parts).items()}


def _tell(own: Profile, others: Profile) -> None:
    for who, found in (("hospital", own), ("others", others)):
        whole = sum(found.parts.values()) or 1
        print(f"{who}: functions with most CPU time of their own and of what they call outside")
        ranked = sorted(found.functions.items(), key=lambda entry: -entry[1])
        for place, spent_ns in ranked[:FUNCTION_COUNT]:
            print(f"  {100 * spent_ns / whole:5.1f} %  {place}")


def _file_of(node: NodeProcess) -> Path:
    return node.home.parent / f"{node.name}.profile.json"
