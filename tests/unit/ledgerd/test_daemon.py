"""How the daemon ends: its exit code, and what it remembers of a failure."""

from collections.abc import Iterator
from importlib.metadata import version
from pathlib import Path

import pytest
import structlog
from click.testing import CliRunner

from ledgerd.clock import SystemClock
from ledgerd.config import Config
from ledgerd.daemon import main, run_home
from ledgerd.errors import StorageCorrupted
from ledgerd.network.transport import Transport
from ledgerd.node.failures import Doubt, book_of
from ledgerd.node.starting import OpenedHome
from tests.unit.ledgerd.node.homes import SampleHome, sample_home

HUGE = 1 << 49  # more than any disk has free


@pytest.fixture(autouse=True)
def _same_log_afterwards() -> Iterator[None]:
    before = structlog.get_config()
    yield
    structlog.configure(**before)


def home_with(folder: Path, free_bytes_stop: int) -> SampleHome:
    home = sample_home(folder, validator_count=1)
    (home.paths.home / "config.toml").write_text(
        f"""institution = "{home.institution}"
[network]
listen = ["127.0.0.1:0"]
[rpc]
listen = ""
[storage]
free_bytes_min = {HUGE}
free_bytes_stop = {free_bytes_stop}
"""
    )
    return home


def test_a_full_disk_ends_the_node_and_never_costs_its_chain(tmp_path: Path) -> None:
    """Checklist 30."""
    home = home_with(tmp_path, free_bytes_stop=HUGE)

    assert [run_home(home.paths.home) for _ in range(4)] == [70] * 4

    assert not (home.paths.home / "data" / "failures.json").exists()
    assert home.paths.chain.is_dir()


def test_an_end_by_damage_is_remembered_and_makes_the_next_start_read_everything(
    tmp_path: Path,
) -> None:
    home = home_with(tmp_path, free_bytes_stop=1)

    def read_damage(_: OpenedHome, __: Config) -> Transport:
        raise StorageCorrupted("a value does not match its digest")

    assert run_home(home.paths.home, read_damage) == 70

    assert book_of(home.paths.home).doubt(SystemClock().wall_ms()) is Doubt.STORES


def test_a_wrong_configuration_is_no_failure_of_the_chain(tmp_path: Path) -> None:
    home = home_with(tmp_path, free_bytes_stop=1)
    home.paths.genesis.unlink()

    assert run_home(home.paths.home) == 78

    assert not (home.paths.home / "data" / "failures.json").exists()


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["-h"], "-h, --help"),
        (["run", "-h"], "-h, --help"),
        (["--version"], f"ledgerd, version {version('ledgerd')}"),
    ],
)
def test_the_daemon_says_what_it_is(arguments: list[str], said: str) -> None:
    answer = CliRunner().invoke(main, arguments)

    assert answer.exit_code == 0
    assert said in answer.output
