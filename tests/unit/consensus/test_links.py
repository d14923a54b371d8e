"""Which links are down, here and elsewhere."""

from consensus.hearing import Hearing
from consensus.links import Links
from tests.unit.consensus.builders import state_of, status

DOWN_MS = 50  # the default of Timing.disconnected_ms
PRIMARY = 2


def heard(*replicas: int) -> Hearing:
    hearing = Hearing(state_of())
    for replica in replicas:
        hearing.on_status(replica, 1_000)
    return hearing


def cut_off(n_down: tuple[int, ...] = (PRIMARY,)) -> Links:
    links = Links(state_of())
    links.changed(frozenset(n_down), 1_000)
    return links


def test_a_link_is_named_when_it_was_down_for_long_enough() -> None:
    links = cut_off((3, PRIMARY))
    assert links.named(1_000 + DOWN_MS - 1) == ()
    assert links.ripe_at_ms(1_000) == 1_000 + DOWN_MS
    assert links.named(1_000 + DOWN_MS) == (2, 3)
    assert links.ripe_at_ms(1_000 + DOWN_MS) is None


def test_a_link_that_came_up_between_was_not_down_for_long() -> None:
    links = cut_off()
    links.changed(frozenset(), 1_040)
    links.changed(frozenset({PRIMARY}), 1_041)
    assert links.named(1_060) == ()


def test_being_told_twice_that_a_link_is_down_does_not_begin_anew() -> None:
    links = cut_off()
    links.changed(frozenset({PRIMARY, 3}), 1_040)
    assert links.named(1_000 + DOWN_MS) == (PRIMARY,)


def test_a_replica_has_no_link_to_itself_and_none_to_strangers() -> None:
    links = cut_off((1, 77))
    assert links.named(2_000) == ()


def test_a_change_of_what_is_named_is_news_once() -> None:
    links = cut_off()
    assert not links.have_changed(1_010)
    assert links.have_changed(1_000 + DOWN_MS)
    assert not links.have_changed(1_000 + DOWN_MS)
    links.changed(frozenset(), 1_100)
    assert links.have_changed(1_100)


def test_the_primary_is_lost_when_another_misses_it_too() -> None:
    links = cut_off()
    assert not links.have_lost(PRIMARY, heard(0, 3), 1_100)
    links.on_status(status(0, links_down=(PRIMARY,)))
    assert links.have_lost(PRIMARY, heard(0, 3), 1_100)
    assert not links.have_lost(PRIMARY, heard(0, 3), 1_000 + DOWN_MS - 1)


def test_the_word_of_one_that_is_not_heard_any_more_says_nothing() -> None:
    links = cut_off()
    links.on_status(status(0, links_down=(PRIMARY,)))
    assert not links.have_lost(PRIMARY, heard(3), 1_100)


def test_whoever_reaches_no_quorum_misses_nobody() -> None:
    links = cut_off((0, PRIMARY))
    links.on_status(status(3, links_down=(PRIMARY,)))
    assert not links.have_lost(PRIMARY, heard(0, 3), 1_100)
