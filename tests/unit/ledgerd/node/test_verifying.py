"""Many authorisations, a slice at a time."""

import trio.testing

from ledgerd.chain.transaction import are_valid_authorisations, signed_part
from ledgerd.node.verifying import SLICE_COUNT, judge_authorisations, judge_in_slices
from tests.loop_turns import neighbour
from tests.unit.ledgerd.node.samples import allot, forged, signed


async def test_each_is_judged_in_its_order_across_slices() -> None:
    bad_places = (0, SLICE_COUNT - 1, SLICE_COUNT, 2 * SLICE_COUNT)
    reads = [signed(allot(number)) for number in range(2 * SLICE_COUNT + 1)]
    for place in bad_places:
        reads[place] = forged(reads[place])

    verdicts = await judge_authorisations([signed_part(read) for read in reads])

    assert [place for place, holds in enumerate(verdicts) if not holds] == list(bad_places)


async def test_others_have_a_turn_between_two_slices() -> None:
    parts = [signed_part(signed(allot(number))) for number in range(SLICE_COUNT)] * 3

    async with neighbour() as beside:
        await judge_authorisations(parts)

    assert beside.turn_count >= 1


async def test_one_slice_needs_no_turn() -> None:
    parts = [signed_part(signed(allot(number))) for number in range(SLICE_COUNT)]

    with trio.testing.assert_no_checkpoints():
        assert await judge_in_slices(parts, are_valid_authorisations) == [True] * SLICE_COUNT


async def test_nothing_is_judged_at_once() -> None:
    assert await judge_authorisations([]) == []
