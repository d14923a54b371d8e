"""The gate before sealed bytes."""

import trio
import trio.testing

from ledgerd.node.sealed_gate import SealedGate


def test_it_is_closed_until_its_condition_held_once_and_then_open_for_good() -> None:
    gate = SealedGate()
    known: list[int] = []
    assert not gate.is_open
    gate.watch(lambda: bool(known))
    assert not gate.is_open
    known.append(1)
    assert gate.is_open
    known.clear()
    assert gate.is_open


async def test_who_waits_is_let_through_or_sent_away(
    autojump_clock: trio.testing.MockClock,
) -> None:
    del autojump_clock
    gate = SealedGate()
    assert not await gate.wait_open(3.0)
    began = trio.current_time()
    gate.watch(lambda: trio.current_time() > began + 1)
    assert await gate.wait_open(3.0)
    assert trio.current_time() < began + 2
