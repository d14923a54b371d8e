"""The engine as a whole, alone without peers: what it refuses, and how it ends."""

from pathlib import Path

import trio

from ledgerd.network.inbox import LinkDown, LinkUp
from ledgerd.node.refusals import RefusalCode, SubmitRefused
from ledgerd.node.views import OutcomeState
from tests.unit.ledgerd.node.engines import running_engine
from tests.unit.ledgerd.node.samples import MEMBERS, allot, signed


async def test_without_a_quorum_nothing_is_taken_in(tmp_path: Path) -> None:
    async with running_engine(tmp_path) as (engine, _):
        (answer,) = await engine.submitter.submit_many([(signed(allot(0)).encoded, ())])

        assert isinstance(answer, SubmitRefused)
        assert answer.code is RefusalCode.NO_QUORUM


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


async def test_a_draining_engine_takes_nothing_new(tmp_path: Path) -> None:
    async with running_engine(tmp_path) as (engine, links):
        for peer in MEMBERS[1:]:
            await links.arrivals.send(LinkUp(peer))
        while not engine.gauges().is_quorum_seen:
            await trio.lowlevel.checkpoint()

        await engine.drain()

        (answer,) = await engine.submitter.submit_many([(signed(allot(0)).encoded, ())])
        assert isinstance(answer, SubmitRefused)
        assert answer.code is RefusalCode.STOPPING


async def test_a_transaction_never_heard_of_is_unknown(tmp_path: Path) -> None:
    async with running_engine(tmp_path) as (engine, _):
        assert engine.state_of_absent(bytes(32)) is OutcomeState.UNKNOWN
        assert engine.height == 0
