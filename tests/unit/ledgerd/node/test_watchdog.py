"""Guards: stalls of the loop, and the room that the disk has left."""

from pathlib import Path

import pytest
import trio
import trio.testing
from structlog.testing import capture_logs

from ledgerd.clock import thread_cpu_ms
from ledgerd.errors import StorageWriteFailed
from ledgerd.node.watchdog import LoopWatch, SpaceWatch
from ledgerd.storage.free_space import Space, SpaceFloors
from tests.unit.ledgerd.node.samples import StillClock


async def test_the_longest_stall_is_kept(autojump_clock: object) -> None:
    clock = StillClock()
    watch = LoopWatch(clock)

    async with trio.open_nursery() as nursery:
        nursery.start_soon(watch.run)
        for passed_ms in (50, 350, 60):
            await trio.testing.wait_all_tasks_blocked()
            clock.monotonic += passed_ms
            with trio.move_on_after(0.05):
                await trio.sleep_forever()
        nursery.cancel_scope.cancel()

    assert watch.longest_stall_ms == 300


async def test_the_log_says_how_much_of_a_stall_was_computed(autojump_clock: object) -> None:
    """A loop that stood still and computed nothing had no core, and no code is to blame."""
    clock = StillClock()

    with capture_logs() as lines:
        async with trio.open_nursery() as nursery:
            nursery.start_soon(LoopWatch(clock).run)
            await trio.testing.wait_all_tasks_blocked()
            began_ms = thread_cpu_ms()
            while thread_cpu_ms() < began_ms + 20:
                pass
            clock.monotonic += 60_000
            with trio.move_on_after(0.06):
                await trio.sleep_forever()
            nursery.cancel_scope.cancel()

    (line,) = lines
    assert line["stall_ms"] == 59_950
    assert 20 <= line["cpu_ms"] < 59_950


@pytest.mark.parametrize(
    ("lag_ms", "pause_s"), [(0.0, 0.0), (20.0, 0.0), (40.0, 0.01), (5_000.0, 0.025)]
)
def test_clients_wait_the_longer_the_later_the_loop_comes_back(
    lag_ms: float, pause_s: float
) -> None:
    """Requests took two thirds of a starved node's time; of a block each node does ten steps."""
    watch = LoopWatch(StillClock())
    watch.lag_ms = lag_ms

    assert watch.client_pause_s == pause_s


async def test_little_room_is_seen_and_none_stops_the_node(tmp_path: Path) -> None:
    assert SpaceWatch(tmp_path, SpaceFloors(2, 1)).space is Space.AMPLE
    assert SpaceWatch(tmp_path, SpaceFloors(1 << 62, 1)).space is Space.LOW

    with pytest.raises(StorageWriteFailed):
        await SpaceWatch(tmp_path, SpaceFloors(1 << 62, 1 << 61)).run()
