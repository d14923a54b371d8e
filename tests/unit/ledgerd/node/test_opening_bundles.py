"""The bundle log: opened, or told what is wrong with it; begun anew beside the broken one."""

from pathlib import Path

import pytest

from ledgerd.config import HomePaths
from ledgerd.node.opening_bundles import begin_bundles_anew, find_bundles
from ledgerd.storage.bundle_log import BundleLog
from ledgerd.storage.segment_format import LogState
from ledgerd.storage.segment_opening import LogBroken

CHAIN, KEY = bytes([3]) * 32, bytes([1]) * 32


@pytest.fixture
def paths(tmp_path: Path) -> HomePaths:
    made = HomePaths(tmp_path)
    begin_bundles_anew(made, CHAIN, KEY).close()
    return made


def found(paths: HomePaths, key: bytes = KEY) -> LogState:
    opened = find_bundles(paths, CHAIN, key)
    if isinstance(opened, LogBroken):
        return opened.state
    opened.close()
    return LogState.INTACT


def test_a_whole_log_opens_and_a_missing_or_foreign_one_says_so(paths: HomePaths) -> None:
    assert found(paths) is LogState.INTACT
    assert found(paths, bytes([2]) * 32) is LogState.FOREIGN
    paths.bundles.rename(paths.bundles.with_name("away"))
    assert found(paths) is LogState.MISSING


def test_a_log_begun_anew_leaves_the_old_ones_beside_it(paths: HomePaths) -> None:
    for _ in range(2):
        log = begin_bundles_anew(paths, CHAIN, KEY)
        assert isinstance(log, BundleLog)
        log.close()
    asides = sorted(path.name for path in paths.bundles.parent.iterdir())
    assert asides == ["bundles", "bundles.broken-1", "bundles.broken-2"]
    assert found(paths) is LogState.INTACT
