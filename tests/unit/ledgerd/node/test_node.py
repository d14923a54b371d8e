"""The facade: what rpc and offices call."""

from pathlib import Path

import pytest
import trio

from ledgerd.node.node import Node, OutcomeUnknown
from ledgerd.node.refusals import SubmitRefused
from ledgerd.node.views import OutcomeState
from tests.unit.ledgerd.node.engines import running_engine
from tests.unit.ledgerd.node.samples import MEMBERS, allot, signed
from tests.unit.ledgerd.node.worlds import seal_of


async def test_a_refusal_is_raised_and_not_returned(tmp_path: Path) -> None:
    async with running_engine(tmp_path) as (engine, _):
        with pytest.raises(SubmitRefused):
            await Node(engine).submit(signed(allot(0)).encoded, ())


async def test_waiting_for_what_does_not_come_ends_in_unknown_never_in_failure(
    tmp_path: Path,
) -> None:
    async with running_engine(tmp_path) as (engine, _):
        with pytest.raises(OutcomeUnknown) as caught:
            await Node(engine).wait(bytes(32), 0.05)

        assert not caught.value.is_quorum_seen


async def test_the_node_says_whose_it_is_and_where_it_stands(tmp_path: Path) -> None:
    async with running_engine(tmp_path) as (engine, _):
        node = Node(engine)

        assert node.institution == MEMBERS[0]
        assert node.status().institution == MEMBERS[0]
        assert node.peers() == ()
        assert node.reads.head().height == 0
        assert node.outcome(bytes(32)).state is OutcomeState.UNKNOWN
        assert await node.sidecar(bytes(32)) is None
        assert [v.institution_id for v in node.genesis.validators] == list(MEMBERS)


async def test_a_seal_wakes_those_who_wait_for_it(tmp_path: Path) -> None:
    async with running_engine(tmp_path) as (engine, _):
        node = Node(engine)
        engine.core.applier.store_seal(seal_of(engine.core.applier.header))

        with trio.fail_after(5):
            await node.wait_sealed(0)
        with trio.move_on_after(0.05) as scope:
            await node.wait_height_above(0)

        assert scope.cancelled_caught
