"""Bugs of others that need several whole nodes: the same thing through more than one of them.

Source: reliability.md section 3; the table is in docs/testing.md.
"""

from pathlib import Path

import pytest
import trio

from ledgerd.ledger.bill_operations import AllotNumbers
from ledgerd.ledger.reject_codes import RejectCode
from ledgerd.node.refusals import SubmitRefused
from ledgerd.node.views import TxOutcome
from tests.integration.node.cluster import Net, Site, network


def allot(net: Net, reference: str) -> AllotNumbers:
    return AllotNumbers(
        client_ref=reference,
        holder=net.sites["hospital"].institution,
        code="99010126",
        first=1_000,
        count=1_000,
    )


async def test_a_transaction_that_several_bundles_bring_takes_effect_once(tmp_path: Path) -> None:
    """The duplicate check stood only where transactions are admitted: double spend by the blocks.

    Four nodes admit the same transaction at the same moment, each puts it into a bundle of its
    own, and blocks may hold it four times (CometBFT applications, Fabric; checklist item 32).
    """
    async with network(tmp_path) as net:
        await net.start()
        await net.wait_linked()
        signed = net.sign(net.sites["finance"], allot(net, "at-once"))
        sites = list(net.sites.values())
        outcomes: list[TxOutcome] = []

        async def commit(site: Site) -> None:
            outcomes.append(await site.node.wait(await site.node.submit(signed.encoded, ()), 20))

        async with trio.open_nursery() as nursery:
            for site in sites:
                nursery.start_soon(commit, site)

        assert {(o.height, o.receipts) for o in outcomes} == {
            (outcomes[0].height, outcomes[0].receipts)
        }
        again = net.sign(net.sites["finance"], allot(net, "another"))
        with pytest.raises(SubmitRefused, match="RANGE_OVERLAPS"):
            await sites[1].node.submit(again.encoded, ())


async def test_a_retry_through_another_node_after_a_time_out_is_not_applied_twice(
    tmp_path: Path,
) -> None:
    """A retry after a time-out was applied twice (indy, payment gateways).

    The first answer never comes, since the node stops; the client signs the same act anew, with
    another time, and goes elsewhere. What it is told is the first receipt.
    """
    async with network(tmp_path) as net:
        await net.start()
        await net.wait_linked()
        finance, here = net.sites["finance"], net.sites["hospital"]
        there = net.sites["insurer"]
        first = net.sign(finance, allot(net, "once"))
        await here.node.submit(first.encoded, ())
        await there.node.wait_height_above(0)
        await here.stop()

        retry = net.sign(finance, allot(net, "once"), valid_ms=3_000_000)
        outcome = await there.node.wait(await there.node.submit(retry.encoded, ()), 20)

        (receipt,) = outcome.receipts
        assert retry.transaction_id != first.transaction_id
        assert receipt.code is RejectCode.REPEATED
        assert receipt.first is not None
