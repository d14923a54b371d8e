"""The primary moves with every term, also past a node that was away meanwhile."""

from pathlib import Path

import pytest

from ledgerd.rpc.answers import ChainStatus
from tests.processes.bill_load import BillLoad
from tests.processes.local_net import LocalNet, until

pytestmark = pytest.mark.processes
TERM = 2
TURNS = 12  # three of each node


def are_level(statuses: list[ChainStatus]) -> bool:
    """Say whether all nodes stand at one height and in one view."""
    return len({(status.height, status.view) for status in statuses}) == 1


def test_every_node_has_its_turns_and_one_that_was_killed_finds_the_view(tmp_path: Path) -> None:
    with LocalNet(tmp_path, term=TERM) as net:
        net.start()
        load = BillLoad(net, tuple(net.nodes)).prepare()
        load.begin()
        until(lambda: min(net.heights().values()) >= TURNS * TERM // 2, "half of the turns")
        net.nodes["insurer"].kill()
        height = max(net.heights().values())
        until(lambda: min(net.heights().values()) >= height + TURNS * TERM // 2, "the other half")
        net.start("insurer")
        load.end()

        until(lambda: are_level(list(net.statuses().values())), "one height and view everywhere")

        (status, *_) = net.statuses().values()
        assert status.view >= 1 + status.height // TERM
        assert load.acknowledged
