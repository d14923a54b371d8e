"""Parts built on the core fit the membership record."""

from pathlib import Path

from ledgerd.network.frames import BODY_BYTES_MAX, FrameKind
from ledgerd.node.assembly import build_bundler, newest_adoption
from ledgerd.node.executor import Executor
from ledgerd.node.inputs import BlockAdopted
from tests.unit.ledgerd.node.engines import config, running_engine
from tests.unit.ledgerd.node.homes import sample_home
from tests.unit.ledgerd.node.samples import StillClock, allot, signed
from tests.unit.ledgerd.node.worlds import Chain


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


async def test_a_replica_behind_the_store_is_told_of_the_newest_sealed_block(
    tmp_path: Path,
) -> None:
    """The power went between storing blocks that a peer had served and telling the replica."""
    opened = sample_home(tmp_path).open()
    stores = opened.chain
    executor = Executor(stores.blocks, stores.state)
    grower = Chain(
        stores.database, stores.blocks, stores.state, stores.indexes, opened.sidecars, executor
    )
    for number, is_sealed in enumerate((True, True, False)):
        await grower.grow(signed(allot(number)), is_sealed=is_sealed)

    newest = grower.sealed[1]
    told = (BlockAdopted(newest.contents.batch, newest.seal),)
    assert newest_adoption(opened, 0) == told
    assert newest_adoption(opened, 1) == told
    assert newest_adoption(opened, 2) == ()
    opened.close()
