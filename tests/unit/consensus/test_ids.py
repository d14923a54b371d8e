"""The order of ranks."""

from consensus.ids import Rank


def test_the_later_view_weighs_more_then_the_higher_sequence() -> None:
    assert Rank(2, 1) > Rank(1, 9)
    assert Rank(2, 2) > Rank(2, 1)
