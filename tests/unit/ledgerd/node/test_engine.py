"""The engine: what closes its gate, how it drains, what it takes up again, what ends it."""

from pathlib import Path

import msgspec
import pytest
import trio

from ledgerd.chain.bundle import Bundle, bundle_digest, sign_bundle
from ledgerd.chain.genesis import genesis_hash
from ledgerd.config import StorageConfig
from ledgerd.errors import StorageWriteFailed
from ledgerd.keys.keyring import KeyRing
from ledgerd.network.frames import FrameKind
from ledgerd.network.inbox import Incoming, LinkDown, LinkUp
from ledgerd.node.pool import PoolItem
from ledgerd.node.refusals import RefusalCode, SubmitRefused
from ledgerd.node.sync_messages import HeadNotice, encode_sync
from ledgerd.node.views import OutcomeState, Role
from ledgerd.storage.bundle_log import StoredBundle
from tests.unit.ledgerd.node.engines import running_engine
from tests.unit.ledgerd.node.homes import sample_home
from tests.unit.ledgerd.node.samples import MEMBERS, allot, signed
from tests.unit.ledgerd.node.solo import Solo, config_of, running, solo_home
from tests.unit.ledgerd.node.worlds import chain

HUGE = 1 << 50  # more than any disk has free


async def refusal_of(solo: Solo, number: int = 0) -> RefusalCode:
    with pytest.raises(SubmitRefused) as refused:
        await solo.node.submit(solo.sign(allot(number)).encoded, ())
    return refused.value.code


async def test_low_disk_space_closes_the_gate_and_reads_go_on(tmp_path: Path) -> None:
    home = solo_home(tmp_path)
    storage = StorageConfig(free_bytes_min=HUGE, free_bytes_stop=1)
    config = msgspec.structs.replace(config_of(home), storage=storage)

    async with running(home, config) as solo:
        assert await refusal_of(solo) is RefusalCode.DISK_LOW
        assert solo.node.reads.block(0) is not None


async def test_a_disk_that_is_almost_full_ends_the_engine_before_a_write_fails(
    tmp_path: Path,
) -> None:
    home = solo_home(tmp_path)
    storage = StorageConfig(free_bytes_min=HUGE, free_bytes_stop=HUGE)
    config = msgspec.structs.replace(config_of(home), storage=storage)

    with pytest.raises(BaseExceptionGroup) as ended:
        async with running(home, config):
            await trio.sleep_forever()

    assert ended.value.subgroup(StorageWriteFailed) is not None


async def test_an_observer_follows_and_sends_whoever_submits_to_a_validator(
    tmp_path: Path,
) -> None:
    home = solo_home(tmp_path)
    home.paths.keys.rename(home.paths.home / "validator-keys")
    KeyRing.create(home.paths.keys, MEMBERS[1])
    observer = msgspec.structs.replace(config_of(home), institution=MEMBERS[1])

    async with running(type(home)(home.paths, home.genesis, MEMBERS[1]), observer) as solo:
        assert await refusal_of(solo) is RefusalCode.NOT_A_VALIDATOR
        assert solo.node.status().role is Role.OBSERVER


async def test_a_drained_engine_has_committed_what_it_took_in_and_takes_no_more(
    tmp_path: Path,
) -> None:
    async with running(solo_home(tmp_path)) as solo:
        reads = [solo.sign(allot(number)) for number in range(20)]
        await solo.node.submit_many([(read.encoded, ()) for read in reads])

        await solo.engine.drain()

        states = {solo.node.outcome(read.transaction_id).state for read in reads}
        assert states <= {OutcomeState.COMMITTED, OutcomeState.SEALED}
        assert await refusal_of(solo, 30) is RefusalCode.STOPPING


async def test_draining_does_not_wait_for_a_quorum_that_is_not_there(tmp_path: Path) -> None:
    async with running(sample_home(tmp_path)) as lonely:
        lonely.engine.core.pool.add(PoolItem(lonely.sign(allot(0)), ()))

        with trio.fail_after(1):
            await lonely.engine.drain()


async def test_a_bundle_that_only_the_log_holds_is_committed_after_a_restart(
    tmp_path: Path,
) -> None:
    """Its transactions were acknowledged to nobody, and votes may rest on its bytes."""
    home = solo_home(tmp_path)
    chain_id = genesis_hash(home.genesis)
    read = signed(allot(0), chain_id=chain_id)
    bundle = Bundle(
        chain_id=chain_id, epoch=0, validator=0, sequence=1, transactions=(read.encoded,)
    )
    opened = home.open()
    encoded = sign_bundle(bundle, opened.keys.consensus)
    opened.logs.durable.append((), [StoredBundle(bundle_digest(encoded), encoded)])
    opened.close()

    async with running(home) as solo:
        outcome = await solo.node.wait(read.transaction_id, 10)

        assert outcome.state in {OutcomeState.COMMITTED, OutcomeState.SEALED}


async def test_a_transaction_is_pending_until_a_block_holds_it(tmp_path: Path) -> None:
    async with running(sample_home(tmp_path)) as lonely:
        read = lonely.sign(allot(0))
        assert lonely.engine.state_of_absent(read.transaction_id) is OutcomeState.UNKNOWN

        lonely.engine.core.pool.add(PoolItem(read, ()))

        assert lonely.engine.state_of_absent(read.transaction_id) is OutcomeState.PENDING


async def test_links_make_and_unmake_the_quorum(tmp_path: Path) -> None:
    async with running_engine(tmp_path) as (engine, links):
        for peer in MEMBERS[1:3]:
            await links.arrivals.send(LinkUp(peer))
        while not engine.gauges().is_quorum_seen:
            await trio.lowlevel.checkpoint()

        await links.arrivals.send(LinkDown(MEMBERS[1], "PeerClosed"))
        while engine.gauges().is_quorum_seen:
            await trio.lowlevel.checkpoint()

        assert engine.gauges().connected == (MEMBERS[2],)


async def test_one_liar_about_its_height_does_not_close_the_gate(tmp_path: Path) -> None:
    lie = encode_sync(HeadNotice(height=2**60))
    async with running_engine(tmp_path) as (engine, links):
        for peer in MEMBERS[1:3]:
            await links.arrivals.send(LinkUp(peer))
        await links.arrivals.send(Incoming(MEMBERS[1], FrameKind.SYNC, lie))
        while MEMBERS[1] not in engine.exchange.catch_up.heights():
            await trio.lowlevel.checkpoint()
        assert engine.gauges().is_quorum_seen
        assert not engine.gauges().is_behind

        await links.arrivals.send(Incoming(MEMBERS[2], FrameKind.SYNC, lie))
        while MEMBERS[2] not in engine.exchange.catch_up.heights():
            await trio.lowlevel.checkpoint()
        assert engine.gauges().is_behind


async def test_what_waited_for_room_is_bundled_after_a_block_without_another_submission(
    tmp_path: Path,
) -> None:
    """The share of the book was full when it was submitted: a block makes room."""
    async with running(solo_home(tmp_path)) as solo:
        waiting = solo.sign(allot(0))
        async with trio.open_nursery() as nursery:
            nursery.start_soon(solo.node.wait, waiting.transaction_id, 10)
            solo.engine.core.pool.add(PoolItem(waiting, ()))  # and nobody stirs the bundler
            solo.engine.core.witnesses.on_block(await chain().execute())
