"""The node as the rest of the house sees it: never a false success, never a false failure."""

from pathlib import Path

import pytest
import trio

from ledgerd.ledger.reject_codes import RejectCode
from ledgerd.node.node import Node, OutcomeUnknown
from ledgerd.node.pool import BundleLimits, PoolItem
from ledgerd.node.refusals import RefusalCode, SubmitRefused
from ledgerd.node.views import OutcomeState
from tests.unit.ledgerd.node.engines import running_engine
from tests.unit.ledgerd.node.homes import sample_home
from tests.unit.ledgerd.node.samples import MEMBERS, NOON_MS, allot
from tests.unit.ledgerd.node.solo import running, solo_home

A_WHILE_S = 10


async def test_what_is_submitted_is_committed_and_sealed_with_its_receipts(tmp_path: Path) -> None:
    async with running(solo_home(tmp_path)) as solo:
        read = solo.sign(allot(0))

        tx_id = await solo.node.submit(read.encoded, ())
        outcome = await solo.node.wait(tx_id, A_WHILE_S, OutcomeState.SEALED)

        assert tx_id == read.transaction_id
        assert (outcome.state, outcome.height) == (OutcomeState.SEALED, 1)
        assert [receipt.code for receipt in outcome.receipts] == [RejectCode.OK]
        assert solo.node.outcome(tx_id) == outcome


async def test_the_same_transaction_again_is_answered_with_what_became_of_the_first(
    tmp_path: Path,
) -> None:
    async with running(solo_home(tmp_path)) as solo:
        read = solo.sign(allot(0))
        first = await solo.node.wait(await solo.node.submit(read.encoded, ()), A_WHILE_S)

        again = await solo.node.wait(await solo.node.submit(read.encoded, ()), A_WHILE_S)

        assert (again.height, again.receipts) == (first.height, first.receipts)
        assert solo.node.status().head.height == 1


async def test_what_was_committed_is_known_after_a_restart(tmp_path: Path) -> None:
    home = solo_home(tmp_path)
    async with running(home) as solo:
        read = solo.sign(allot(0))
        before = await solo.node.wait(
            await solo.node.submit(read.encoded, ()), A_WHILE_S, OutcomeState.SEALED
        )

    async with running(home) as solo:
        assert solo.node.outcome(read.transaction_id) == before
        second = await solo.node.submit(solo.sign(allot(1)).encoded, ())
        assert (await solo.node.wait(second, A_WHILE_S)).height == 2


async def test_a_refused_transaction_is_an_error_with_its_code_and_goes_nowhere(
    tmp_path: Path,
) -> None:
    async with running(solo_home(tmp_path)) as solo:
        forbidden = solo.sign(allot(0), kind="insurer")

        with pytest.raises(SubmitRefused) as refused:
            await solo.node.submit(forbidden.encoded, ())

        assert refused.value.code is RefusalCode.REJECTED
        assert solo.node.outcome(forbidden.transaction_id).state is OutcomeState.UNKNOWN


async def test_a_wait_that_runs_out_is_neither_success_nor_failure(tmp_path: Path) -> None:
    async with running(solo_home(tmp_path)) as solo:
        never_sent = solo.sign(allot(0)).transaction_id

        with pytest.raises(OutcomeUnknown) as unknown:
            await solo.node.wait(never_sent, 0.01)

        assert unknown.value.tx_id == never_sent
        assert unknown.value.is_quorum_seen


async def test_whoever_waits_is_told_when_a_transaction_can_have_no_effect_any_more(
    tmp_path: Path,
) -> None:
    """It was taken in, its bundle got lost, and a block is later than its time."""
    async with running(solo_home(tmp_path)) as solo:
        late = solo.sign(allot(0), until_ms=NOON_MS - 1)
        solo.engine.core.pool.add(PoolItem(late, ()))
        solo.engine.core.pool.take(BundleLimits(100, 1 << 20, 1 << 20))
        assert solo.node.outcome(late.transaction_id).state is OutcomeState.PENDING

        async with trio.open_nursery() as nursery:
            nursery.start_soon(solo.node.submit, solo.sign(allot(1)).encoded, ())
            outcome = await solo.node.wait(late.transaction_id, A_WHILE_S)

        assert outcome.state is OutcomeState.EXPIRED
        assert outcome.receipts == ()


async def test_one_of_four_alone_takes_nothing_in_and_says_why(tmp_path: Path) -> None:
    async with running(sample_home(tmp_path)) as lonely:
        read = lonely.sign(allot(0))

        with pytest.raises(SubmitRefused) as refused:
            await lonely.node.submit(read.encoded, ())
        with pytest.raises(OutcomeUnknown) as unknown:
            await lonely.node.wait(read.transaction_id, 0)

        assert refused.value.code is RefusalCode.NO_QUORUM
        assert not unknown.value.is_quorum_seen
        assert not lonely.node.status().ready
        assert "1 of 3 needed validators are linked" in lonely.node.status().why


async def test_followers_are_woken_by_blocks_and_by_seals(tmp_path: Path) -> None:
    async with running(solo_home(tmp_path)) as solo:
        async with trio.open_nursery() as nursery:
            nursery.start_soon(solo.node.wait_height_above, 0)
            nursery.start_soon(solo.node.wait_sealed, 1)
            await solo.node.submit(solo.sign(allot(0)).encoded, ())

        assert await solo.node.wait_height_above(0) == 1
        assert solo.node.status().head.sealed_height == 1


async def test_a_sidecar_that_nobody_has_is_none(tmp_path: Path) -> None:
    async with running(solo_home(tmp_path)) as solo:
        assert await solo.node.sidecar(bytes(32)) is None


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
