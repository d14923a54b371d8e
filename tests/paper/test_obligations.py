"""What the primary owes and the clock that measures it (consensus.md section 4, *Obligations*)."""

from consensus import Batch, Complaint
from consensus.messages import BatchReply, SealReply, Status, ViewChange
from tests.unit.consensus.builders import (
    STATUS_MS,
    TIMEOUT_MS,
    A,
    B,
    C,
    batch,
    bench,
    chain,
    commit,
    digest_of,
    membership,
    new_view,
    pre_prepare,
    prepared,
    said,
    seal,
    status,
    view_change,
)


def chain_of(*names: str) -> list[Batch]:
    """Make batches that follow each other; each letter of a name is one bundle."""
    made: list[Batch] = []
    for name in names:
        digests = tuple(map(digest_of, name))
        made.append(batch("", made[-1] if made else None, bundle_digests=digests))
    return made


def has_left(made) -> bool:
    return made.report.view > 1


def test_a_bundle_in_no_decided_batch_for_a_timeout_is_overdue() -> None:
    """*Overdue*: something is owed and for one timeout no new bundle was decided."""
    backup = bench()
    backup.owe("Z")
    backup.wait(TIMEOUT_MS - STATUS_MS)
    assert not has_left(backup)
    step = backup.wait(2 * STATUS_MS)
    assert [change.claim.new_view for change in said(step, ViewChange)] == [2]


def test_nothing_owed_is_never_overdue() -> None:
    """*Overdue*: something is owed."""
    backup = bench()
    backup.wait(20 * TIMEOUT_MS)
    assert not has_left(backup)


