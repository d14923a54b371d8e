"""A configuration that is not that of the last start is said, key by key."""

from pathlib import Path

import msgspec
import pytest
from structlog.testing import capture_logs

from ledgerd.config import Config, HomePaths, NetworkConfig, Peer, StorageConfig
from ledgerd.node.config_memory import SEEN_NAME, compare_with_last_start

BEGUN = Config("sample", network=NetworkConfig(peers={"one": Peer("127.0.0.1:7400")}))


@pytest.fixture
def paths(tmp_path: Path) -> HomePaths:
    (tmp_path / "data").mkdir()
    return HomePaths(tmp_path)


def changed(paths: HomePaths, config: Config) -> list[str] | None:
    with capture_logs() as lines:
        compare_with_last_start(paths, config)
    return lines[0]["changed"] if lines else None


def test_the_first_start_and_an_equal_one_have_nothing_to_say(paths: HomePaths) -> None:
    assert changed(paths, BEGUN) is None
    assert changed(paths, BEGUN) is None


def test_each_changed_value_is_named_once(paths: HomePaths) -> None:
    compare_with_last_start(paths, BEGUN)
    other = msgspec.structs.replace(
        BEGUN,
        network=NetworkConfig(peers={"one": Peer("127.0.0.1:7401")}),
        storage=StorageConfig(cache_bytes=1 << 21),
    )

    assert changed(paths, other) == ["network.peers.one.address", "storage.cache_bytes"]
    assert changed(paths, other) is None


@pytest.mark.parametrize("content", [b"", b"{", b"[1]", b"[" * 100_000, b'{"\xc0": 1}'])
def test_a_memory_that_is_damaged_is_said_and_made_anew(paths: HomePaths, content: bytes) -> None:
    compare_with_last_start(paths, BEGUN)
    (paths.home / "data" / SEEN_NAME).write_bytes(content)

    assert changed(paths, BEGUN)
    assert changed(paths, BEGUN) is None
