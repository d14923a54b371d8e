"""A stopped node's files: read, checked, executed again, and damage found."""

import json
from pathlib import Path

import pytest
import trio

from ledgerd.chain.genesis import encode_genesis
from ledgerd.cli.main import run
from ledgerd.config import HomePaths
from ledgerd.storage import schema
from ledgerd.storage.home_lock import HomeLock
from ledgerd.storage.leveldb import create_leveldb, open_leveldb
from tests.unit.ledgerd.rpc.solo_node import GENESIS, HOSPITAL, SoloNode
from tests.unit.ledgerd.rpc.stories import Story

Captured = pytest.CaptureFixture[str]


@pytest.fixture
def home(tmp_path: Path) -> Path:
    """A home with three blocks, whose node is stopped."""
    paths = HomePaths(tmp_path)
    (tmp_path / "genesis.json").write_bytes(encode_genesis(GENESIS))
    (tmp_path / "config.toml").write_text(f'institution = "{HOSPITAL}"\n')
    for path, name in (
        (paths.chain, schema.CHAIN_STORE),
        (paths.sidecars, schema.SIDECAR_STORE),
        (paths.offices, schema.OFFICE_STORE),
    ):
        path.parent.mkdir(exist_ok=True)
        create_leveldb(path, name)
    store = open_leveldb(paths.chain, schema.CHAIN_STORE)
    story = Story(SoloNode(database=store))

    async def tell() -> None:
        await story.allot()
        await story.issue(1)
        await story.issue(2)

    trio.run(tell)
    store.close()
    return tmp_path


def flip_in_log(home: Path, place: float) -> None:
    log = max(HomePaths(home).chain.glob("*.log"), key=lambda path: path.stat().st_size)
    data = bytearray(log.read_bytes())
    data[int(len(data) * place)] ^= 1
    log.write_bytes(data)


def test_the_chain_of_a_stopped_node_is_verified_from_its_files(
    home: Path, capsys: Captured
) -> None:
    code = run(["--home", str(home), "-o", "json", "verify", "chain"])

    checked = json.loads(capsys.readouterr().out)
    assert (code, checked["height"], checked["transactions"]) == (0, 3, 3)


def test_every_value_is_read(home: Path, capsys: Captured) -> None:
    code = run(["--home", str(home), "-o", "json", "db", "check"])

    views = json.loads(capsys.readouterr().out)
    assert code == 0
    assert [view["store"] for view in views] == ["chain", "sidecars", "offices"]
    assert views[0]["keys"] > 30


@pytest.mark.parametrize("command", [["db", "check"], ["verify", "chain"]])
@pytest.mark.parametrize("place", [0.1, 0.5, 0.9])
def test_a_flipped_bit_is_found(home: Path, command: list[str], place: float) -> None:
    flip_in_log(home, place)

    assert int(run(["--home", str(home), *command])) in {8, 9}


@pytest.mark.parametrize("command", [["db", "check"], ["verify", "chain"]])
def test_a_home_in_use_is_left_alone(home: Path, command: list[str]) -> None:
    lock = HomeLock(home)

    code = run(["--home", str(home), *command])

    lock.release()
    assert int(code) == 9


def test_another_genesis_file_is_another_chain(home: Path) -> None:
    path = home / "genesis.json"
    path.write_bytes(path.read_bytes().replace(b'"solo"', b'"polo"'))

    assert int(run(["--home", str(home), "verify", "chain"])) == 8
