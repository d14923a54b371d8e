"""The replica is restored from what its log holds."""

from dataclasses import replace
from pathlib import Path

import pytest
import trio

from consensus import RestoreError
from ledgerd.config import ConsensusConfig
from ledgerd.node.driving import build_driver, timing_of
from ledgerd.node.inputs import Inputs
from tests.unit.consensus.builders import membership
from tests.unit.ledgerd.node.engines import config, running_engine
from tests.unit.ledgerd.node.homes import records_up_to
from tests.unit.ledgerd.node.samples import StillClock


def test_local_periods_come_from_the_configuration() -> None:
    configured = ConsensusConfig(disconnected_ms=70, slow_floor_ms=400, probe_ms=90)
    timing = timing_of(configured, membership())
    assert (timing.disconnected_ms, timing.slow_floor_ms, timing.probe_ms) == (70, 400, 90)
    assert timing.status_ms == configured.status_ms


def test_what_is_owed_is_told_well_before_a_timeout_is_over() -> None:
    for of in (membership(), membership(n=64)):
        most_ms = of.limits.request_timeout_ms // 4
        assert timing_of(ConsensusConfig(status_ms=5_000), of).status_ms <= most_ms


def test_many_replicas_tell_their_status_more_seldom() -> None:
    few, many = (timing_of(ConsensusConfig(), membership(n=n)).status_ms for n in (4, 13))
    assert few == ConsensusConfig().status_ms
    assert many > few


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


async def test_a_log_gives_back_the_replica_that_wrote_it(tmp_path: Path) -> None:
    async with running_engine(tmp_path) as (engine, _):
        chain_id = engine.home.epoch.membership.chain
        home = replace(engine.home, records=records_up_to(3, chain_id=chain_id))

        driver = build_driver(home, engine.core, engine.exchange, StillClock(), config())

        assert driver.report().executed == 3


@pytest.mark.parametrize(
    ("changes", "amnesia"),
    [({"is_log_damaged": True}, True), ({"self_id": None}, False)],
    ids=["forgotten promises", "no validator"],
)
async def test_a_key_that_may_not_vote_never_votes(
    tmp_path: Path, changes: dict, amnesia: bool
) -> None:
    async with running_engine(tmp_path) as (engine, _):
        home, clock = replace(engine.home, records=(), **changes), StillClock()
        driver = build_driver(home, engine.core, engine.exchange, clock, config())
        inbox, inbox_end = trio.open_memory_channel[Inputs](1)
        inbox.close()

        await driver.run(inbox_end)

        assert driver.report().amnesia is amnesia
        assert not driver.report().voting
