"""What the processes of the load saw, put together."""

from pathlib import Path

from tests.bench.bills import BillOrder, SignedBills
from tests.bench.load import measured_of, share_out

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
