"""Numbers that came back: against a set of numbers, the slow and obvious twin."""

import itertools

import pytest
from hypothesis import given, strategies as st

from ledgerd.errors import TransactionRejected
from ledgerd.ledger.number_objects import SPANS_MAX, NumberSpan
from ledgerd.ledger.number_spans import FreeNumbers
from ledgerd.ledger.reject_codes import RejectCode as Code

TOP = 60
STEPS = st.lists(st.tuples(st.integers(0, TOP), st.integers(1, 12)), max_size=40)


def span(first: int, last: int) -> NumberSpan:
    return NumberSpan(first=first, last=last)


def numbers_in(free: FreeNumbers) -> set[int]:
    inside = {n for one in free.spans for n in range(one.first, one.last + 1)}
    return inside | set(range(free.next_number, TOP + 20))


def is_in_order(free: FreeNumbers) -> bool:
    edges = [*free.spans, span(free.next_number, free.next_number)]
    return all(a.last + 1 < b.first for a, b in itertools.pairwise(edges))


@given(STEPS, st.randoms(use_true_random=False))
def test_what_is_held_and_what_is_free_never_overlap(steps, random) -> None:
    free, held = FreeNumbers((), 0), []
    for first, count in steps:
        last = first + count - 1
        if held and random.random() < 0.4:
            low, high = held.pop(random.randrange(len(held)))
            cut = random.randint(low, high)
            free = free.giving_back(cut, high)
            if cut > low:
                held.append((low, cut - 1))
        else:
            try:
                taken = free.taking(first, last)
            except TransactionRejected:
                assert not set(range(first, last + 1)) <= numbers_in(free)
                continue
            assert set(range(first, last + 1)) <= numbers_in(free)
            free = taken
            held.append((first, last))
        owned = [n for low, high in held for n in range(low, high + 1)]
        assert len(owned) == len(set(owned))
        assert not set(owned) & numbers_in(free)
        assert is_in_order(free)


def test_a_span_is_cut_on_both_sides() -> None:
    free = FreeNumbers((span(10, 30),), 50).taking(15, 20)

    assert free == FreeNumbers((span(10, 14), span(21, 30)), 50)


def test_what_touches_the_counter_lowers_it() -> None:
    free = FreeNumbers((span(10, 30),), 50)

    assert free.giving_back(31, 49) == FreeNumbers((), 10)
    assert free.giving_back(40, 49) == FreeNumbers((span(10, 30),), 40)


def test_no_more_spans_wait_than_may() -> None:
    spans = tuple(span(4 * i, 4 * i + 1) for i in range(SPANS_MAX))
    free = FreeNumbers(spans, 10_000)

    with pytest.raises(TransactionRejected) as refused:
        free.giving_back(5_000, 5_000)
    assert refused.value.code == Code.TOO_MANY
    assert len(free.giving_back(2, 3).spans) == SPANS_MAX - 1
