"""The replica is restored from what its log holds."""

from dataclasses import replace
from pathlib import Path

import pytest

from consensus import RestoreError
from ledgerd.node.driving import build_driver
from tests.unit.ledgerd.node.engines import config, running_engine
from tests.unit.ledgerd.node.homes import records_up_to
from tests.unit.ledgerd.node.samples import StillClock


async def test_an_empty_log_gives_a_fresh_replica(tmp_path: Path) -> None:
    async with running_engine(tmp_path) as (engine, _):
        driver = build_driver(engine.home, engine.core, engine.exchange, StillClock(), config())

        assert (driver.report().view, driver.report().executed) == (1, 0)
        assert not driver.report().amnesia


async def test_a_log_of_another_chain_is_refused(tmp_path: Path) -> None:
    async with running_engine(tmp_path) as (engine, _):
        home = replace(engine.home, records=records_up_to(3, chain_id=bytes(32)))
        with pytest.raises(RestoreError):
            build_driver(home, engine.core, engine.exchange, StillClock(), config())
