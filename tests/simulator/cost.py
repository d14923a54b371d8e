"""What a block costs ``consensus/`` itself: CPU of a replica without signatures, sockets, disk.

    python -m tests.simulator.cost [REPLICAS ...]

Replicas in lockstep in one process: each block of 16 bundles is proposed, every message is encoded
once and decoded by everybody who gets it, and each replica says its Status once a block, which is
about as often as busy nodes do. Signatures are stood in for by constants, so that what is left is
the price of the protocol in this language. Time is virtual; only the CPU is measured.
"""

import hashlib
import sys
import time
from collections import deque
from collections.abc import Callable
from functools import partial

from consensus import (
    BatchVerdict,
    Digest,
    Now,
    Ports,
    Proposal,
    Replica,
    ReplicaConfig,
    ReplicaId,
    Step,
)
from consensus.codec import decode_message, encode_message
from consensus.signing import signed_parts
from tests.simulator.cluster import make_membership
from tests.simulator.profiles import Plan

REPLICA_COUNTS = (4, 7, 16, 31)
BUNDLES = 16
WALL_MS = 1_700_000_000_000
BLOCK_MS = 300  # more than a status period
REPLICA_BLOCKS = 1_000  # measured of all replicas together


class Constant:
    """A key whose signatures always hold."""

    def __init__(self, public_key: bytes) -> None:
        self.public_key = public_key

    def sign(self, _payload: bytes) -> bytes:
        return bytes(64)

    def verify(self, _public_key: bytes, _payload: bytes, _signature: bytes) -> bool:
        return True


class Lockstep:
    """Replicas that get each other's messages in the order in which they were sent."""

    def __init__(self, replica_count: int) -> None:
        keys = tuple(hashlib.sha256(b"key %d" % number).digest() for number in range(replica_count))
        self.membership = make_membership(Plan(seed=1, replica_count=replica_count), keys)
        self.replicas = [self._replica(ReplicaId(i), key) for i, key in enumerate(keys)]
        self.now_ms = BLOCK_MS
        self._calls: deque[tuple[Replica, Callable[..., Step]]] = deque()
        for replica in self.replicas:
            self._perform(replica, replica.start(self.now))
        self._deliver()

    def _replica(self, replica: ReplicaId, key: bytes) -> Replica:
        config = ReplicaConfig(self_id=replica, membership=self.membership)
        return Replica(config, Ports(Constant(key), Constant(key)))

    @property
    def now(self) -> Now:
        return Now(self.now_ms, WALL_MS + self.now_ms)

    def order(self, bundles: tuple[Digest, ...]) -> None:
        """Let these bundles be owed, proposed, decided, executed and sealed."""
        for replica in self.replicas:
            self._perform(replica, replica.owe(bundles, self.now))
        primary = self.replicas[self.replicas[0].report().primary]
        proposal = Proposal(bundles, WALL_MS + self.now_ms)
        self._perform(primary, primary.propose(proposal, self.now))
        self._deliver()
        self.now_ms += BLOCK_MS
        for replica in self.replicas:
            self._perform(replica, replica.on_deadline(self.now))
        self._deliver()

    def _perform(self, replica: Replica, step: Step) -> None:
        for send in step.sends:
            data = encode_message(send.message)
            others = self.replicas if send.to is None else [self.replicas[send.to]]
            self._calls.extend(
                (other, partial(self._receive, other, data))
                for other in others
                if other is not replica
            )
        for batch in step.checks:
            checked = partial(replica.batch_checked, batch.digest, BatchVerdict.VALID)
            self._calls.append((replica, checked))
        for decided in step.decided:
            header_hash = Digest(hashlib.sha256(decided.batch.digest).digest())
            executed = partial(replica.executed, decided.batch.sequence, header_hash)
            self._calls.append((replica, executed))

    def _receive(self, replica: Replica, data: bytes, now: Now) -> Step:
        message = decode_message(data)
        tuple(signed_parts(message, self.membership))
        return replica.receive(message, now)

    def _deliver(self) -> None:
        while self._calls:
            replica, call = self._calls.popleft()
            self._perform(replica, call(now=self.now))


def block_us(replica_count: int) -> float:
    """Return the microseconds of CPU that a block costs one replica."""
    world = Lockstep(replica_count)
    count = REPLICA_BLOCKS // replica_count
    began_s = time.process_time()
    for number in range(count):
        names = (b"%d %d" % (number, bundle) for bundle in range(BUNDLES))
        world.order(tuple(Digest(hashlib.sha256(name).digest()) for name in names))
    spent_s = time.process_time() - began_s
    assert {replica.report().sealed for replica in world.replicas} == {count}
    return spent_s * 1_000_000 / count / replica_count


def main() -> None:
    for replica_count in map(int, sys.argv[1:]) if sys.argv[1:] else REPLICA_COUNTS:
        us = block_us(replica_count)
        sys.stdout.write(f"{replica_count:3} replicas: {us:6.0f} us of CPU a block and replica\n")


if __name__ == "__main__":
    main()
