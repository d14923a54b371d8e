"""A real node with a damaged file starts again among three others: it fetches, observes or stops.

What peers have too comes back from them; the vote is given up only with the vote log; and three
ends in ten minutes do not cost a sound chain.
"""

import json
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from ledgerd.clock import SystemClock
from ledgerd.config import HomePaths
from ledgerd.errors import StorageError
from ledgerd.node.failures import COUNT_MAX, Cause, FailureBook
from ledgerd.storage import schema
from ledgerd.storage.kv import iterate, prefix_span
from ledgerd.storage.leveldb import open_leveldb
from tests.processes.local_net import LocalNet, until
from tests.processes.story import Story

pytestmark = pytest.mark.processes
VICTIM = "insurer"


def sidecars_of(home: Path) -> dict[bytes, bytes]:
    """Read all sidecars of a stopped node."""
    store = open_leveldb(HomePaths(home).sidecars, schema.SIDECAR_STORE)
    rows = dict(iterate(store, prefix_span(schema.SIDECAR_PREFIX)))
    store.close()
    return rows


def sidecars_in_copy(home: Path) -> dict[bytes, bytes]:
    """Read a copy of the store: to open the store itself would empty its log into a table."""
    copy = home.parent / "sidecars-copy"
    shutil.rmtree(copy, ignore_errors=True)
    (copy / "data").mkdir(parents=True)
    shutil.copytree(HomePaths(home).sidecars, copy / "data" / "sidecars")
    return sidecars_of(copy)


def is_whole(home: Path, whole: dict[bytes, bytes]) -> bool:
    """Whether the running node's store holds every sidecar again."""
    try:
        return whole.items() <= sidecars_in_copy(home).items()
    except (OSError, StorageError):  # it was written to while it was copied
        return False


def flip(path: Path) -> None:
    data = bytearray(path.read_bytes())
    data[len(data) // 2] ^= 1
    path.write_bytes(data)


def largest(folder: Path, pattern: str) -> Path:
    return max(folder.glob(pattern), key=lambda path: path.stat().st_size)


def damage_logs(data: Path) -> None:
    flip(largest(data / "chain", "*.log"))
    flip(largest(data / "sidecars", "*.log"))


def damage_lists(data: Path) -> None:
    flip(largest(data / "chain", "MANIFEST-*"))
    shutil.rmtree(data / "sidecars")


REPAIRED: tuple[Callable[[Path], None], ...] = (damage_logs, damage_lists)


def last_reason(log: Path) -> str:
    lines = [json.loads(line) for line in log.read_bytes().splitlines() if line.startswith(b"{")]
    return str([line["reason"] for line in lines if "reason" in line][-1])


def test_a_damaged_node_gets_back_what_it_lost_and_says_what_it_cannot_get_back(
    net: LocalNet,
) -> None:
    net.start()
    story = Story(net, net.folder / "wallet").begin()
    for number in range(3):
        story.bill(1_000 + number)
    victim, data = net.nodes[VICTIM], net.home(VICTIM) / "data"
    victim.kill()
    whole = sidecars_in_copy(victim.home)
    assert whole
    for damage in REPAIRED:
        damage(data)
        net.start(VICTIM)
        net.wait_height(max(net.heights().values()))
        assert "RETIRED" not in {path.name for path in (data / "votes").iterdir()}
        until(lambda: is_whole(victim.home, whole), f"all sidecars after {damage.__name__}")
        victim.kill()

    book = FailureBook(HomePaths(victim.home))
    for _ in range(COUNT_MAX):
        book.note(SystemClock().wall_ms(), Cause.BUG)
    aside = sorted(path.name for path in data.glob("chain.*"))
    net.start(VICTIM)
    assert sorted(path.name for path in data.glob("chain.*")) == aside
    victim.kill()

    for _ in range(COUNT_MAX):
        book.note(SystemClock().wall_ms(), Cause.CONTRADICTION)
    net.start(VICTIM)
    assert (data / "chain.failing-1").is_dir()
    net.wait_height(max(net.heights().values()))
    victim.kill()

    shutil.rmtree(data / "offices")
    victim.launch()
    assert victim.wait() == 78
    assert "offices" in last_reason(victim.log)
    assert "begin-anew" in last_reason(victim.log)
    victim.process = None
