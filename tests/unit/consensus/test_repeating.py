"""Corners of repetition that no sentence names."""

from collections.abc import Iterable
from itertools import chain as chain_of

from consensus.messages import (
    CertificateReply,
    Commit,
    NewView,
    Prepare,
    PrePrepare,
    ViewChange,
)
from tests.unit.consensus.builders import (
    STATUS_MS,
    A,
    B,
    Bench,
    C,
    bench,
    chain,
    membership,
    prepare,
    prepared,
    said,
    status,
    view_change,
)

MANY = 16  # replicas: three times as many as help at once


def slow_bench(round_trip_ms: int) -> Bench:
    """Return a replica that has decided its first batch, after so long."""
    backup = bench()
    backup.accept(A)
    backup.tick(round_trip_ms)
    backup.decide(A)
    return backup


def helpers_of(others: Iterable[Bench], reader: int) -> list[int | None]:
    """Return who passes the first proposal on to this reader, after one more period."""
    found = []
    for other in others:
        other.tick(STATUS_MS)
        if said(other.receive(status(reader)), PrePrepare):
            found.append(other.self_id)
    return found


def test_what_takes_as_long_as_a_round_trip_is_still_under_way() -> None:
    backup = slow_bench(3 * STATUS_MS)
    backup.accept(B)
    reader = status(3, decided=1, rank=prepared(A).rank)
    backup.tick(3 * STATUS_MS - 1)
    assert said(backup.receive(reader), Prepare) == []
    backup.tick(2 * STATUS_MS)
    assert [vote.sequence for vote in said(backup.receive(reader), Prepare)] == [2]


def test_a_commit_certificate_stands_for_the_votes_below_it() -> None:
    backup = bench()
    backup.decide(A)
    backup.accept(B)
    backup.tick(STATUS_MS)
    step = backup.receive(status(3))
    assert [reply.certificate.sequence for reply in said(step, CertificateReply)] == [1]
    assert [vote.sequence for vote in said(step, Prepare)] == [2]
    assert said(step, Commit) == []


def test_a_prepared_certificate_stands_for_the_prepares_below_it() -> None:
    backup = bench()
    backup.accept(A, B)
    backup.receive(prepare(0, A))
    backup.tick(STATUS_MS)
    step = backup.receive(status(3))
    assert [reply.certificate.sequence for reply in said(step, CertificateReply)] == [1]
    assert [vote.sequence for vote in said(step, Prepare)] == [2]
    assert [vote.sequence for vote in said(step, Commit)] == [1]


def test_who_is_left_behind_is_shown_a_proof_while_the_others_go_on() -> None:
    backup = bench(of=membership(window=8))
    batches = chain("ABCDEF")
    for decided in batches:
        backup.decide(decided)
        backup.tick(STATUS_MS // 2)
    step = backup.receive(status(3))
    assert [r.certificate.sequence for r in said(step, CertificateReply)] == [len(batches)]


def test_every_other_answer_holds_the_votes_as_well() -> None:
    backup = bench()
    backup.decide(A)
    kinds = []
    for _ in range(2):
        backup.tick(STATUS_MS)
        step = backup.receive(status(3))
        kinds.append((len(said(step, CertificateReply)), len(said(step, Prepare))))
    assert sorted(kinds) == [(1, 0), (1, 1)]


def test_what_all_hold_is_passed_on_by_a_handful_and_by_everybody_in_time() -> None:
    of = membership(n=MANY)
    reader = 0
    others = [bench(replica, of=of) for replica in of.replicas() if replica not in (reader, 2)]
    for other in others:
        other.accept(A)
    periods = [helpers_of(others, reader) for _ in range(3)]
    assert all(1 < len(helpers) <= 6 for helpers in periods)
    assert sorted(chain_of(*periods)) == [other.self_id for other in others]


def test_in_a_small_network_everybody_passes_on_what_all_hold() -> None:
    others = [bench(replica) for replica in (0, 1)]
    for other in others:
        other.accept(A)
    assert helpers_of(others, 3) == [0, 1]


def test_votes_beyond_what_the_reader_keeps_are_not_sent() -> None:
    backup = bench(of=membership(window=1))
    backup.seal(A)
    backup.seal(B)
    backup.accept(C)
    backup.tick(STATUS_MS)
    step = backup.receive(status(3))
    assert all(vote.sequence <= 2 for vote in said(step, Prepare))
    assert said(step, PrePrepare) == []


def test_a_proposal_of_the_own_hand_is_repeated_as_such() -> None:
    primary = bench(2)
    [proposed] = said(primary.propose("A"), PrePrepare)
    primary.tick(STATUS_MS)
    step = primary.receive(status(3))
    assert said(step, PrePrepare) == [proposed]
    assert [vote.sequence for vote in said(step, Prepare)] == [1]


def test_the_first_view_needs_no_proof_of_entry() -> None:
    backup = bench()
    backup.tick(STATUS_MS)
    assert said(backup.receive(status(3, active=False)), NewView) == []


def test_a_replica_that_was_led_into_a_view_has_no_view_change_to_show() -> None:
    backup = bench()
    backup.receive(view_change(0, 2), view_change(3, 2))
    backup.tick(STATUS_MS)
    assert said(backup.receive(status(3, view=3)), ViewChange) == []


def test_commits_are_old_after_a_restart() -> None:
    backup = bench()
    backup.accept(A)
    backup.receive(prepare(0, A))
    backup.reboot()
    backup.tick(STATUS_MS)
    assert [vote.sequence for vote in said(backup.receive(status(3)), Commit)] == [1]
