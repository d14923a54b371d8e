"""The clock of obligations on its own."""

from consensus.hearing import Hearing
from consensus.obligations import STANDSTILL_TIMEOUTS_MAX, Obligations
from tests.unit.consensus.builders import A, digest_of, new_view, state_of, view_change

TIMEOUT = 1_000


class Clockwork:
    """Obligations with others heard at every call."""

    def __init__(self) -> None:
        self.state = state_of()
        self.obligations = Obligations(self.state)
        self.hearing = Hearing(self.state)
        self.now_ms = 0

    def run(self, elapsed_ms: int, heard: tuple[int, ...] = (0, 2, 3)) -> None:
        for replica in heard:
            self.hearing.on_status(replica, self.now_ms)
        self.obligations.run(self.now_ms, elapsed_ms, TIMEOUT, self.hearing)
        self.now_ms += elapsed_ms


def owing(*names: str) -> Clockwork:
    made = Clockwork()
    made.obligations.owe(digest_of(name) for name in names)
    return made


def test_overdue_is_exactly_one_timeout() -> None:
    made = owing("Z")
    made.run(TIMEOUT - 1)
    assert not made.obligations.complaint(TIMEOUT)
    assert made.obligations.remaining_ms(TIMEOUT) == 1
    made.run(1)
    assert made.obligations.complaint(TIMEOUT)
    assert made.obligations.remaining_ms(TIMEOUT) == 0


def test_nothing_owed_has_no_deadline() -> None:
    made = Clockwork()
    made.run(9 * TIMEOUT)
    assert made.obligations.remaining_ms(TIMEOUT) is None
    assert made.obligations.clock_ms == 0


def test_no_deadline_while_the_view_is_not_active() -> None:
    made = owing("Z")
    made.state.reign.leave(view_change(1, 2), 0)
    made.run(2 * TIMEOUT)
    assert made.obligations.remaining_ms(TIMEOUT) is None
    assert not made.obligations.complaint(TIMEOUT)


def test_a_bundle_owed_twice_keeps_its_age() -> None:
    made = owing("Z")
    made.run(TIMEOUT)
    made.obligations.owe((digest_of("Z"),))
    assert made.obligations.complaint(TIMEOUT)
    assert made.obligations.count() == 1


def test_standing_still_in_a_row_is_bounded_and_begins_anew_after_a_movement() -> None:
    made = owing("Z")
    made.run(STANDSTILL_TIMEOUTS_MAX * TIMEOUT - 1, heard=())
    assert made.obligations.clock_ms == 0
    made.run(1)
    assert made.obligations.clock_ms == 1
    made.run(3 * 300 + 1)
    moved = made.obligations.clock_ms
    made.run(TIMEOUT, heard=())
    assert made.obligations.clock_ms == moved


def test_a_served_younger_bundle_shows_that_an_older_one_is_passed_over() -> None:
    made = owing("Z")
    made.run(TIMEOUT - 1)
    made.obligations.owe((digest_of("Y"),))
    made.obligations.on_decided((A,))
    made.run(1)
    made.obligations.owe((digest_of("A"),))
    made.obligations.on_decided((A,))
    made.run(1)
    assert made.obligations.complaint(TIMEOUT)
    made.obligations.forgive((digest_of("Z"), digest_of("unknown")))
    assert not made.obligations.complaint(TIMEOUT)


def test_only_an_open_batch_can_be_overdue_without_bundles() -> None:
    made = Clockwork()
    made.state.reign.extend(A.ref)
    made.run(TIMEOUT)
    assert made.obligations.complaint(TIMEOUT)
    made.state.chain.decide(A.ref)
    assert not made.obligations.complaint(TIMEOUT)


def test_entering_a_view_starts_the_clock_at_zero_for_everything_owed() -> None:
    made = owing("Y", "Z")
    made.run(TIMEOUT)
    made.state.reign.enter(new_view(2), made.state.membership.root, 0)
    made.obligations.on_entered()
    assert made.obligations.clock_ms == 0
    assert not made.obligations.complaint(TIMEOUT)
    assert made.obligations.named() == (digest_of("Y"), digest_of("Z"))
    assert made.obligations.not_owed((digest_of("Y"), digest_of("X"))) == [digest_of("X")]
