"""Sums over the present state, after the story of one bill."""

from ledgerd.rpc.fields import NoParams
from ledgerd.rpc.methods_stats import StatsMethods
from ledgerd.rpc.registry import ALL_SCOPES, Caller
from tests.unit.ledgerd.rpc.solo_node import SoloNode
from tests.unit.ledgerd.rpc.stories import TOTAL_FEN, told

CALLER = Caller("test", ALL_SCOPES)


async def test_sums_are_those_of_the_story() -> None:
    story = await told()

    found = await StatsMethods(story.node).stats(NoParams(), CALLER)  # type: ignore[arg-type]

    assert (found.bills, found.charged_fen, found.settled_fen) == (1, TOTAL_FEN, 0)
    assert (found.claimed_fen, found.paid_fen, found.refused) == (TOTAL_FEN, 0, 0)


async def test_an_empty_ledger_sums_to_nothing() -> None:
    found = await StatsMethods(SoloNode()).stats(NoParams(), CALLER)  # type: ignore[arg-type]

    assert (found.height, found.bills, found.charged_fen, found.claimed_fen) == (0, 0, 0, 0)
