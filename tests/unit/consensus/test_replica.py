"""The public face: routing, deadlines, a whole small network of replicas."""

import pytest

from consensus import Step, UsageError
from consensus.messages import PrePrepare, Status
from consensus.records import OpenedRecord
from tests.unit.consensus.builders import (
    FOUR,
    STATUS_MS,
    TIMEOUT_MS,
    A,
    Bench,
    batch,
    bench,
    header_of,
    membership,
    pre_prepare,
    said,
    status,
    view_change,
)


def test_a_fresh_log_is_opened_first() -> None:
    fresh = Bench()
    assert fresh.first.persist == (OpenedRecord(FOUR.chain, 0),)
    assert fresh.reboot().persist == ()


def test_a_status_is_said_at_the_start_and_every_period() -> None:
    fresh = Bench()
    assert len(said(fresh.first, Status)) == 1
    assert fresh.replica.next_deadline() == fresh.now_ms + STATUS_MS
    assert said(fresh.tick(STATUS_MS - 1), Status) == []
    assert len(said(fresh.tick(1), Status)) == 1


def test_the_deadline_lies_always_ahead() -> None:
    backup = bench()
    backup.owe("Z")
    for _ in range(40):
        backup.wait(STATUS_MS)
        assert backup.replica.next_deadline() > backup.now_ms


def test_the_deadline_of_obligations_and_of_an_awaited_view_are_kept() -> None:
    backup = bench()
    backup.owe("Z")
    backup.wait(TIMEOUT_MS - STATUS_MS // 2)
    assert backup.replica.next_deadline() == backup.now_ms + STATUS_MS // 2
    backup.receive(view_change(0, 2), view_change(3, 2))
    backup.wait(1_450)
    assert backup.replica.next_deadline() == backup.now_ms + 50


def test_nothing_comes_before_the_start() -> None:
    from consensus import Replica
    from tests.unit.consensus.builders import config, ports

    replica = Replica(config(), ports())
    with pytest.raises(UsageError):
        replica.receive(status(0), bench().now)


def test_an_equivocator_is_shown_once_also_by_one_that_cannot_leave() -> None:
    forgetful = Bench(changes={"log_is_damaged": True})
    forgetful.receive(pre_prepare(A))
    first = forgetful.receive(pre_prepare(batch("X")))
    again = forgetful.receive(pre_prepare(batch("X")))
    assert (len(first.sends), len(again.sends)) == (1, 0)
    assert forgetful.report.view == 1


def test_an_observer_notes_an_equivocator_and_tells_nobody() -> None:
    observer = Bench(None)
    step = observer.receive(pre_prepare(A), pre_prepare(batch("X")))
    assert [fault.replica for fault in step.faults] == [2]
    assert step.sends == ()


def test_the_report_names_the_silent_ones() -> None:
    backup = bench()
    backup.wait(1_000, heard=(0,))
    assert backup.report.silent == (2, 3)
    assert (backup.report.primary, backup.report.timeout_ms) == (2, TIMEOUT_MS)
    assert bench().report.owed_count == 0


def test_a_lone_replica_is_its_own_quorum() -> None:
    alone = Bench(0, membership(1))
    step = alone.propose("A")
    [decided] = step.decided
    done = alone.execute(decided.batch)
    assert [sealed.sequence for sealed in done.seals] == [1]
    alone.owe("Z")
    alone.wait(3 * TIMEOUT_MS, heard=())
    assert alone.report.active
    assert alone.replica.can_propose()


class Network:
    """Replicas on benches whose messages all arrive, in order, whole."""

    def __init__(self, n: int) -> None:
        self.of = membership(n)
        self.benches = [Bench(replica, self.of) for replica in range(n)]
        self.decided: list[list] = [[] for _ in range(n)]
        self.letters = [(b.self_id, send) for b in self.benches for send in b.first.sends]

    def take(self, from_: int, step: Step) -> None:
        self.letters += [(from_, send) for send in step.sends]
        for checked in step.checks:
            self.take(from_, self.benches[from_].check(checked))
        for decided in step.decided:
            self.decided[from_].append(decided.batch)
            self.take(from_, self.benches[from_].execute(decided.batch))

    def deliver(self) -> None:
        while self.letters:
            from_, send = self.letters.pop(0)
            for bench_ in self.benches:
                if bench_.self_id != from_ and send.to in {None, bench_.self_id}:
                    self.take(bench_.self_id, bench_.receive(send.message))


@pytest.mark.parametrize("n", [1, 2, 3, 4, 5, 6, 7])
def test_all_replicas_decide_and_seal_the_same_batches(n: int) -> None:
    network = Network(n)
    network.deliver()
    primary = network.of.primary_of(1)
    for name in "ABCDEF":
        network.take(primary, network.benches[primary].propose(name))
        network.deliver()
    assert all(decided == network.decided[0] for decided in network.decided)
    assert [b.report.sealed for b in network.benches] == [6] * n
    assert header_of(network.decided[0][5]) != header_of(network.decided[0][4])


def test_a_silent_primary_is_replaced_and_its_batch_survives() -> None:
    network = Network(4)
    network.deliver()
    step = network.benches[2].propose("A")
    [proposal] = said(step, PrePrepare)
    network.take(1, network.benches[1].receive(proposal))
    network.take(3, network.benches[3].receive(proposal))
    network.take(0, network.benches[0].receive(proposal))
    silent = network.benches.pop(2)
    network.benches.insert(2, Bench(None, network.of))
    for _ in range(12):
        for bench_ in network.benches[:2] + network.benches[3:]:
            network.take(bench_.self_id, bench_.wait(STATUS_MS, heard=(0, 1, 3)))
        network.deliver()
    assert network.decided[3] == [proposal.batch]
    assert silent.report.decided == 0
