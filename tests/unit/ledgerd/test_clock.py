"""The clocks."""

import hashlib

from ledgerd.clock import SystemClock, stopwatch_ns, thread_cpu_ms


def test_the_wall_clock_takes_an_offset_and_the_other_never_goes_back() -> None:
    day_ms = 86_400_000
    here, ahead = SystemClock(), SystemClock(offset_ms=day_ms)

    before = here.monotonic_ms()
    difference = ahead.wall_ms() - here.wall_ms()

    assert abs(difference - day_ms) < 10_000
    assert here.monotonic_ms() >= before


def test_a_stopwatch_goes_on() -> None:
    assert stopwatch_ns() < stopwatch_ns()


def test_the_time_of_a_thread_counts_what_it_computes() -> None:
    before_ms = thread_cpu_ms()
    while thread_cpu_ms() == before_ms:
        hashlib.sha256(bytes(1_000_000)).digest()

    assert thread_cpu_ms() > before_ms
