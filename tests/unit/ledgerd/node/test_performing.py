"""Effects in their written order: durable, then said."""

from collections.abc import AsyncIterator, Sequence
from concurrent.futures import Future
from contextlib import asynccontextmanager
from dataclasses import dataclass, field

import pytest
import trio
import trio.testing
from structlog.testing import capture_logs

from consensus import (
    Digest,
    Fault,
    FaultKind,
    Halt,
    ReplicaId,
    Send,
    SequenceNumber,
    Step,
)
from consensus.messages import VoteKind
from consensus.records import AmnesiaRecord, OpenedRecord
from consensus.step import BundleHint, CatchUpHint
from ledgerd.errors import StorageWriteFailed
from ledgerd.node import performing
from ledgerd.node.applying import NodeHalted
from ledgerd.node.bundle_book import BundleBook
from ledgerd.node.performing import Outlets, StepPerformer
from tests.unit.ledgerd.chain.convicting import convict
from tests.unit.ledgerd.node.samples import (
    CHAIN_ID,
    MEMBERS,
    VALIDATOR_SIGNERS,
    allot,
    batch,
    genesis,
    numbered,
    signed,
    some_digest,
)
from tests.unit.ledgerd.node.test_applying import decided
from tests.unit.ledgerd.node.test_intake import commit
from tests.unit.ledgerd.node.worlds import chain, seal_of

RECORD = OpenedRecord(chain=Digest(CHAIN_ID), epoch=0)


@dataclass
class Calls:
    """Stands for everything that effects go to, and keeps the order."""

    names: list[str] = field(default_factory=list)
    appended: list[tuple[list[bytes], list[object]]] = field(default_factory=list)
    has_votes: bool = True
    is_rotation_due: bool = False
    height: int = 0

    @property
    def durable(self) -> "Calls":
        return self

    def submit(self, votes: list[bytes], bundles: list[object]) -> Future[None]:
        self.names.append("append")
        self.appended.append((votes, bundles))
        done: Future[None] = Future()
        done.set_result(None)
        return done

    def rotate(self, snapshot: list[bytes]) -> Future[None]:
        return self.submit(snapshot, [])

    def offer(self, _kind: object, _body: bytes, to: str | None) -> None:
        self.names.append(f"send to {to}")

    def decide(self, _decided: object) -> None:
        self.names.append("decide")

    def store_seal(self, _seal: object) -> None:
        self.names.append("seal")

    def hint(self, peer: str, height: int) -> None:
        self.names.append(f"hint {peer} {height}")

    def note_fault(self, peer: str, reason: str) -> None:
        self.names.append(f"fault {peer} {reason}")

    async def give_up_voting(self) -> None:
        self.names.append("give up voting")

    async def keep_evidence(self, faults: Sequence[Fault]) -> None:
        self.names += [f"evidence against {f.replica}" for f in faults if f.evidence is not None]


@asynccontextmanager
async def performer(
    has_votes: bool = True, calls: Calls | None = None
) -> AsyncIterator[tuple[StepPerformer, Calls, BundleBook]]:
    calls, book = calls or Calls(has_votes=has_votes), BundleBook(1 << 20, 4)
    outlets = Outlets(
        logs=calls,
        book=book,
        transport=calls,
        members=MEMBERS,
        applier=calls,
        catch_up=calls,
        note_fault=calls.note_fault,
        give_up_voting=calls.give_up_voting,
        keep_evidence=calls.keep_evidence,
    )
    yield StepPerformer(outlets), calls, book


async def test_effects_are_performed_in_the_order_of_the_step() -> None:
    seal = seal_of(chain().header)
    step = Step(
        persist=(RECORD,),
        sends=(Send(commit(1)), Send(commit(1), to=ReplicaId(2))),
        decided=(decided(batch()),),
        fetches=(CatchUpHint(SequenceNumber(9), ReplicaId(3)),),
        seals=(seal,),
        faults=(Fault(ReplicaId(0), FaultKind.INVALID_BATCH),),
    )
    async with performer() as (perform, calls, _):
        await perform.perform(step)

        assert calls.names == [
            "append",
            "send to None",
            f"send to {MEMBERS[2]}",
            "decide",
            f"hint {MEMBERS[3]} 9",
            "seal",
            f"fault {MEMBERS[0]} {FaultKind.INVALID_BATCH.value}",
        ]


async def test_who_signed_a_block_that_is_not_here_is_asked_for_it() -> None:
    node = chain()
    await node.grow(signed(allot(0)))
    async with performer() as (perform, calls, _):
        await perform.perform(Step(seals=(seal_of(node.header, (0, 2)),)))

        assert calls.names == ["seal", f"hint {MEMBERS[0]} 1", f"hint {MEMBERS[2]} 1"]


async def test_a_seal_of_a_block_that_is_here_makes_nobody_ask() -> None:
    node = chain()
    await node.grow(signed(allot(0)))
    async with performer(calls=Calls(height=1)) as (perform, calls, _):
        await perform.perform(Step(seals=(seal_of(node.header),)))

        assert calls.names == ["seal"]


