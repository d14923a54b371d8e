"""A silent primary among real processes is replaced, and its network goes on at once.

The long ones are ``scripts/chaos --scenario silent`` and its neighbours; they hold it to its time,
which a test that may run on any machine does not.
"""

from pathlib import Path

import pytest

from tests.chaos.pressing import Press, make_bills
from tests.chaos.primaries import COMMAND
from tests.chaos.watching import Watch, committed_count
from tests.processes.dishonest_primary import MODE_FILE
from tests.processes.local_net import LocalNet, until

pytestmark = pytest.mark.processes
SILENT = "medicare"  # primary of the first view
PRESS_S = 3.0


def test_a_silent_primary_is_replaced_and_the_others_go_on(
    tmp_path: Path,
) -> None:
    net = LocalNet(tmp_path)
    for node in net.nodes.values():
        node.command = (node.command[0], *COMMAND)
    (net.home(SILENT) / MODE_FILE).write_text("silent", encoding="utf-8")
    with net:
        net.start()
        watch = Watch(net)
        watch.ignore(SILENT)
        watch.look()
        assert watch.turns[-1].primary == SILENT
        bills = make_bills(net)  # allots numbers: the first thing that is owed
        until(lambda: committed_count(net) > 0, "the first commit")
        watch.look()
        assert watch.turns[-1].primary != SILENT

        before = committed_count(net)
        press = Press(net, ("finance", "hospital", "insurer"), hands=3)
        press.begin(bills)
        watch.look_for(PRESS_S)
        press.end()
        assert committed_count(net) > before
        left = watch.left()
        assert min(left.values()) >= 1, left
        reasons = watch.complaints()
        assert "2 overdue" in [why for each in reasons.values() for why in each], reasons
