"""Numbers that were left out, over a node."""

import pytest

from ledgerd.rpc.codes import RpcFailure
from ledgerd.rpc.gaps import gaps_of_range
from ledgerd.rpc.requests_governance import GapList
from tests.unit.ledgerd.rpc.solo_node import SoloNode
from tests.unit.ledgerd.rpc.stories import CODE, Story


async def story_with(*numbers: int) -> tuple[Story, GapList]:
    story = Story(SoloNode())
    await story.allot()
    for number in numbers:
        await story.issue(number)
    return story, GapList(code=CODE, range_id=story.range_key[10:].hex())


async def test_gaps_lie_between_used_numbers_and_not_behind_the_last() -> None:
    story, asked = await story_with(3, 4, 8)

    found, following = await gaps_of_range(story.node, asked)  # type: ignore[arg-type]

    assert [(gap.first, gap.last, gap.is_overdue) for gap in found] == [
        (1, 2, False),
        (5, 7, False),
    ]
    assert following is None


async def test_a_page_goes_on_where_it_ended() -> None:
    story, asked = await story_with(2, 4, 6)
    first = GapList(code=asked.code, range_id=asked.range_id, limit=2)

    found, following = await gaps_of_range(story.node, first)  # type: ignore[arg-type]
    assert following is not None
    second = GapList(code=asked.code, range_id=asked.range_id, cursor=following)
    rest, end = await gaps_of_range(story.node, second)  # type: ignore[arg-type]

    assert [(gap.first, gap.last) for gap in (*found, *rest)] == [(1, 1), (3, 3), (5, 5)]
    assert end is None


async def test_an_unused_range_has_none_and_an_unknown_one_is_not_found() -> None:
    story, asked = await story_with()
    unknown = GapList(code=CODE, range_id="00" * 16)

    assert await gaps_of_range(story.node, asked) == ((), None)  # type: ignore[arg-type]
    with pytest.raises(RpcFailure):
        await gaps_of_range(story.node, unknown)  # type: ignore[arg-type]


async def test_a_cursor_of_another_list_is_refused() -> None:
    story, asked = await story_with(2)
    foreign = GapList(code=CODE, range_id=asked.range_id, cursor="00")

    with pytest.raises(RpcFailure):
        await gaps_of_range(story.node, foreign)  # type: ignore[arg-type]
