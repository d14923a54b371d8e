"""Rule 9: memory stays inside the limits whatever a member sends.

One member sends ten thousand different, well-signed messages of every kind: far views, far
sequences, new digests each time. Source: consensus.md section 9.
"""

import random
from dataclasses import replace

import pytest

from consensus import Batch, Digest, Rank, ReplicaId, SequenceNumber, Status, View
from consensus.messages import (
    BatchReply,
    Checkpoint,
    Claim,
    Commit,
    FetchBatch,
    Message,
    NewView,
    Prepare,
    PrePrepare,
    ViewChange,
)
from tests.simulator.adversaries import MARKER, signed
from tests.simulator.cluster import Cluster
from tests.simulator.host import Host
from tests.simulator.profiles import Plan

FLOODER = ReplicaId(2)  # primary of view 1
COUNT = 10_000
PLAN = Plan(seed=3, bundle_count=0, byzantine=((FLOODER, ("withholding",)),))


class Flood:
    """Makes messages of one member, no two alike."""

    def __init__(self, host: Host, window: int) -> None:
        self.host = host
        self.rng = random.Random(1)
        self.window = window

    def digest(self) -> Digest:
        return Digest(self.rng.randbytes(32))

    def view(self) -> View:
        return View(self.rng.choice((1, 1, 2, 5, self.rng.randrange(1, 10**9))))

    def sequence(self) -> SequenceNumber:
        near = self.rng.randrange(1, 3 * self.window + 2)
        return SequenceNumber(self.rng.choice((near, near, self.rng.randrange(1, 2**40))))

    def batch(self) -> Batch:
        bundles = tuple(self.digest() for _ in range(3))
        place = (self.view(), FLOODER, self.rng.randrange(2**40))
        return Batch(0, self.sequence(), self.digest(), *place, bundles)

    def claim(self) -> Claim:
        rank = Rank(self.view(), self.sequence())
        return Claim(FLOODER, 0, self.view(), rank, self.digest(), MARKER)

    def message(self) -> Message:
        vote = (FLOODER, 0, self.view(), self.sequence(), self.digest(), MARKER)
        drawn = self.rng.randrange(8)
        if drawn == 6:
            return BatchReply(FLOODER, 0, (self.batch(), self.batch()))
        if drawn == 7:
            return self.rng.choice((self.status(), FetchBatch(FLOODER, 0, self.digest())))
        unsigned = (
            Prepare(*vote),
            Commit(*vote),
            Checkpoint(FLOODER, 0, self.sequence(), self.digest(), MARKER),
            PrePrepare(View(1 + 4 * self.rng.randrange(4)), self.batch(), MARKER),
            ViewChange(self.claim(), None),
            NewView(0, View(1 + 4 * self.rng.randrange(4)), (self.claim(),) * 3, None, MARKER),
        )[drawn]
        return signed(self.host, unsigned)

    def status(self) -> Status:
        votes = tuple(
            Prepare(FLOODER, 0, View(1), self.sequence(), self.digest(), MARKER) for _ in "ab"
        )
        here = SequenceNumber(0)
        return Status(
            FLOODER, 0, self.view(), True, here, self.sequence(), here, here,
            Rank(self.view(), self.sequence()), 1, (ReplicaId(1),),
            tuple(self.digest() for _ in range(20)), votes, (self.claim(),),
        )  # fmt: skip


@pytest.mark.slow
@pytest.mark.parametrize("window", [1, 16])
def test_a_flood_of_different_messages_leaves_memory_bounded(window: int) -> None:
    """Checklist 18."""
    world = Cluster(replace(PLAN, window=window))
    world.start()
    world.run_for(500)
    target, flood = world.hosts[0], Flood(world.hosts[FLOODER], window)
    for _ in range(COUNT):
        target.feed("receive", flood.message())
    assert target.replica is not None
    world.watch.check_memory(target)
    world.hosts[FLOODER].crash()
    world.submit(world.hosts[1])
    world.expect_executed(world.correct_hosts, 8_000)
