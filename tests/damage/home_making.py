"""Homes of a real node, as a kill of its process leaves them: an older and a newer state.

Made by four real ``ledgerd`` processes that commit bills; so every file is one that the product
wrote. Bills have been opened (audit log), the stores have been closed once and opened again (so
that LevelDB has tables as well as logs), and the last state is that of a killed process.
"""

import shutil
from dataclasses import dataclass
from pathlib import Path

from tests.processes.local_net import LocalNet
from tests.processes.story import Story

VICTIM, STRANGER = "hospital", "finance"


@dataclass(frozen=True)
class Homes:
    """States of a home on disk; none of them is ever opened in its place.

    Attributes:
        newer: the truth.
        older: of the same node, some blocks earlier.
        stranger: of another node of the same network.
    """

    newer: Path
    older: Path
    stranger: Path


def make_homes(folder: Path) -> Homes:
    """Run a network for some seconds and keep what is left on disk."""
    homes = Homes(folder / "newer", folder / "older", folder / "stranger")
    with LocalNet(folder) as net:
        net.start()
        story = Story(net, folder / "patient.wallet").begin()
        story.admit("insurer", "sample-insurer-b", host=VICTIM)
        _live(story, 2)
        assert net.nodes[VICTIM].stop() == 0
        net.start(VICTIM)
        _live(story, 1)
        _kill_and_keep(net, VICTIM, homes.older)
        net.start(VICTIM)
        _live(story, 2)
        _kill_and_keep(net, VICTIM, homes.newer)
        _kill_and_keep(net, STRANGER, homes.stranger)
    return homes


def _live(story: Story, bill_count: int) -> None:
    for number in range(bill_count):
        bill = story.bill(10_000 + number, 2_000)
        assert story.ctl(VICTIM, "bill", "open", bill).code == 0


def _kill_and_keep(net: LocalNet, name: str, place: Path) -> None:
    net.nodes[name].kill()
    shutil.copytree(net.home(name), place, ignore=shutil.ignore_patterns("rpc.sock"))
