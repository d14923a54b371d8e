"""A primary that is slow (consensus.md section 4, *Leave view v when*, it is slow)."""

from consensus import Batch, Complaint
from tests.unit.consensus.builders import (
    STATUS_MS,
    TIMEOUT_MS,
    Bench,
    batch,
    bench,
    checkpoint,
    digest_of,
    new_view,
    prepared,
)

SAMPLE_MIN = 8
SAMPLE_MAX = 64
USUAL_MS = TIMEOUT_MS // 4  # what stands in for terms that nobody has seen
FLOOR_MS = 200
PAUSE_MS = TIMEOUT_MS * 3 // 8  # what an honest primary may gather and agree in
VIEWS = (1, 2, 3, 5, 6)  # view 4 is the own turn


def owe(backup: Bench, view: int, count: int = SAMPLE_MIN) -> list[str]:
    names = [f"{view}-{number}" for number in range(count)]
    backup.owe(*names)
    return names


def decide(backup: Bench, view: int, names: list[str], after: Batch | None = None) -> Batch:
    """Let the primary order these at last; one batch, executed and sealed at once."""
    digests = tuple(digest_of(name) for name in names)
    proposed = batch("", after, view=view, bundle_digests=digests)
    backup.decide(proposed, view=view)
    backup.execute(proposed)
    backup.receive(*(checkpoint(replica, proposed) for replica in (0, 2, 3)))
    return proposed


def begin(backup: Bench, view: int, after: Batch | None = None) -> Batch:
    """Let the first batch of a view be decided: from then on its primary is measured."""
    return decide(backup, view, [f"first of {view}"], after)


def term(backup: Bench, view: int, wait_ms: int, after: Batch | None = None) -> Batch:
    """Let a term pass in which every bundle waits so long; then the next view is open."""
    last = begin(backup, view, after)
    names = owe(backup, view)
    backup.wait(wait_ms)
    last = decide(backup, view, names, last)
    open_next(backup, view, last)
    return last


def pauses(backup: Bench, last: Batch, *waits_ms: int) -> Batch:
    """Let eight more bundles wait for each of these times, and all of them but one be ordered."""
    view = backup.report.view
    for number, wait_ms in enumerate(waits_ms):
        names = [f"{last.sequence} {number} {each}" for each in range(SAMPLE_MIN)]
        backup.owe(*names)
        backup.wait(wait_ms)
        last = decide(backup, view, names[1:], last)
        backup.forgive(*names)
    return last


def open_next(backup: Bench, view: int, last: Batch) -> None:
    backup.receive(new_view(VIEWS[VIEWS.index(view) + 1], prepared(last, view)))


def terms(backup: Bench, *waits_ms: int) -> Batch | None:
    last = None
    for view, wait_ms in zip(VIEWS, waits_ms, strict=False):
        last = term(backup, view, wait_ms, last)
    return last


def test_a_primary_that_lets_wait_twice_as_long_as_usual_is_left() -> None:
    """*Leave*: the median is above twice that of the last n terms."""
    backup = bench()
    last = begin(backup, 1)
    first, *others = owe(backup, 1)
    backup.wait(2 * USUAL_MS + STATUS_MS)
    decide(backup, 1, [first], last)
    assert others
    assert backup.report.view == 2
    assert backup.report.complaint is Complaint.SLOW


def test_until_the_first_batch_of_a_view_is_decided_only_the_timeout_judges() -> None:
    """*Leave*: it is slow. A view begins with a pause, which all that came in it waited for.

    On a busy machine the one that was heard last of a view was its primary: its first batch was
    decided 1.2 s after others had begun to count, and they left it as slow, at once.
    """
    backup = bench()
    names = owe(backup, 1, SAMPLE_MAX)
    backup.wait(TIMEOUT_MS - STATUS_MS)
    decide(backup, 1, names[:4])
    assert backup.report.view == 1


def test_what_came_before_the_first_batch_waits_from_then_on() -> None:
    """*Leave*: its first batch is no excuse for the others."""
    backup = bench()
    first, second, *_others = owe(backup, 1, SAMPLE_MIN + 1)
    backup.wait(TIMEOUT_MS - STATUS_MS)
    last = decide(backup, 1, [first])
    backup.wait(2 * USUAL_MS)
    decide(backup, 1, [second], last)
    assert backup.report.view == 1
    backup.wait(STATUS_MS)
    assert backup.report.complaint is Complaint.SLOW


