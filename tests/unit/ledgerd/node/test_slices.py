"""Slices of the loop: others have a turn when one is used up, and not before."""

import trio
import trio.testing

from ledgerd.node.slices import SLICE_S, Slice


async def test_a_walk_gives_others_a_turn_when_its_slice_is_used_up(
    mock_clock: trio.testing.MockClock,
) -> None:
    piece = Slice()
    with trio.testing.assert_no_checkpoints():
        assert not await piece.rest()
        mock_clock.jump(SLICE_S * 0.9)
        assert not await piece.rest()
    mock_clock.jump(SLICE_S * 0.2)
    with trio.testing.assert_checkpoints():
        assert await piece.rest()
    with trio.testing.assert_no_checkpoints():
        assert not await piece.rest()
