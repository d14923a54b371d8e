"""What each replica made of its last turns."""

from consensus.reign import Reign
from consensus.turns import IDLE_TURNS, ROUND_TRIPS, Turns
from tests.unit.consensus.builders import FOUR, STATUS_MS, TIMEOUT_MS, A, batch, config, new_view

TIMEOUT = 1_000
PROBE = 50  # the default of Timing.probe_ms


class Watched:
    """Turns of views that follow each other; view 1, 5, 9 ... belong to replica 2."""

    def __init__(self) -> None:
        self.reign = Reign(FOUR)
        self.turns = Turns(config())

    def turn(self, *, is_owing: bool = True, has_batch: bool = False) -> None:
        """Let the present view pass, then enter the next one."""
        self.turns.watch(self.reign, 0, is_owing=is_owing)
        if has_batch:
            self.reign.extend(A.ref)
            self.turns.watch(self.reign, 0, is_owing=is_owing)
        self.reign.enter(new_view(self.reign.view + 1), FOUR.root, 0)

    def rounds(self, count: int, **first: bool) -> None:
        """Let everybody have turns; those of replica 2 as said, the others with batches."""
        for _ in range(count):
            self.turn(**first)
            for _ in range(3):
                self.turn(has_batch=True)
        self.turns.watch(self.reign, 0, is_owing=True)

    def measure(self, round_trip_ms: int) -> None:
        self.reign.extend(A.ref)
        self.turns.watch(self.reign, 1_000, is_owing=True)
        self.turns.on_decided([A], 1_000 + round_trip_ms)

    def time(self, failed_views: int = 0) -> int:
        return self.turns.time_for(self.reign.view, failed_views, TIMEOUT)


def idle(round_trip_ms: int = 5, **turns: bool) -> Watched:
    made = Watched()
    made.measure(round_trip_ms)
    made.reign.enter(new_view(5), FOUR.root, 0)
    made.rounds(IDLE_TURNS, **turns)
    return made


def test_two_turns_without_a_batch_are_followed_by_a_probe() -> None:
    made = idle()
    assert FOUR.primary_of(made.reign.view) == 2
    assert made.time() == PROBE


def test_one_turn_without_a_batch_is_bad_luck() -> None:
    made = Watched()
    made.measure(5)
    made.reign.enter(new_view(5), FOUR.root, 0)
    made.rounds(1)
    assert made.time() == TIMEOUT


def test_turns_in_which_nothing_was_owed_say_nothing() -> None:
    assert idle(is_owing=False).time() == TIMEOUT


def test_a_turn_with_a_batch_ends_the_probing() -> None:
    made = idle()
    made.rounds(1, has_batch=True)
    assert made.time() == TIMEOUT


def test_a_batch_in_the_present_turn_ends_the_probing_at_once() -> None:
    made = idle()
    made.reign.extend(A.ref)
    made.turns.watch(made.reign, 0, is_owing=True)
    assert made.time() == TIMEOUT


def test_the_others_get_the_full_time() -> None:
    made = idle()
    made.turn(has_batch=False)
    assert made.time() == TIMEOUT


def test_a_probe_is_at_least_four_round_trips_and_never_more_than_the_time() -> None:
    assert idle(round_trip_ms=30).time() == ROUND_TRIPS * 30
    assert idle(round_trip_ms=700).time() == TIMEOUT


def test_nobody_is_probed_before_a_round_trip_was_measured() -> None:
    made = Watched()
    made.rounds(IDLE_TURNS)
    assert made.time() == TIMEOUT


def test_after_the_first_failed_views_everybody_gets_the_full_time() -> None:
    made = idle()
    assert made.time(failed_views=FOUR.fault_max - 1) == PROBE
    assert made.time(failed_views=FOUR.fault_max) == TIMEOUT


def test_a_batch_that_others_decided_is_work_of_its_primary_and_tells_no_round_trip() -> None:
    made = idle()
    made.turns.on_decided([batch("B", A, view=made.reign.view)], 90_000)
    assert made.time() == TIMEOUT
    made = idle()
    made.turns.on_decided([batch("B", A, view=made.reign.view - 4)], 90_000)
    assert made.time() == TIMEOUT
    made = idle()
    made.turns.on_decided([batch("B", A, view=made.reign.view - 1)], 90_000)
    assert made.time() == PROBE


def test_a_batch_is_measured_once() -> None:
    made = Watched()
    made.measure(5)
    made.turns.watch(made.reign, 2_000, is_owing=True)
    made.turns.on_decided([A], 9_000)
    made.reign.enter(new_view(5), FOUR.root, 0)
    made.rounds(IDLE_TURNS)
    assert made.time() == PROBE


def test_nobody_probes_itself() -> None:
    made = Watched()
    made.measure(5)
    for view in (4, 8, 12):  # the turns of replica 1, which this is
        made.reign.enter(new_view(view), FOUR.root, 0)
        made.turns.watch(made.reign, 0, is_owing=True)
    assert FOUR.primary_of(made.reign.view) == 1
    assert made.time() == TIMEOUT


def test_a_turn_of_which_one_heard_only_while_waiting_does_not_count() -> None:
    made = Watched()
    made.measure(5)
    for _ in range(IDLE_TURNS):
        made.reign.view += 1
        made.reign.active = False
        made.turns.watch(made.reign, 0, is_owing=True)
    assert made.time() == TIMEOUT


def test_things_are_repeated_after_a_period_where_round_trips_are_shorter() -> None:
    made = Watched()
    assert made.turns.repeat_ms == STATUS_MS
    made.measure(STATUS_MS - 1)
    assert made.turns.repeat_ms == STATUS_MS


def test_things_are_repeated_after_a_round_trip_where_that_is_longer() -> None:
    made = Watched()
    made.measure(3 * STATUS_MS)
    assert made.turns.repeat_ms == 3 * STATUS_MS


def test_things_are_repeated_after_half_a_timeout_at_the_latest() -> None:
    made = Watched()
    made.measure(10 * TIMEOUT_MS)
    assert made.turns.repeat_ms == TIMEOUT_MS // 2
