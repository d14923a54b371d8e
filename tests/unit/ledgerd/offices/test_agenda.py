"""Chores that fall due, one after the other."""

from ledgerd.offices.agenda import Agenda
from ledgerd.offices.chore import Chore, ChoreKind

FIRST, SECOND, THIRD = (
    Chore(kind=ChoreKind.COUNTERSIGN, author="129900002000000014", subject=bytes([number]) * 19)
    for number in range(3)
)


def test_what_is_new_is_due_at_once_in_its_order() -> None:
    agenda = Agenda((FIRST, SECOND))
    agenda.add(THIRD)

    assert agenda.take_due(0, 9) == [FIRST, SECOND, THIRD]


def test_no_more_is_taken_than_asked_for_and_the_rest_comes_next() -> None:
    agenda = Agenda((FIRST, SECOND, THIRD))

    assert agenda.take_due(0, 2) == [FIRST, SECOND]
    assert agenda.take_due(0, 2) == [THIRD]


def test_what_is_taken_is_open_until_it_is_dropped() -> None:
    agenda = Agenda((FIRST,))
    agenda.take_due(0, 1)

    assert len(agenda) == 1

    agenda.drop(FIRST)

    assert len(agenda) == 0


def test_what_is_put_off_falls_due_at_its_time_and_once() -> None:
    agenda = Agenda((FIRST, SECOND))
    agenda.take_due(0, 1)
    agenda.put_off(FIRST, 500)
    agenda.put_off(SECOND, 300)

    assert agenda.take_due(299, 9) == []
    assert agenda.take_due(500, 9) == [SECOND, FIRST]
    assert agenda.take_due(500, 9) == []


def test_what_is_dropped_does_not_come_again() -> None:
    agenda = Agenda((FIRST,))
    agenda.put_off(FIRST, 100)
    agenda.drop(FIRST)

    assert agenda.take_due(100, 9) == []


def test_what_is_open_is_not_taken_up_twice() -> None:
    agenda = Agenda((FIRST, FIRST))
    agenda.take_due(0, 9)
    agenda.add(FIRST)

    assert agenda.take_due(0, 9) == []
    assert len(agenda) == 1


def test_tries_are_counted() -> None:
    agenda = Agenda((FIRST,))

    assert [agenda.count_try(FIRST), agenda.count_try(FIRST)] == [1, 2]


def test_what_was_never_tried_is_fresh_until_it_is_tried_or_dropped() -> None:
    agenda = Agenda((FIRST, SECOND, THIRD))
    agenda.add(FIRST)

    agenda.count_try(FIRST)
    agenda.count_try(FIRST)
    after_a_try = agenda.fresh_count
    agenda.drop(FIRST)
    agenda.drop(SECOND)

    assert (after_a_try, agenda.fresh_count) == (2, 1)
