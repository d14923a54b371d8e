"""Reads of governance and of the books, over a node."""

import pytest

from ledgerd.keys.roles import OperatorRole
from ledgerd.ledger.governance_operations import Propose, Suspension
from ledgerd.rpc.codes import RpcFailure
from ledgerd.rpc.methods_governance import GovernanceReads
from ledgerd.rpc.queries import IdRef, Page
from ledgerd.rpc.registry import ALL_SCOPES, Caller
from ledgerd.rpc.requests_governance import GapList, SettleClearing, TotalsGet
from tests.unit.ledgerd.rpc.solo_node import FINANCE, HOSPITAL, INSURER, MEDICARE, SoloNode
from tests.unit.ledgerd.rpc.stories import CODE, DAY, Story

CALLER = Caller("test", ALL_SCOPES)


async def proposed() -> tuple[GovernanceReads, bytes]:
    story = Story(SoloNode())
    await story.allot()
    await story.issue()
    made = Propose(client_ref="p", date=DAY, subject=Suspension(institution=INSURER))
    key = await story.tell(HOSPITAL, made, OperatorRole.ADMIN)
    return GovernanceReads(story.node), key  # type: ignore[arg-type]


async def test_proposals_are_shown_and_listed() -> None:
    reads, key = await proposed()

    shown = await reads.proposal(IdRef(id=key.hex()), CALLER)
    listed = await reads.proposals(Page(), CALLER)

    assert listed.proposals == (shown.proposal,)
    assert (shown.proposal.subject, shown.proposal.institution) == ("suspension", INSURER)


async def test_books_are_shown_also_when_nobody_wrote_in_them() -> None:
    reads, _ = await proposed()

    day = await reads.totals(TotalsGet(issuer=HOSPITAL, date=DAY), CALLER)
    month = await reads.clearing(
        SettleClearing(bureau=MEDICARE, hospital=HOSPITAL, month=DAY // 100), CALLER
    )
    other = await reads.totals(TotalsGet(issuer=FINANCE, date=DAY), CALLER)

    assert (day.issued_count, other.issued_count, month.settled_count) == (1, 0, 0)


async def test_what_does_not_exist_is_not_found() -> None:
    reads, _ = await proposed()

    for work in (reads.proposal, reads.write_off):
        with pytest.raises(RpcFailure):
            await work(IdRef(id="00" * 39), CALLER)
    with pytest.raises(RpcFailure):
        await reads.gaps(GapList(code=CODE, range_id="00" * 16), CALLER)
    assert (await reads.write_offs(Page(), CALLER)).write_offs == ()
