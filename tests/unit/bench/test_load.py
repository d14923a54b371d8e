"""What the processes of the load saw, put together."""

import math
import time
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from tests.bench.bills import BillOrder, SignedBills
from tests.bench.load import Hand, Plan, Times, measured_of, share_out
from tests.bench.wire import Refusal

ORDER = BillOrder(
    Path("home"), bytes(16), "99060126", now_ms=0, first=1, count=105, per_signature=50
)


def test_latency_runs_from_the_intended_start_and_the_rate_to_the_last_commit() -> None:
    starts = {"a": 10.0, "b": 10.5, "lost": 11.0}
    ends = {"a": 10.25, "b": 12.0, "foreign": 20.0}

    measured = measured_of(starts, ends, begin=10.0)

    assert (measured.committed, measured.handed_in, measured.seconds) == (2, 3, 2.0)
    assert sorted(measured.latencies_ms) == [250.0, 1_500.0]
    assert measured.longest_pause_ms == 1_750.0
    assert measured.commits_s == [0.25, 2.0]
    assert measured.rate == 1.0


def test_the_wait_for_the_first_commit_is_a_pause_too() -> None:
    """A primary that stops before the load begins holds up the first bills, and none before."""
    measured = measured_of({"a": 10.0, "b": 11.5}, {"a": 12.0, "b": 12.1}, begin=10.0)

    assert measured.longest_pause_ms == 2_000.0


def test_a_run_without_commits_has_no_rate_and_no_latency() -> None:
    measured = measured_of({"a": 1.0}, {}, begin=1.0)

    assert (measured.committed, measured.rate, measured.percentile_ms(99)) == (0, 0.0, 0.0)


def test_an_order_is_cut_between_transactions_and_nothing_of_it_is_lost() -> None:
    shares = share_out(ORDER, 2)

    assert [(share.first, share.count) for share in shares] == [(1, 100), (101, 5)]
    assert [(s.first, s.count) for s in ORDER.shares(4)] == [(1, 50), (51, 50), (101, 5), (151, 0)]


def test_bills_that_are_made_already_are_dealt_out_in_turn() -> None:
    made = [SignedBills((f"{number}",), "") for number in range(5)]

    assert share_out(made, 2) == [[made[0], made[2], made[4]], [made[1], made[3]]]


@dataclass
class TakingWire:
    """Takes all that is handed in."""

    taken: list[bytes] = field(default_factory=list)

    def submit(self, submissions: Sequence[bytes]) -> dict[int, Refusal]:
        self.taken += submissions
        return {}


def hand_late(late_s: float, patience_s: float) -> tuple[Hand, TakingWire, float]:
    """Let a hand begin late with ten clients a second for two seconds, until none is left."""
    plan = Plan(rate=10, connections=1, seconds=2, patience_s=patience_s)
    wire, begin = TakingWire(), time.monotonic() - late_s
    hand = Hand(wire, [b"%d" % n for n in range(40)], plan, Times(plan, 0, begin))
    hand.run()
    return hand, wire, begin


def test_whoever_has_waited_too_long_for_a_connection_is_gone_and_hands_nothing_in() -> None:
    hand, wire, begin = hand_late(late_s=2, patience_s=1)

    assert hand.gone >= 10
    assert hand.gone + len(wire.taken) == 20
    assert min(hand.starts.values(), default=math.inf) >= begin + 1
    assert wire.taken == [b"%d" % n for n in range(len(hand.starts))]  # whoever is next has them


@pytest.mark.parametrize(("late_s", "patience_s"), [(2, math.inf), (2, 60)])
def test_clients_with_patience_all_hand_in(late_s: float, patience_s: float) -> None:
    hand, wire, _ = hand_late(late_s, patience_s)

    assert (hand.gone, len(wire.taken)) == (0, 20)


def test_a_plan_without_a_rate_has_nobody_who_waits() -> None:
    plan = Plan(patience_s=0)

    assert Times(plan, 0, time.monotonic() - 60).gone(0) == 0