def test_the_time_begins_when_something_is_owed_again() -> None:
    """*Overdue*: a long idle time before is not held against the primary."""
    backup = bench()
    backup.wait(5 * TIMEOUT_MS)
    backup.owe("Z")
    backup.wait(TIMEOUT_MS // 2)
    assert not has_left(backup)


def test_a_batch_accepted_in_this_view_is_owed_until_it_is_decided() -> None:
    """*Owed* are: a batch accepted in this view and the anchor, until decided."""
    backup = bench()
    backup.accept(A)
    backup.wait(2 * TIMEOUT_MS)
    assert has_left(backup)


def test_the_anchor_is_owed_until_it_is_decided() -> None:
    """*Owed* are: ... the anchor."""
    backup = bench()
    backup.receive(new_view(2, prepared(A)))
    backup.wait(2 * TIMEOUT_MS)
    assert backup.report.view == 3


def test_waiting_in_a_long_queue_is_not_overdue() -> None:
    """*Overdue*: the primary proposes oldest first."""
    backup = bench()
    backup.owe("Z", *"ABCDEF")
    for proposed in chain("ABCDEF"):
        backup.wait(TIMEOUT_MS // 2)
        backup.seal(proposed)
    assert not has_left(backup)


def test_bundles_that_were_not_owed_are_no_progress() -> None:
    """*Overdue*: no bundle that was new to the chain; old ones must not feign progress."""
    backup = bench()
    backup.owe("Z")
    for proposed in (A, B):
        backup.wait(TIMEOUT_MS // 2 - STATUS_MS)
        backup.seal(proposed)
    backup.wait(3 * STATUS_MS)
    assert has_left(backup)


def test_a_batch_that_this_replica_could_not_look_at_is_progress() -> None:
    """*Overdue*: new to the chain; whoever lacks the contents cannot say that they are old."""
    backup = bench()
    backup.owe("Z")
    for proposed in (A, B):
        backup.wait(TIMEOUT_MS // 2)
        backup.receive(pre_prepare(proposed), *(commit(r, proposed) for r in (0, 2, 3)))
        backup.execute(proposed)
    backup.wait(TIMEOUT_MS // 2)
    assert not has_left(backup)


def test_a_block_that_catching_up_brings_is_progress() -> None:
    """*Overdue*: no bundle that was new to the chain was decided."""
    backup = bench()
    backup.owe("Z")
    for caught_up in (A, B):
        backup.wait(TIMEOUT_MS // 2)
        backup.adopt(caught_up)
    backup.wait(TIMEOUT_MS // 2)
    assert not has_left(backup)


def test_a_block_that_is_brought_again_is_no_progress() -> None:
    """*Overdue*: new to the chain. Anyone may bring an old sealed block, every moment, for ever.

    A dishonest primary did: it proposed nothing, and those who should have left it took in the
    last blocks, which they had, once more before each timeout. Nobody ever complained.
    """
    backup = bench()
    backup.adopt(A)
    backup.owe("Z")
    for _ in range(3):
        backup.wait(TIMEOUT_MS // 2 - STATUS_MS)
        backup.adopt(A)
    assert has_left(backup)


def test_a_bundle_of_a_block_below_the_decided_one_is_owed_no_more() -> None:
    """*Owed* are: bundles in no decided batch; which does not make a late one progress."""
    backup = bench()
    backup.owe("A", "Z")
    backup.adopt(C)
    backup.adopt(A)
    assert backup.report.owed_count == 1


def test_a_bundle_passed_over_by_one_that_came_a_timeout_later_is_censored() -> None:
    """*Overdue*: or a bundle is owed for longer than a timeout and a younger one was decided."""
    backup = bench()
    backup.owe("Z", "A")
    backup.wait(TIMEOUT_MS - STATUS_MS)
    backup.seal(A)
    backup.wait(3 * STATUS_MS)
    backup.owe("B")
    backup.seal(B)
    backup.wait(STATUS_MS)
    assert has_left(backup)


def test_a_bundle_that_waits_as_long_as_others_did_is_not_censored() -> None:
    """*Overdue*: one that came a timeout later; and by what bundles wait here anyway.

    On starved machines the bundles of others came here seconds late, and were in a batch at once:
    measured from when they came, they overtook the own ones, which were as old.
    """
    backup = bench()
    first, second, third, fourth = chain_of("abcdefgh", "B", "C", "D")
    for name, proposed in (("abcdefgh", first), ("ZB", second)):
        backup.owe(*name)
        backup.accept(proposed)
        backup.wait(TIMEOUT_MS - STATUS_MS)
        backup.seal(proposed)
    backup.wait(3 * STATUS_MS)
    backup.owe("C")
    backup.seal(third)
    backup.wait(STATUS_MS)
    assert not has_left(backup)
    backup.wait(TIMEOUT_MS - 2 * STATUS_MS)
    backup.owe("D")
    backup.seal(fourth)
    backup.wait(STATUS_MS)
    assert backup.report.complaint is Complaint.CENSORED


def test_a_batch_that_was_accepted_gets_a_timeout_of_its_own() -> None:
    """*Overdue*: whoever has proposed has done its part; then it is the votes that are slow."""
    backup = bench()
    backup.owe("A")
    backup.wait(TIMEOUT_MS - STATUS_MS)
    backup.accept(A)
    backup.wait(TIMEOUT_MS - STATUS_MS)
    assert not has_left(backup)
    backup.wait(2 * STATUS_MS)
    assert has_left(backup)


def test_proposals_that_are_never_decided_buy_no_more_than_one_timeout() -> None:
    """*Overdue*: a primary can send each backup another batch, again and again."""
    backup = bench()
    backup.owe("A", "Z")
    for proposed in (A, B, C):
        backup.wait(TIMEOUT_MS // 2)
        backup.accept(proposed)
    assert not has_left(backup)
    backup.wait(TIMEOUT_MS // 2 + STATUS_MS)
    assert has_left(backup)


def test_a_bundle_forgiven_is_owed_no_more() -> None:
    """*Owed* are: verified, unexpired bundles."""
    backup = bench()
    backup.owe("Z")
    backup.wait(TIMEOUT_MS // 2)
    backup.forgive("Z")
    backup.wait(2 * TIMEOUT_MS)
    assert not has_left(backup)


def test_the_clock_starts_at_zero_when_a_view_becomes_active() -> None:
    """*Their clock* starts at 0 when a view becomes active."""
    backup = bench()
    backup.owe("Z")
    backup.wait(TIMEOUT_MS - STATUS_MS)
    backup.receive(new_view(2))
    backup.wait(TIMEOUT_MS - STATUS_MS)
    assert backup.report.view == 2


def test_the_clock_stands_still_while_too_few_others_are_heard() -> None:
    """*Their clock*: fewer than quorum - 1 others heard for 3 status periods."""
    backup = bench()
    backup.owe("Z")
    backup.wait(3 * TIMEOUT_MS, heard=(0,))
    assert not has_left(backup)


def test_the_clock_stands_still_while_the_own_window_is_closed() -> None:
    """*Their clock*: own window closed and nothing accepted open (a slow executor)."""
    backup = bench(of=membership(window=1))
    backup.decide(A)
    backup.owe("Z")
    backup.wait(3 * TIMEOUT_MS)
    assert not has_left(backup)


def test_the_clock_stands_still_while_the_anchor_lies_above_the_own_window() -> None:
    """*Their clock*: own window closed; such an anchor is owed and cannot be accepted."""
    backup = bench()
    batches = chain("ABCDEF")
    backup.receive(new_view(2, prepared(batches[5])))
    backup.receive(BatchReply(0, 0, tuple(reversed(batches))))
    backup.wait(2 * TIMEOUT_MS)
    assert backup.report.view == 2
    backup.adopt(batches[1])
    backup.wait(2 * TIMEOUT_MS)
    assert backup.report.view == 3


def test_the_clock_stands_still_while_a_seal_above_decided_is_known() -> None:
    """*Their clock*: catching up."""
    backup = bench()
    backup.owe("Z")
    backup.receive(SealReply(0, seal(C)))
    backup.wait(3 * TIMEOUT_MS)
    assert not has_left(backup)


def test_the_clock_does_not_stand_still_for_ever() -> None:
    """*Their clock*: at most 8 timeouts in a row."""
    backup = bench(of=membership(window=1))
    backup.decide(A)
    backup.owe("Z")
    backup.wait(10 * TIMEOUT_MS)
    assert has_left(backup)


def test_whoever_was_stopped_reads_its_inbox_first() -> None:
    """*Their clock*: it moves at most status_ms per call."""
    backup = bench()
    backup.owe("Z")
    backup.wait(STATUS_MS)
    backup.tick(60 * TIMEOUT_MS)
    assert not has_left(backup)


def test_every_status_names_what_is_owed() -> None:
    """*Obligations*: in every Status until they are decided, to all."""
    backup = bench()
    backup.owe("A", "Z")
    for _ in range(2):
        [told, *_rest] = said(backup.wait(STATUS_MS), Status)
        assert told.owed == (digest_of("A"), digest_of("Z"))
    backup.seal(A)
    assert said(backup.wait(STATUS_MS), Status)[-1].owed == (digest_of("Z"),)


def test_whoever_lacks_a_bundle_that_is_owed_elsewhere_is_told() -> None:
    """*Obligations*: whoever lacks one fetches it and is owed it too."""
    backup = bench()
    backup.owe("A")
    step = backup.receive(status(3, owed=(digest_of("A"), digest_of("Z"))))
    assert [(hint.digest, hint.replica) for hint in step.wants] == [(digest_of("Z"), 3)]


def test_no_obligation_runs_while_the_view_is_not_active() -> None:
    """*Their clock*: not active."""
    backup = bench()
    backup.owe("Z")
    backup.receive(view_change(0, 2), view_change(3, 2))
    assert not backup.report.active
    backup.receive(new_view(2))
    backup.wait(TIMEOUT_MS)
    assert backup.report.view == 2


def test_a_bundle_decided_by_catching_up_is_owed_no_more() -> None:
    """*Owed* are: bundles in no decided batch."""
    backup = bench()
    backup.owe("A")
    backup.adopt(batch("A"))
    assert backup.report.owed_count == 0