async def test_bundles_go_to_their_log_with_the_vote_that_rests_on_them() -> None:
    bundle = numbered(1)
    async with performer() as (perform, calls, book):
        book.add(bundle)
        await perform.perform(Step(sends=(Send(commit(1)),)))
        assert calls.appended == []  # no vote yet: the bytes may wait

        await perform.perform(Step(persist=(RECORD,)))

        ((votes, bundles),) = calls.appended
        assert len(votes) == 1
        assert [stored.digest for stored in bundles] == [bundle.digest]


async def test_a_node_without_a_vote_log_writes_bundles_only() -> None:
    async with performer(has_votes=False) as (perform, calls, book):
        await perform.perform(Step(persist=(RECORD,)))
        assert calls.appended == []

        book.add(numbered(1))
        await perform.perform(Step(persist=(RECORD,)))

        ((votes, bundles),) = calls.appended
        assert votes == []
        assert len(bundles) == 1


async def test_bundles_that_others_wait_for_are_asked_of_them() -> None:
    async with performer() as (perform, _, book):
        await perform.perform(Step(wants=(BundleHint(some_digest(1), ReplicaId(2)),)))

        assert book.take_hinted() == {2: (some_digest(1),)}


async def test_a_halt_ends_the_node_after_everything_else() -> None:
    halt = Halt(SequenceNumber(4), Digest(bytes(32)), Digest(bytes(32)), "another header")
    async with performer() as (perform, calls, _):
        with pytest.raises(NodeHalted, match="block 4: another header"):
            await perform.perform(Step(persist=(RECORD,), halt=halt))

        assert calls.names == ["append"]


async def test_the_log_is_begun_anew_with_the_records_it_is_given() -> None:
    async with performer() as (perform, calls, _):
        await perform.rotate((RECORD, RECORD))

        assert [len(votes) for votes, _ in calls.appended] == [2]


async def test_a_flood_of_faults_does_not_become_a_flood_of_lines() -> None:
    async with performer() as (perform, calls, _):
        fault = Fault(ReplicaId(0), FaultKind.INVALID_BATCH)
        with capture_logs() as lines:
            await perform.perform(Step(faults=(fault,) * 100))

    assert [line["count"] for line in lines] == [1, 2, 4, 8, 16, 32, 64]
    assert len(calls.names) == 100


class SlowLog(Calls):
    """Becomes durable when the test says so."""

    def __init__(self) -> None:
        super().__init__()
        self.done: Future[None] = Future()

    def submit(self, votes: list[bytes], bundles: list[object]) -> Future[None]:
        super().submit(votes, bundles)
        return self.done


def vote_step() -> Step:
    return Step(persist=(RECORD,), sends=(Send(commit(1)),), decided=(decided(batch()),))


async def test_nothing_is_said_or_executed_before_the_log_is_durable() -> None:
    log = SlowLog()
    async with performer(calls=log) as (perform, calls, _), trio.open_nursery() as nursery:
        nursery.start_soon(perform.perform, vote_step())
        await trio.testing.wait_all_tasks_blocked()
        assert calls.names == ["append"]

        log.done.set_result(None)
        await trio.testing.wait_all_tasks_blocked(0.01)

        assert calls.names == ["append", "send to None", "decide"]


async def test_when_the_log_fails_nothing_is_said_and_the_node_ends() -> None:
    log = SlowLog()
    log.done.set_exception(StorageWriteFailed("no space"))
    async with performer(calls=log) as (perform, calls, _):
        with pytest.raises(StorageWriteFailed):
            await perform.perform(vote_step())

        assert calls.names == ["append"]


async def test_a_step_that_has_begun_is_finished_when_the_node_is_told_to_stop() -> None:
    """What is durable is said, or said again after the start; half a step is neither."""
    log = SlowLog()
    async with performer(calls=log) as (perform, calls, _):
        with trio.CancelScope() as scope:
            scope.cancel()
            log.done.set_result(None)
            await perform.perform(vote_step())

        assert calls.names == ["append", "send to None", "decide"]


@pytest.mark.parametrize(("missing", "is_written"), [(0, True), (1, False)])
async def test_many_bundles_are_written_before_a_vote_rests_on_them(
    monkeypatch: pytest.MonkeyPatch, missing: int, is_written: bool
) -> None:
    """Else the first vote after a quiet time would wait for all of them."""
    bundle = numbered(1)
    monkeypatch.setattr(performing, "UNSAVED_BYTES_MAX", bundle.byte_count + missing)
    async with performer() as (perform, calls, book):
        book.add(bundle)

        await perform.perform(Step())

        assert bool(calls.appended) is is_written


async def test_evidence_is_kept_and_a_fault_without_it_costs_nothing() -> None:
    proof = convict(genesis(), VALIDATOR_SIGNERS[2], 2, VoteKind.COMMIT)
    faults = (
        Fault(ReplicaId(2), FaultKind.CONFLICTING_COMMIT, proof),
        Fault(ReplicaId(3), FaultKind.INVALID_BATCH),
    )
    async with performer() as (perform, calls, _):
        await perform.perform(Step(faults=faults))
        await perform.perform(Step(faults=faults[1:]))

        assert [name for name in calls.names if "evidence" in name] == ["evidence against 2"]


async def test_amnesia_is_noted_outside_the_log_before_anything_else_is_said() -> None:
    step = Step(persist=(AmnesiaRecord(0),), sends=(Send(commit(1)),))
    async with performer() as (perform, calls, _):
        await perform.perform(step)

        assert calls.names == ["append", "give up voting", "send to None"]
