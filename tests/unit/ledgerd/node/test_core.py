"""The inner parts together: a block lets pool, book and waiters go."""

from pathlib import Path

from consensus.records import BatchRecord, OpenedRecord
from ledgerd.node.pool import PoolItem
from ledgerd.storage.bundle_log import StoredBundle
from tests.unit.ledgerd.node.engines import running_engine
from tests.unit.ledgerd.node.homes import encoded, sample_home
from tests.unit.ledgerd.node.samples import MEMBERS, NOON_MS, allot, batch, numbered, signed
from tests.unit.ledgerd.node.solo import engine_of
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


def test_bundles_of_batches_in_the_vote_log_outlive_their_time_after_a_restart(
    tmp_path: Path,
) -> None:
    """A batch that was voted for may come back as an anchor: only this log may hold its bytes."""
    voted, other = numbered(1, until_ms=NOON_MS), numbered(2, until_ms=NOON_MS)
    sample = sample_home(tmp_path)
    opened = sample.open()
    records = (OpenedRecord(opened.epoch.membership.chain, 0), BatchRecord(batch(voted.digest)))
    bundles = [StoredBundle(one.digest, one.bundle) for one in (voted, other)]
    opened.logs.durable.append(encoded(records), bundles)
    opened.close()

    engine = engine_of(sample)
    owed = engine.core.restore_bundles(engine.home)

    assert owed.digests == (voted.digest, other.digest)
    assert engine.core.book.expire(NOON_MS + 1, engine.core.desk) == (other.digest,)
    engine.home.close()


async def test_an_empty_log_owes_nothing(tmp_path: Path) -> None:
    async with running_engine(tmp_path) as (engine, _):
        assert engine.core.restore_bundles(engine.home).digests == ()
