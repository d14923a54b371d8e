"""Pauses of the garbage collector: measured, and the long ones at a chosen moment."""

import gc
import weakref
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import asynccontextmanager
from dataclasses import replace

import pytest
import trio
import trio.testing

from ledgerd.node.garbage import (
    OLD_COUNT,
    SWEEP_S_MAX,
    SWEEP_S_MIN,
    WHOLE_COUNT,
    YOUNG_COUNT,
    PauseBook,
    Sweeper,
    is_quiet,
)
from ledgerd.node.status import status_of
from tests.unit.ledgerd.node.test_status import WELL


async def passing(seconds: float) -> None:
    with trio.move_on_after(seconds):
        await trio.sleep_forever()


class Cycle:
    """An object that holds itself: only a collection ends it."""

    def __init__(self) -> None:
        self.own = self


@pytest.fixture(autouse=True)
def collector_as_before() -> Iterator[None]:
    before = gc.get_threshold()
    yield
    assert gc.get_threshold() == before
    assert gc.get_freeze_count() == 0


@asynccontextmanager
async def sweeping(quiet: Callable[[], bool]) -> AsyncIterator[Sweeper]:
    sweeper = Sweeper(quiet)
    async with trio.open_nursery() as nursery:
        nursery.start_soon(sweeper.run)
        await trio.testing.wait_all_tasks_blocked()
        yield sweeper
        nursery.cancel_scope.cancel()


def test_a_collection_is_counted_with_the_time_that_it_took() -> None:
    book = PauseBook()
    gc.callbacks.append(book.note)

    gc.collect()
    gc.callbacks.remove(book.note)
    gc.collect()

    assert book.count == 1
    assert 0 < book.longest_ns == book.total_ns


async def test_what_stands_at_the_start_is_walked_by_no_collection(autojump_clock: object) -> None:
    async with sweeping(lambda: True):
        assert gc.get_freeze_count() > YOUNG_COUNT
        assert gc.get_threshold()[0] == YOUNG_COUNT
        assert gc.get_count()[0] < YOUNG_COUNT


async def test_a_cycle_that_has_grown_old_ends_at_the_next_quiet_moment(
    autojump_clock: object,
) -> None:
    async with sweeping(lambda: True) as sweeper:
        seen = weakref.ref(Cycle())
        gc.collect(1)
        assert sweeper.sweep_count == 0

        await passing(SWEEP_S_MIN + 1)

        assert seen() is None
        assert sweeper.sweep_count == 1
        assert sweeper.pauses.longest_ns > 0


async def test_a_busy_node_is_swept_late_but_is_swept(autojump_clock: object) -> None:
    async with sweeping(lambda: False) as sweeper:
        await passing(SWEEP_S_MAX - 1)
        assert sweeper.sweep_count == 0

        await passing(3)
        assert sweeper.sweep_count == 1


async def test_a_busy_node_is_swept_before_much_has_gathered(autojump_clock: object) -> None:
    """After ten minutes of load one sweep took half a second."""
    async with sweeping(lambda: False) as sweeper:
        for _ in range(OLD_COUNT):
            gc.collect(1)
        await passing(2)

        assert sweeper.sweep_count == 1


async def test_a_cycle_that_was_frozen_alive_ends_with_a_sweep_of_everything(
    autojump_clock: object,
) -> None:
    async with sweeping(lambda: True) as sweeper:
        alive = [Cycle()]
        seen = weakref.ref(alive[0])
        await passing(SWEEP_S_MIN + 1)
        alive.clear()
        await passing(SWEEP_S_MIN * (WHOLE_COUNT - 2))
        assert sweeper.sweep_count == WHOLE_COUNT - 1
        assert seen() is not None

        await passing(SWEEP_S_MIN)

        assert seen() is None


@pytest.mark.parametrize(
    ("transactions", "bundles", "quiet"), [(0, 0, True), (1, 0, False), (0, 1, False)]
)
def test_a_moment_is_quiet_when_nothing_waits_for_a_block(
    transactions: int, bundles: int, quiet: bool
) -> None:
    status = status_of(replace(WELL, pending_transactions=transactions, pending_bundles=bundles))

    assert is_quiet(status) is quiet
