"""Four nodes commit transactions over real sockets and disks, and stay equal."""

import shutil
from pathlib import Path

import pytest
import trio

from ledgerd.ledger.bill_operations import AllotNumbers
from ledgerd.ledger.reject_codes import RejectCode
from ledgerd.node.node import OutcomeUnknown
from ledgerd.node.refusals import RefusalCode, SubmitRefused
from ledgerd.node.views import OutcomeState, Role
from tests.integration.node.cluster import Net, Site, network


def allot(net: Net, number: int) -> AllotNumbers:
    return AllotNumbers(
        client_ref=f"range-{number}",
        holder=net.sites["hospital"].institution,
        code="99010126",
        first=number * 1_000,
        count=1_000,
    )


async def commit(net: Net, number: int, through: Site | None = None) -> int:
    """Commit one range through a node; give its height."""
    site = through or net.sites["finance"]
    signed = net.sign(net.sites["finance"], allot(net, number))
    outcome = await site.node.wait(await site.node.submit(signed.encoded, ()), 20)
    assert [receipt.code for receipt in outcome.receipts] == [RejectCode.OK]
    assert outcome.height is not None
    return outcome.height


async def test_a_transaction_is_committed_on_all_four_and_sealed(tmp_path: Path) -> None:
    async with network(tmp_path) as net:
        await net.start()
        await net.wait_linked()
        finance = net.sites["finance"]
        signed = net.sign(finance, allot(net, 0))

        tx_id = await finance.node.submit(signed.encoded, ())
        outcome = await finance.node.wait(tx_id, 20, OutcomeState.SEALED)

        assert outcome.state is OutcomeState.SEALED
        assert [receipt.code for receipt in outcome.receipts] == [RejectCode.OK]
        assert outcome.height is not None
        assert len(await net.wait_equal(outcome.height)) == 1


async def test_the_same_transaction_again_is_answered_with_the_first_receipt(
    tmp_path: Path,
) -> None:
    async with network(tmp_path) as net:
        await net.start()
        await net.wait_linked()
        signed = net.sign(net.sites["finance"], allot(net, 0))
        here, there = net.sites["finance"].node, net.sites["insurer"].node
        first = await here.wait(await here.submit(signed.encoded, ()), 20)
        await there.wait_height_above(first.height - 1)

        again = await there.wait(await there.submit(signed.encoded, ()), 20)

        assert (again.height, again.receipts) == (first.height, first.receipts)


async def test_many_transactions_through_all_nodes_give_one_state(tmp_path: Path) -> None:
    async with network(tmp_path) as net:
        await net.start()
        await net.wait_linked()
        sites = list(net.sites.values())
        finance = net.sites["finance"]
        # One code a transaction, so that they do not depend on their order.
        signed = [
            net.sign(
                finance,
                AllotNumbers(
                    client_ref=f"range-{number}",
                    holder=finance.institution,
                    code=f"99{number:06d}",
                    first=0,
                    count=10,
                ),
            )
            for number in range(400)
        ]

        for start in range(0, 400, 100):
            node = sites[start // 100].node
            answers = await node.submit_many([(s.encoded, ()) for s in signed[start : start + 100]])
            assert all(isinstance(answer, bytes) for answer in answers)
        outcomes = [await finance.node.wait(s.transaction_id, 30) for s in signed]

        assert {o.receipts[0].code for o in outcomes} == {RejectCode.OK}
        last = max(o.height for o in outcomes)
        assert len(await net.wait_equal(last)) == 1


async def test_three_go_on_without_one_which_catches_up_when_it_comes_back(tmp_path: Path) -> None:
    async with network(tmp_path) as net:
        await net.start()
        await net.wait_linked()
        insurer = net.sites["insurer"]
        await commit(net, 0)
        await insurer.stop()
        for number in range(1, 25):
            last = await commit(net, number)

        await net.start(insurer)
        await insurer.node.wait_height_above(last - 1)

        assert len(await net.wait_equal(last)) == 1
        assert await commit(net, 25, through=insurer) > last


async def test_each_node_in_turn_may_stop_and_come_back(tmp_path: Path) -> None:
    async with network(tmp_path) as net:
        await net.start()
        await net.wait_linked()
        for number, site in enumerate(net.sites.values()):
            through = net.sites["finance" if site is not net.sites["finance"] else "hospital"]
            await site.stop()
            last = await commit(net, number, through)
            await net.start(site)
            await net.wait_linked()

        assert len(await net.wait_equal(last)) == 1


async def test_all_stop_and_go_on_where_they_were(tmp_path: Path) -> None:
    async with network(tmp_path) as net:
        await net.start()
        await net.wait_linked()
        before = await commit(net, 0)
        for site in net.sites.values():
            await site.stop()

        await net.start()
        await net.wait_linked()
        after = await commit(net, 1)

        assert after > before
        assert len(await net.wait_equal(after)) == 1


async def test_with_two_of_four_stopped_nothing_is_called_a_success(tmp_path: Path) -> None:
    async with network(tmp_path) as net:
        await net.start()
        await net.wait_linked()
        finance = net.sites["finance"]
        signed = net.sign(finance, allot(net, 0))
        await net.sites["insurer"].stop()
        await net.sites["medicare"].stop()

        refused = None
        with trio.move_on_after(20):
            while refused is None:
                try:
                    tx_id = await finance.node.submit(signed.encoded, ())
                except SubmitRefused as error:
                    refused = error
                else:
                    with pytest.raises(OutcomeUnknown):
                        await finance.node.wait(tx_id, 0.3)
                    signed = net.sign(finance, allot(net, 0))

        assert refused is not None
        assert refused.code is RefusalCode.NO_QUORUM


async def test_a_node_without_its_vote_log_follows_and_never_votes(tmp_path: Path) -> None:
    async with network(tmp_path) as net:
        await net.start()
        await net.wait_linked()
        insurer = net.sites["insurer"]
        await commit(net, 0)
        await insurer.stop()
        shutil.rmtree(insurer.paths.votes)

        await net.start(insurer)
        last = await commit(net, 1)
        await insurer.node.wait_height_above(last - 1)

        status = insurer.node.status()
        assert status.role is Role.OBSERVER
        assert status.amnesia
        assert any("observer" in line for line in status.why)


async def test_a_node_that_lost_its_bundles_once_never_votes_again(tmp_path: Path) -> None:
    """Its vote log is whole, but the bytes are gone that its votes stand for."""
    async with network(tmp_path) as net:
        await net.start()
        await net.wait_linked()
        insurer = net.sites["insurer"]
        await commit(net, 0)
        await insurer.stop()
        shutil.rmtree(insurer.paths.bundles)
        await net.start(insurer)
        await commit(net, 1)
        await insurer.stop()

        await net.start(insurer)  # both logs look whole now
        last = await commit(net, 2)
        await insurer.node.wait_height_above(last - 1)

        assert insurer.node.status().role is Role.OBSERVER
        assert insurer.node.status().amnesia


async def test_a_lost_chain_is_fetched_again_from_the_others(tmp_path: Path) -> None:
    async with network(tmp_path) as net:
        await net.start()
        await net.wait_linked()
        insurer = net.sites["insurer"]
        for number in range(5):
            last = await commit(net, number)
        await insurer.node.wait_height_above(last - 1)
        await insurer.stop()
        shutil.rmtree(insurer.paths.chain)

        await net.start(insurer)
        await insurer.node.wait_height_above(last - 1)

        assert len(await net.wait_equal(last)) == 1
        assert await commit(net, 5, through=insurer) > last
