"""Parts built on the core fit the membership record."""

from pathlib import Path

from ledgerd.network.frames import BODY_BYTES_MAX, FrameKind
from ledgerd.node.assembly import build_bundler, newest_adoption
from tests.unit.ledgerd.node.engines import config, running_engine
from tests.unit.ledgerd.node.samples import StillClock


async def test_bundles_fit_one_frame_and_the_limits_of_the_membership(tmp_path: Path) -> None:
    async with running_engine(tmp_path) as (engine, links):
        home = engine.home
        making = build_bundler(home, engine.core, links, StillClock(), config()).making

        assert making.content_bytes_max < BODY_BYTES_MAX[FrameKind.BUNDLE]
        assert making.transactions_bytes_max < home.genesis.limits.bundle_bytes_max
        assert making.validator == home.self_id


async def test_a_log_that_is_as_far_as_the_store_is_told_nothing(tmp_path: Path) -> None:
    async with running_engine(tmp_path) as (engine, _):
        assert newest_adoption(engine.home, 0) == ()
