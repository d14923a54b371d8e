"""The same key twice, and yesterday's folder put back: no fork, and whoever finds out is silent.

Real processes (checklist 6, 28, 29): a second one on the same home, two homes with one key, a
data folder restored from a backup, and every node of an idle network stopped and started.
"""

import itertools
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from ledgerd.cli.homes import Home
from ledgerd.cli.testnet.ports import free_ports
from ledgerd.config import HomePaths
from ledgerd.rpc.answers import ChainStatus
from ledgerd.rpc.catalogue import CHAIN_BLOCK, CHAIN_STATUS
from ledgerd.rpc.client import open_client
from ledgerd.rpc.fields import NoParams
from ledgerd.rpc.queries import BlockAt
from tests.processes.local_net import LocalNet, NodeProcess, until

pytestmark = pytest.mark.processes
EXIT_CONFIG = 78
FORGOTTEN = "may have forgotten promises"
CODES = itertools.count(1)


def status_of(home: Path) -> ChainStatus:
    with open_client(Home(home).target) as client:
        return client.call(CHAIN_STATUS, NoParams())


def roles(net: LocalNet) -> dict[str, str]:
    return {node.name: status_of(node.home).role for node in net.running()}


def act(net: LocalNet) -> None:
    """Have something committed on every node that runs."""
    hospital = Home(net.home("hospital")).institution
    code = f"9906{next(CODES):02d}26"  # numbers are allotted once
    allot = ("numbers", "allot", hospital, "--code", code, "--count", "10")
    done = net.ctl(*allot, home="finance")
    net.wait_height(done.json["height"])


def wait_sealed(net: LocalNet) -> None:
    def is_sealed() -> bool:
        found = [status_of(node.home) for node in net.running()]
        return len({s.height for s in found}) == 1 and all(
            s.sealed_height == s.height for s in found
        )

    until(is_sealed, "an idle, sealed network")


def headers(home: Path, up_to: int) -> list[str]:
    with open_client(Home(home).target) as client:
        return [
            client.call(CHAIN_BLOCK, BlockAt(height=height)).header_hash
            for height in range(1, up_to + 1)
        ]


@pytest.fixture(scope="module")
def whole(tmp_path_factory: pytest.TempPathFactory) -> Iterator[LocalNet]:
    """A network that each test leaves as it was: four that vote."""
    with LocalNet(tmp_path_factory.mktemp("whole")) as made:
        made.start()
        act(made)
        yield made


def test_every_node_of_an_idle_network_stopped_and_started_votes_again(whole: LocalNet) -> None:
    net = whole
    wait_sealed(net)
    for node in net.running():
        assert node.stop() == 0
    net.start()
    until(lambda: set(roles(net).values()) == {"validator"}, "all to vote again")


def test_a_second_process_on_the_same_home_is_refused_with_words(whole: LocalNet) -> None:
    net = whole
    home = net.home("finance")
    command = [sys.executable, "-m", "ledgerd.daemon", "run", "--home", str(home)]
    second = subprocess.run(command, capture_output=True, text=True, check=False, timeout=60)
    assert second.returncode == EXIT_CONFIG
    assert f"another process uses {home}" in second.stderr
    act(net)


def test_a_data_folder_put_back_from_a_backup_does_not_vote_and_says_why(net: LocalNet) -> None:
    net.start()
    act(net)
    node = net.nodes["insurer"]
    data = node.home / "data"
    assert node.stop() == 0
    shutil.copytree(data, node.home / "backup")
    net.start("insurer")
    act(net)
    wait_sealed(net)
    assert node.stop() == 0
    shutil.rmtree(data)
    shutil.copytree(node.home / "backup", data)

    net.start("insurer")

    until(lambda: status_of(node.home).role == "observer", "the node to find out")
    assert any(FORGOTTEN in why for why in status_of(node.home).why)
    until(lambda: "does not vote" in node.log.read_text(encoding="utf-8"), "words in the log")
    act(net)
    doctor = net.ctl("doctor", home="insurer")
    assert doctor.code == 9

    assert node.stop() == 0  # and an even older copy is not believed any more
    shutil.rmtree(data / "votes")
    shutil.copytree(node.home / "backup" / "votes", data / "votes")
    node.start()
    assert status_of(node.home).role == "observer"


def test_the_vote_log_of_another_node_is_refused_with_words_and_nothing_is_lost(
    whole: LocalNet,
) -> None:
    net = whole
    own, other = net.nodes["insurer"], net.nodes["medicare"]
    assert own.stop() == 0
    votes = HomePaths(own.home).votes
    votes.rename(own.home / "own-votes")
    shutil.copytree(HomePaths(other.home).votes, votes)

    own.launch()

    assert own.wait() == EXIT_CONFIG
    assert "this log belongs to another key" in own.log.read_text(encoding="utf-8")
    own.process = None
    shutil.rmtree(votes)
    (own.home / "own-votes").rename(votes)
    net.start("insurer")
    until(lambda: roles(net)["insurer"] == "validator", "the node to vote with its own log")


def test_one_key_in_two_homes_makes_no_fork_and_whoever_finds_out_is_silent(
    net: LocalNet, tmp_path: Path
) -> None:
    net.start()
    act(net)
    original = net.nodes["insurer"]
    assert original.stop() == 0
    twin = NodeProcess(copy_with_other_ports(original.home, tmp_path / "twin"))
    net.start("insurer")
    twin.start()
    try:
        for _ in range(6):
            act(net)
        found = {status_of(home).role for home in (original.home, twin.home)}
        until(lambda: "observer" in roles_of(original.home, twin.home), "one of them to find out")
        assert found <= {"validator", "waiting", "observer"}
        height = status_of(net.home("finance")).height
        until(lambda: status_of(twin.home).height >= height, "the twin to follow")
        chains = [headers(home, height) for home in (net.home("finance"), twin.home)]
        assert chains[0] == chains[1]
    finally:
        twin.kill()


def roles_of(*homes: Path) -> set[str]:
    return {status_of(home).role for home in homes}


def copy_with_other_ports(home: Path, to: Path) -> Path:
    """Copy a home as somebody does who moves a node and forgets to stop the old one."""
    shutil.copytree(home, to, ignore=shutil.ignore_patterns("rpc.sock", ".cookie", "LOCK"))
    text = (to / "config.toml").read_text(encoding="utf-8")
    own = Home(home).config
    [fresh] = free_ports(1)
    text = text.replace(own.rpc.listen, f"127.0.0.1:{fresh.rpc}")
    text = text.replace(own.network.listen[0], f"127.0.0.1:{fresh.peers}")
    (to / "config.toml").write_text(text, encoding="utf-8")
    return to
