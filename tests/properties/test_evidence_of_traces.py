"""Honest traces never yield evidence, and what two honest members saw between them always does.

Runs of the simulator, whole: crashes, restarts, repeats, lost disks, view changes, terms, epochs of
silence. A recorder keeps every statement that anybody signed and said, without the bounds of a
replica. What it finds is compared with what the replicas found (reliability.md, P8).
"""

from collections import Counter
from dataclasses import dataclass, field
from typing import Any

import pytest

from consensus import Message
from consensus.evidence import (
    Evidence,
    Place,
    Statement,
    claim_statement,
    proof_statements,
    statement_part,
    statements_of,
)
from consensus.messages import CertificateReply, NewView, SealReply, ViewChange
from tests.simulator.checkers import Watch
from tests.simulator.cluster import Cluster
from tests.simulator.profiles import Plan, draw_plan

HONEST_PROFILES = ("calm", "crash", "partition", "storm", "disk")
HONEST_SEEDS = range(1, 5)
LYING_SEEDS = range(1, 41)


@dataclass
class Recorder:
    """Everything said, by place; and what came of it.

    Attributes:
        said: by place, the digests and the first signature on each.
        proved: places of which some honest replica made evidence.
    """

    said: dict[Place, dict[bytes, Statement]] = field(default_factory=dict)
    proved: set[Place] = field(default_factory=set)
    kinds: Counter[str] = field(default_factory=Counter)

    def on_sent(self, statements: tuple[Statement, ...]) -> None:
        for statement in statements:
            told = self.said.setdefault(statement.place, {})
            told.setdefault(statement.digest, statement)

    def split(self) -> set[Place]:
        """The places at which two different things were said."""
        return {place for place, told in self.said.items() if len(told) > 1}


def statements_inside(message: Message) -> tuple[Statement, ...]:
    """Return what is said inside the proofs of a message, whether it holds or not."""
    match message:
        case CertificateReply(_, proof) | SealReply(_, proof) | ViewChange(_, proof):
            return () if proof is None else proof_statements(proof)
        case NewView(claims=claims, certificate=proof):
            inside = () if proof is None else proof_statements(proof)
            return (*map(claim_statement, claims), *inside)
        case _:
            return ()


def recorded(plan: Plan) -> tuple[Recorder, Cluster]:
    """Run a plan to its end, with a recorder at the watch."""
    recorder = Recorder()
    world = Cluster(plan)
    watch = world.watch
    on_sent, on_fault = watch.on_sent, watch.on_fault

    def holds(statement: Statement) -> bool:
        place, membership = statement.place, world.membership
        is_of_member = place.epoch == membership.epoch and membership.has(place.replica)
        return is_of_member and world.keys.verifier.verify(*statement_part(statement, membership))

    def sent(host: Any, message: Any, parts: Any) -> None:
        recorder.on_sent(statements_of(message, world.membership))
        recorder.on_sent(tuple(filter(holds, statements_inside(message))))
        on_sent(host, message, parts)

    def fault(host: Any, found: Any) -> None:
        if host.is_correct and found.evidence is not None:
            recorder.proved.add(found.evidence.place)
            recorder.kinds[found.evidence.place.kind.name] += 1
        on_fault(host, found)

    watch.on_sent, watch.on_fault = sent, fault  # type: ignore[method-assign]
    assert isinstance(watch, Watch)
    world.run()
    return recorder, world


def framed(recorder: Recorder, world: Cluster) -> list[Place]:
    """The places at which a correct machine that forgot nothing contradicts itself."""
    innocent = {h.replica_id for h in world.hosts if h.is_correct and not h.has_aged_log}
    return [place for place in recorder.split() if place.replica in innocent]


@pytest.mark.parametrize("profile", HONEST_PROFILES)
@pytest.mark.parametrize("seed", HONEST_SEEDS)
def test_a_trace_of_honest_replicas_yields_no_evidence(profile: str, seed: int) -> None:
    recorder, world = recorded(draw_plan(seed, profile))

    assert framed(recorder, world) == []
    assert [p for p in recorder.proved if world.hosts[p.replica].is_correct] == [
        p for p in recorder.proved if world.hosts[p.replica].has_aged_log
    ]
    assert len(recorder.said) > 10, "a trace in which nothing was said shows nothing"


def test_the_liars_of_many_runs_are_convicted_and_nobody_else() -> None:
    kinds: Counter[str] = Counter()
    split = proved = 0
    for seed in LYING_SEEDS:
        recorder, world = recorded(draw_plan(seed, "byzantine"))
        assert framed(recorder, world) == []
        assert recorder.proved <= recorder.split()
        kinds += recorder.kinds
        split += len(recorder.split())
        proved += len(recorder.proved)
    assert proved > 100
    assert set(kinds) >= {"PREPARE", "COMMIT", "CHECKPOINT", "VIEW_CHANGE"}, kinds
    assert proved > 0.5 * split, f"{proved} of {split} places at which two things were said"


def test_a_recorder_finds_what_is_there_to_be_found() -> None:
    """The test of the test: one place, two digests."""
    recorder, world = recorded(draw_plan(1, "calm"))
    place, told = next(iter(recorder.said.items()))
    [statement] = told.values()
    other = Statement(place, world.new_digest(), statement.signature)
    recorder.on_sent((other,))
    assert framed(recorder, world) == [place]
    assert Evidence(statement, other).place == place
