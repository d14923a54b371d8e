"""Peers that bring false signatures are not listened to, each time for longer."""

from math import inf

import pytest

from ledgerd.node.patience import DOUBLINGS_MAX, FIRST_S, FORGIVEN_S, Patience


def test_a_peer_without_a_misdeed_is_heard() -> None:
    assert Patience().is_heard("a", 5.0)


def test_after_a_misdeed_a_peer_alone_is_not_heard_for_a_moment() -> None:
    patience = Patience()

    patience.blame("a", 5.0)

    assert not patience.is_heard("a", 5.0)
    assert patience.is_heard("b", 5.0)
    assert patience.is_heard("a", 5.0 + FIRST_S)


def test_misdeeds_that_are_found_together_count_once() -> None:
    patience = Patience()

    for _ in range(50):
        patience.blame("a", 5.0)

    assert patience.is_heard("a", 5.0 + FIRST_S)


@pytest.mark.parametrize("misdeeds", [1, 2, 5, DOUBLINGS_MAX + 1, DOUBLINGS_MAX + 9])
def test_each_further_misdeed_doubles_the_time_up_to_a_minute(misdeeds: int) -> None:
    patience, now = Patience(), 5.0

    for count in range(misdeeds):
        patience.blame("a", now)
        silence_s = FIRST_S * 2 ** min(count, DOUBLINGS_MAX)
        assert not patience.is_heard("a", now + silence_s - 0.01)
        now += silence_s
        assert patience.is_heard("a", now)


@pytest.mark.parametrize(("quiet_s", "silence_s"), [(1.0, 2 * FIRST_S), (FORGIVEN_S + 1, FIRST_S)])
def test_who_behaves_for_a_while_is_forgiven(quiet_s: float, silence_s: float) -> None:
    patience = Patience()
    patience.blame("a", 5.0)
    again = 5.0 + FIRST_S + quiet_s

    patience.blame("a", again)

    assert not patience.is_heard("a", again + silence_s - 0.01)
    assert patience.is_heard("a", again + silence_s)


def test_the_first_who_is_heard_again_is_known_beforehand() -> None:
    patience = Patience()
    assert patience.next_heard_at(0.0) == inf

    patience.blame("a", 5.0)
    patience.blame("b", 5.25)

    assert patience.next_heard_at(5.25) == 5.0 + FIRST_S
    assert patience.next_heard_at(5.0 + FIRST_S) == 5.25 + FIRST_S
    assert patience.next_heard_at(5.25 + FIRST_S) == inf


def test_nothing_is_held_against_anybody_until_the_first_misdeed() -> None:
    patience = Patience()
    assert not patience

    patience.blame("liar", 0.0)

    assert len(patience) == 1