def test_the_decision_of_an_earlier_views_batch_is_not_the_first_of_this_view() -> None:
    """*Leave*: the anchor, proposed again, says nothing about who comes with something new."""
    backup = bench()
    names = owe(backup, 1)
    anchor = batch("", view=1, bundle_digests=tuple(map(digest_of, names)))
    backup.receive(new_view(2, prepared(anchor)))
    owe(backup, 2)
    backup.decide(anchor, view=2)
    backup.execute(anchor)
    backup.receive(*(checkpoint(replica, anchor) for replica in (0, 2, 3)))
    backup.wait(TIMEOUT_MS - STATUS_MS)
    decide(backup, 2, ["2-0"], anchor)
    assert backup.report.view == 2


def test_up_to_twice_as_long_as_usual_is_quick_enough() -> None:
    """*Leave*: above twice."""
    backup = bench()
    last = begin(backup, 1)
    names = owe(backup, 1)
    backup.wait(2 * USUAL_MS)
    decide(backup, 1, names, last)
    backup.wait(STATUS_MS)
    assert backup.report.view == 1


def test_bundles_that_were_served_count_as_much_as_open_ones() -> None:
    """*Leave*: over the last 64 bundles, the open ones with their present age."""
    backup = bench()
    last = begin(backup, 1)
    names = owe(backup, 1)
    last = decide(backup, 1, names[:5], last)
    backup.wait(3 * USUAL_MS)
    assert backup.report.view == 1
    decide(backup, 1, names[5:], last)
    assert backup.report.view == 1


def test_bundles_that_were_owed_before_the_view_do_not_count() -> None:
    """*Leave*: over the last 64 bundles owed in this view."""
    backup = bench()
    names = owe(backup, 1)
    backup.receive(new_view(2))
    last = begin(backup, 2)
    backup.wait(2 * USUAL_MS + STATUS_MS)
    decide(backup, 2, names[:1], last)
    assert backup.report.view == 2


def test_a_few_bundles_are_no_measure() -> None:
    """*Leave*: over the last 64 bundles; a handful that waited is chance, the timeout is there."""
    backup = bench()
    last = begin(backup, 1)
    first, *_others = owe(backup, 1, SAMPLE_MIN - 1)
    backup.wait(2 * USUAL_MS + STATUS_MS)
    decide(backup, 1, [first], last)
    assert backup.report.view == 1


def test_a_primary_that_orders_nothing_has_its_whole_timeout() -> None:
    """*Overdue* comes first: slow is said of somebody who works."""
    backup = bench()
    begin(backup, 1)
    owe(backup, 1)
    backup.wait(TIMEOUT_MS - STATUS_MS)
    assert backup.report.view == 1


def test_what_is_usual_comes_from_the_last_terms() -> None:
    """*Leave*: twice that of the last n terms."""
    backup = bench()
    last = terms(backup, *[400] * 4)
    last = begin(backup, 6, last)
    first, *_ = owe(backup, 6)
    backup.wait(2 * 400)
    last = decide(backup, 6, [first], last)
    assert backup.report.view == 6
    backup.wait(STATUS_MS)
    assert backup.report.view == 7


def test_nobody_is_slow_for_less_than_two_round_trips_take_here() -> None:
    """*Leave*: it is slow. On busy machines each look at a batch takes its time."""
    backup = bench()
    last = None
    for view in VIEWS[:4]:
        for names in ([f"first of {view}"], owe(backup, view)):
            digests = tuple(map(digest_of, names))
            backup.accept(batch("", last, view=view, bundle_digests=digests), view=view)
            backup.wait(FLOOR_MS)
            last = decide(backup, view, names, last)
        open_next(backup, view, last)
    last = begin(backup, 6, last)
    first, *_ = owe(backup, 6)
    backup.wait(2 * FLOOR_MS)
    decide(backup, 6, [first], last)
    assert backup.report.view == 6
    backup.wait(STATUS_MS)
    assert backup.report.view == 7


def test_up_to_the_floor_nobody_is_slow() -> None:
    """*Leave*: and above slow_floor_ms (200)."""
    backup = bench()
    last = begin(backup, 6, terms(backup, *[0] * 4))
    pauses(backup, last, *[FLOOR_MS] * 4)
    assert backup.report.view == 6


