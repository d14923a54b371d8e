"""Signing what execution brought, sealing it, and refusing what contradicts it."""

import pytest

from consensus import UsageError
from consensus.faults import FaultKind
from consensus.messages import Checkpoint, SealReply
from tests.unit.consensus.builders import (
    A,
    B,
    Bench,
    C,
    batch,
    bench,
    checkpoint,
    digest_of,
    header_of,
    membership,
    said,
    seal,
    status,
)

OTHER = digest_of("another header")


def test_blocks_are_reported_in_order_and_only_decided_ones() -> None:
    backup = bench()
    with pytest.raises(UsageError):
        backup.execute(A)
    backup.decide(A, B)
    with pytest.raises(UsageError):
        backup.execute(B)


def test_a_block_reported_twice_changes_nothing_unless_its_header_changed() -> None:
    backup = bench()
    backup.decide(A)
    backup.execute(A)
    assert backup.execute(A).sends == ()
    with pytest.raises(UsageError):
        backup.replica.executed(1, OTHER, backup.now)


def test_a_block_reported_again_below_the_watermark_changes_nothing() -> None:
    backup = bench()
    backup.seal(A, B)
    assert backup.execute(A).sends == ()


def test_a_seal_that_came_first_is_compared_when_the_own_header_is_known() -> None:
    backup = bench()
    backup.decide(A)
    backup.receive(*(checkpoint(replica, A, OTHER) for replica in (0, 2, 3)))
    step = backup.execute(A)
    assert step.halt is not None
    assert (step.halt.own, step.halt.proven) == (header_of(A), OTHER)
    assert step.persist == ()


def test_a_quorum_of_votes_below_a_higher_seal_is_compared_too() -> None:
    backup = bench()
    backup.decide(A, B)
    backup.receive(*(checkpoint(replica, A, OTHER) for replica in (0, 2, 3)))
    backup.receive(*(checkpoint(replica, B) for replica in (0, 2, 3)))
    assert backup.execute(A).halt is not None


def test_after_a_halt_nothing_is_done_any_more() -> None:
    backup = bench()
    backup.decide(A)
    backup.receive(SealReply(3, seal(A, OTHER)))
    assert backup.execute(A).halt is not None
    assert backup.receive(checkpoint(0, A), status(2)).sends == ()
    assert not backup.replica.can_propose()


def test_a_seal_shown_by_another_that_contradicts_the_own_header_halts() -> None:
    backup = bench()
    backup.decide(A)
    backup.execute(A)
    assert backup.receive(SealReply(3, seal(A, OTHER))).halt is not None


def test_a_seal_at_or_below_the_known_one_is_not_looked_at() -> None:
    backup = bench()
    backup.seal(A)
    assert backup.receive(SealReply(3, seal(A, by=(0, 1)))).faults == ()


def test_votes_that_came_late_still_give_the_seal_of_a_lower_block() -> None:
    backup = bench()
    backup.decide(A, B)
    backup.execute(A, B)
    backup.receive(checkpoint(0, B), checkpoint(2, B), checkpoint(0, A))
    assert backup.report.low_watermark == 2
    assert backup.receive(checkpoint(2, A)).seals == (seal(A),)
    assert backup.report.sealed == 2


def test_the_fourth_vote_does_not_seal_again() -> None:
    backup = bench()
    backup.seal(A)
    assert backup.receive(checkpoint(3, A)).seals == ()


def test_a_replica_that_signs_two_headers_is_reported() -> None:
    backup = bench()
    step = backup.receive(checkpoint(3, A), checkpoint(3, A), checkpoint(3, A, OTHER))
    assert [f.kind for f in step.faults] == [FaultKind.CONFLICTING_CHECKPOINT]


def test_votes_for_another_header_that_came_first_sound_the_alarm_too() -> None:
    backup = bench()
    backup.decide(A, B)
    backup.receive(checkpoint(0, A, OTHER), checkpoint(3, A, OTHER))
    step = backup.execute(A)
    assert {f.kind for f in step.faults} == {FaultKind.DIVERGING_CHECKPOINT}
    assert backup.report.divergence == 1
    backup.receive(checkpoint(0, B, OTHER), checkpoint(3, B, OTHER))
    backup.execute(B)
    assert backup.report.divergence == 1


def test_the_alarm_ends_when_the_own_header_is_sealed() -> None:
    seven = membership(7)
    backup = bench(1, seven)
    first = batch(proposer=seven.primary_of(1))
    backup.decide(first)
    lies = (checkpoint(replica, first, OTHER, seven) for replica in (4, 5, 6))
    backup.execute(first)
    backup.receive(*lies)
    assert backup.report.divergence == 1
    backup.receive(*(checkpoint(replica, first, of=seven) for replica in (0, 2, 3)))
    assert backup.report.sealed == 0
    backup.adopt(first, _seal_of_five(first, seven))
    assert backup.report.divergence is None


def _seal_of_five(executed, of):
    from consensus import StableCertificate

    votes = [checkpoint(replica, executed, of=of) for replica in range(5)]
    signatures = tuple((vote.replica, vote.signature) for vote in votes)
    return StableCertificate(0, executed.sequence, votes[0].header_hash, signatures)


def test_a_replica_that_does_not_vote_yet_signs_what_it_executed_when_it_does() -> None:
    backup = bench()
    backup.decide(A)
    backup.execute(A)
    backup.log = [r for r in backup.log if type(r).__name__ != "CheckpointRecord"]
    assert said(backup.reboot(), Checkpoint) == []
    assert said(backup.arm(), Checkpoint) == [checkpoint(1, A)]


def test_adopting_is_idempotent_and_may_jump() -> None:
    backup = bench()
    step = backup.adopt(C)
    assert (backup.report.executed, backup.report.decided, step.seals) == (3, 3, (seal(C),))
    assert backup.adopt(C).persist == ()
    assert backup.adopt(A).persist == ()


def test_a_block_may_be_adopted_under_the_seal_of_a_descendant() -> None:
    backup = bench()
    backup.adopt(A, seal(B))
    assert (backup.report.executed, backup.report.sealed, backup.report.low_watermark) == (1, 2, 1)
    backup.adopt(B)
    assert backup.report.low_watermark == 2
    assert backup.adopt(C, seal(C)).halt is None


def test_what_was_adopted_is_not_signed() -> None:
    fresh = Bench()
    fresh.adopt(A, seal(C))
    fresh.adopt(B, seal(C))
    assert said(fresh.arm(), Checkpoint) == []


def test_a_seal_that_is_not_for_the_block_is_refused() -> None:
    backup = bench()
    for adopted, proof in ((B, seal(A)), (A, seal(A, by=(0, 1))), (batch(epoch=1), seal(A))):
        with pytest.raises(UsageError):
            backup.adopt(adopted, proof)


def test_adopting_another_block_than_was_decided_halts() -> None:
    backup = bench()
    backup.decide(A)
    assert backup.adopt(batch("X")).halt is not None


def test_adopting_under_a_seal_of_another_header_than_was_computed_halts() -> None:
    backup = bench()
    backup.decide(A)
    backup.execute(A)
    assert backup.adopt(A, seal(A, OTHER)).halt is not None


def test_what_is_executed_here_and_decided_is_adopted_without_loss() -> None:
    backup = bench()
    backup.decide(A, B)
    backup.adopt(A)
    assert (backup.report.executed, backup.report.decided) == (1, 2)
    assert said(backup.execute(B), Checkpoint) == [checkpoint(1, B)]
