"""Known batches, and the way from the last decided one to another."""

from consensus.chain import Chain, Path
from consensus.ids import BatchRef
from consensus.journal import Journal
from consensus.records import BatchRecord, OpenedRecord
from tests.unit.consensus.builders import FOUR, A, B, C, batch, ref


def known(*batches) -> Chain:
    made = Chain(FOUR, Journal())
    for one in batches:
        made.add(one)
    return made


def path(made: Chain, to: BatchRef) -> Path:
    return made.path_to(to, lambda at: made.get(at.digest))


def test_a_path_leads_from_the_decided_batch_upwards() -> None:
    assert path(known(A, B, C), C.ref) == Path(batches=(A, B, C))


def test_a_path_names_what_is_missing() -> None:
    assert path(known(B, C), C.ref) == Path(missing=A.digest)


def test_a_path_that_leaves_the_decided_chain_is_a_fork() -> None:
    made = known(A, B)
    made.decide(batch("X").ref)
    assert path(made, B.ref) == Path(fork=A.ref)


def test_a_batch_at_another_height_than_it_is_named_for_is_a_fork() -> None:
    made = known(A)
    wrong = BatchRef(2, A.digest)
    assert path(made, wrong) == Path(fork=wrong)


def test_a_batch_is_recorded_once() -> None:
    journal = Journal()
    made = Chain(FOUR, journal)
    made.record(A)
    made.record(A)
    made.record_later(A)
    assert journal.take() == (BatchRecord(A),)


def test_a_decided_batch_waits_for_the_next_record() -> None:
    journal = Journal()
    made = Chain(FOUR, journal)
    made.record_later(A)
    made.record_later(A)
    assert journal.take() == ()
    opened = OpenedRecord(FOUR.chain, 0)
    journal.write(opened)
    assert journal.take() == (BatchRecord(A), opened)


def test_a_batch_of_the_log_is_not_recorded_again() -> None:
    journal = Journal()
    made = Chain(FOUR, journal)
    made.restore(A)
    made.record(A)
    assert journal.take() == ()
    assert made.recorded() == (A,)


def test_the_time_of_the_root_comes_from_the_membership() -> None:
    made = known(A)
    assert made.timestamp_ms(FOUR.root) == 0
    assert made.timestamp_ms(A.ref) == A.timestamp_ms
    assert made.timestamp_ms(ref(2, "unknown")) is None


def test_decided_batches_are_found_by_height_while_they_are_kept() -> None:
    made = known(A, B)
    made.decide(B.ref)
    assert made.decided_at(1) == A.ref
    assert made.decided_at(3) is None
    made.forget(1, ())
    assert made.decided_at(1) == A.ref
    assert made.decided_at(0) is None


def test_the_decided_batch_and_what_is_asked_for_are_kept() -> None:
    made = known(A, B, C)
    made.decide(B.ref)
    made.forget(3, (A.ref,))
    assert (made.get(A.digest), made.get(B.digest), made.get(C.digest)) == (A, B, None)
    assert made.batch_count() == 2


def test_an_ancestry_is_youngest_first_and_bounded() -> None:
    assert known(A, B, C).ancestry(C.digest, 2) == (C, B)
    assert known(B, C).ancestry(C.digest, 9) == (C, B)
    assert known().ancestry(C.digest, 9) == ()
