"""What must hold while two machines share one key, computed from what is said and decided.

Rules of this file: a vote counts from the moment at which it is said, whoever hears it, so a fork
is found before anybody is told of it. The checkers of the whole simulator look at much more; these
are the ones that partitions and leaders can break.
Source: consensus.md section 10.
"""

from typing import TYPE_CHECKING, Any

from consensus import Batch, Digest, Membership, ReplicaId
from consensus.messages import Commit, Prepare, PrePrepare
from tests.simulator.checkers import Violation

if TYPE_CHECKING:
    from tests.simulator.twins import Machine

Place = tuple[int, int, Digest]  # view, sequence, digest


class Promises:
    """The checkers of consensus.md section 10 that these plays can break."""

    def __init__(self, twin: ReplicaId, quorum: int) -> None:
        self._twin = twin
        self._quorum = quorum
        self._decided: dict[int, Digest] = {}
        self._signed: dict[tuple[int, type, int, int], Digest] = {}
        self._batches: dict[Digest, Batch] = {}
        self._votes: dict[tuple[bool, Place], set[int]] = {}
        self._prepared: list[Place] = []
        self._committed: list[Place] = []

    def on_said(self, machine: "Machine", message: Any, of: Membership) -> None:
        if isinstance(message, PrePrepare):
            self._batches[message.batch.digest] = message.batch
            self._count(message.prepare(of.primary_of(message.view)), machine)
        elif isinstance(message, Prepare | Commit):
            self._count(message, machine)

    def _count(self, vote: Prepare | Commit, machine: "Machine") -> None:
        if not machine.is_twin and vote.replica == machine.replica_id:
            key = (vote.replica, type(vote), int(vote.view), int(vote.sequence))
            if self._signed.setdefault(key, vote.digest) != vote.digest:
                raise Violation(f"4: machine {machine.address} signed two messages at {key[2:]}")
        place = (int(vote.view), int(vote.sequence), vote.digest)
        is_commit = isinstance(vote, Commit)
        voters = self._votes.setdefault((is_commit, place), set())
        if len(voters) < self._quorum:
            voters.add(vote.replica)
            if len(voters) == self._quorum:
                (self._on_committed if is_commit else self._on_prepared)(place)

    def _on_committed(self, commit: Place) -> None:
        self._committed.append(commit)
        for prepared in self._prepared:
            self._check_order(commit, prepared)

    def _on_prepared(self, prepared: Place) -> None:
        self._prepared.append(prepared)
        for commit in self._committed:
            self._check_order(commit, prepared)

    def _check_order(self, commit: Place, later: Place) -> None:
        if later[:2] >= commit[:2] and not self._descends(later[2], commit):
            raise Violation(f"6: a certificate at {later[:2]} forgets the commit at {commit[:2]}")

    def _descends(self, digest: Digest, commit: Place) -> bool:
        while digest != commit[2]:
            batch = self._batches.get(digest)
            if batch is None or batch.sequence <= commit[1]:
                return False
            digest = batch.parent_digest
        return True

    def on_decided(self, machine: "Machine", batch: Batch) -> None:
        if machine.is_twin:
            return
        if self._decided.setdefault(batch.sequence, batch.digest) != batch.digest:
            raise Violation(f"1: two batches decided at {batch.sequence}")
        if batch.sequence > len(machine.blocks) + 1:
            raise Violation(f"2: machine {machine.address} left a gap below {batch.sequence}")

    def on_fault(self, machine: "Machine", blamed: ReplicaId) -> None:
        if not machine.is_twin and blamed != self._twin:
            raise Violation(f"P8: correct replica {blamed} blamed by {machine.address}")
