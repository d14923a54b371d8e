"""The inner parts together: a block lets pool, book and waiters go."""

from pathlib import Path

from ledgerd.node.pool import PoolItem
from tests.unit.ledgerd.node.engines import running_engine
from tests.unit.ledgerd.node.samples import MEMBERS, allot, signed
from tests.unit.ledgerd.node.worlds import chain


async def test_a_block_settles_what_the_pool_waits_for(tmp_path: Path) -> None:
    read = signed(allot(0))
    late = signed(allot(1), until_ms=1)
    executed = await chain().execute(read)
    async with running_engine(tmp_path) as (engine, _):
        for item in (read, late):
            engine.core.pool.add(PoolItem(item, ()))

        engine.core.on_block(executed)

        assert engine.core.pool.pending_count == 0
        assert engine.core.pool.is_expired(late.transaction_id)
        assert not engine.core.pool.is_expired(read.transaction_id)


async def test_members_stand_in_replica_order(tmp_path: Path) -> None:
    async with running_engine(tmp_path) as (engine, _):
        assert engine.core.members == MEMBERS


async def test_an_empty_log_owes_nothing(tmp_path: Path) -> None:
    async with running_engine(tmp_path) as (engine, _):
        assert engine.core.restore_bundles(engine.home).digests == ()