def test_above_the_floor_one_that_pauses_again_and_again_is_left() -> None:
    """*Leave*: and above slow_floor_ms (200)."""
    backup = bench()
    last = begin(backup, 6, terms(backup, *[0] * 4))
    last = pauses(backup, last, *[FLOOR_MS + 1] * 2)
    assert backup.report.view == 6
    pauses(backup, last, FLOOR_MS + 1)
    assert backup.report.view == 7


def test_one_pause_is_no_verdict_however_many_waited_for_it() -> None:
    """*Leave*: it is slow. A primary may gather for its next batch while machines are busy.

    Two nodes left an honest one, at twice the capacity, for the 550 ms of its second batch: their
    sample was hardly more than those who had waited for it.
    """
    backup = bench()
    last = begin(backup, 6, terms(backup, *[0] * 4))
    names = owe(backup, 6, SAMPLE_MAX)
    backup.wait(PAUSE_MS - STATUS_MS // 2)
    last = decide(backup, 6, names[:20], last)
    last = decide(backup, 6, names[20:40], last)
    decide(backup, 6, names[40:60], last)
    assert backup.report.view == 6


def test_one_pause_that_is_longer_than_anybody_gathers_is_enough() -> None:
    """*Leave*: it is slow. A quarter of the timeout to gather, and half of that to agree."""
    backup = bench()
    last = begin(backup, 6, terms(backup, *[0] * 4))
    last = pauses(backup, last, PAUSE_MS)
    assert backup.report.view == 6
    owe(backup, 6)
    backup.wait(PAUSE_MS + 1)
    assert backup.report.view == 7


def test_one_slow_term_of_four_does_not_make_slowness_usual() -> None:
    """*Leave*: that of the last n terms, broken-off ones count; at most f of them were slow."""
    backup = bench()
    last = begin(backup, 6, terms(backup, 0, 400, 0, 0))
    pauses(backup, last, *[FLOOR_MS + 1] * 3)
    assert backup.report.view == 7


def test_terms_that_were_broken_off_make_a_slow_network_usual() -> None:
    """*Leave*: broken-off ones count, else a slow network would change views for ever."""
    backup = bench()
    last = None
    for view in VIEWS[:4]:
        last = begin(backup, view, last)
        first, *rest = owe(backup, view)
        backup.wait(2 * USUAL_MS + STATUS_MS)
        last = decide(backup, view, [first], last)
        assert backup.report.left_count == VIEWS.index(view) + 1
        backup.forgive(*rest)
        open_next(backup, view, last)
    last = begin(backup, VIEWS[4], last)
    first, *_ = owe(backup, VIEWS[4])
    backup.wait(2 * USUAL_MS + STATUS_MS)
    decide(backup, VIEWS[4], [first], last)
    assert backup.report.view == VIEWS[4]


def test_bundles_that_come_while_a_view_is_awaited_are_in_nobodys_sample() -> None:
    """*Leave*: bundles owed in this view, which is over; else a slow network looks quick."""
    backup = bench()
    last = None
    for view in VIEWS[:4]:
        last = begin(backup, view, last)
        first, *rest = owe(backup, view)
        backup.wait(2 * USUAL_MS + STATUS_MS)
        last = decide(backup, view, [first], last)
        assert not backup.report.active
        between = [f"between {view}-{number}" for number in range(SAMPLE_MAX)]
        backup.owe(*between)
        open_next(backup, view, last)
        backup.forgive(*rest, *between)
    last = begin(backup, VIEWS[4], last)
    first, *_ = owe(backup, VIEWS[4])
    backup.wait(2 * USUAL_MS + STATUS_MS)
    decide(backup, VIEWS[4], [first], last)
    assert backup.report.view == VIEWS[4]


def test_waiting_behind_a_batch_that_is_on_its_way_is_not_slowness() -> None:
    """*Overdue*: waiting in a long queue; overload must not oust an honest primary."""
    backup = bench()
    names = owe(backup, 1, 40)
    last = None
    for number in range(0, 40, 4):
        digests = tuple(digest_of(name) for name in names[number : number + 4])
        last = batch("", last, bundle_digests=digests)
        backup.decide(last)
        backup.wait(300)  # the executor is at it
        backup.execute(last)
        backup.receive(*(checkpoint(replica, last) for replica in (0, 2, 3)))
    assert backup.report.view == 1
    assert backup.report.owed_count == 0
