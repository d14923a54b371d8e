"""Builders of values, and one replica on a bench: what most tests of ``consensus`` need.

Replica ids are plain numbers here. Signatures are keyed hashes. Batches are named by letters: the
batch "A" holds the one bundle "A".
"""

import hashlib
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

from consensus import (
    Batch,
    BatchVerdict,
    Certificate,
    Digest,
    Limits,
    Membership,
    Message,
    Now,
    Ports,
    Proposal,
    Rank,
    Record,
    Replica,
    ReplicaConfig,
    ReplicaId,
    Report,
    SequenceNumber,
    StableCertificate,
    Status,
    Step,
    Timing,
    View,
)
from consensus.ids import BatchRef
from consensus.messages import (
    Checkpoint,
    Claim,
    Commit,
    NewView,
    Prepare,
    PrePrepare,
    ViewChange,
    VoteKind,
)
from consensus.signing import (
    checkpoint_payload,
    claim_payload,
    new_view_payload,
    signed_parts,
    vote_payload,
)

STATUS_MS = 100
TIMEOUT_MS = 1_000
WALL_MS = 1_700_000_000_000  # what the clock of a bench shows at its start


def digest_of(name: str) -> Digest:
    return Digest(hashlib.sha256(name.encode()).digest())


class KeyedHash:
    """Signs with a hash of key and payload; the public key is the key. Only for tests."""

    def __init__(self, key: bytes = b"") -> None:
        self.key = key

    def sign(self, payload: bytes) -> bytes:
        return hashlib.sha512(self.key + payload).digest()

    def verify(self, public_key: bytes, payload: bytes, signature: bytes) -> bool:
        return hashlib.sha512(public_key + payload).digest() == signature


def membership(n: int = 4, window: int = 4, **limits: int) -> Membership:
    """Return a membership whose views 1, 2, 3 belong to the replicas 2, 3, 0 when n is 4."""
    return Membership(
        chain=digest_of("chain"),
        epoch=0,
        root_sequence=SequenceNumber(0),
        root_digest=digest_of("root"),
        public_keys=tuple(digest_of(f"key {replica}") for replica in range(n)),
        limits=Limits(window=window, request_timeout_ms=TIMEOUT_MS, **limits),
    )


FOUR = membership()


def sign(replica: int, payload: bytes, of: Membership = FOUR) -> bytes:
    return KeyedHash(of.public_keys[replica]).sign(payload)


def batch(name: str = "A", after: Batch | None = None, **changes: Any) -> Batch:
    """Return a batch with one bundle of this name, a child of ``after`` (of the root)."""
    parent = FOUR.root if after is None else after.ref
    view = changes.pop("view", 1)
    values: dict[str, Any] = {
        "epoch": 0,
        "sequence": SequenceNumber(parent.sequence + 1),
        "parent_digest": parent.digest,
        "proposed_in_view": View(view),
        "proposer": FOUR.primary_of(View(view)),
        "timestamp_ms": WALL_MS + parent.sequence + 1,
        "bundle_digests": (digest_of(name),),
    }
    return Batch(**(values | changes))


def chain(names: str, after: Batch | None = None) -> list[Batch]:
    """Return a batch for each letter, each the child of the one before."""
    batches: list[Batch] = []
    for name in names:
        after = batch(name, after)
        batches.append(after)
    return batches


A, B, C, D = chain("ABCD")


def ref(sequence: int, name: str) -> BatchRef:
    return BatchRef(SequenceNumber(sequence), digest_of(name))


def _vote(kind: VoteKind, from_: int, voted: BatchRef, view: int, of: Membership) -> bytes:
    return sign(from_, vote_payload(of, kind, View(view), voted), of)


def pre_prepare(proposed: Batch, view: int = 1, of: Membership = FOUR) -> PrePrepare:
    primary = of.primary_of(View(view))
    signature = _vote(VoteKind.PREPARE, primary, proposed.ref, view, of)
    return PrePrepare(View(view), proposed, signature)


def prepare(from_: int, voted: Batch, view: int = 1, of: Membership = FOUR) -> Prepare:
    signature = _vote(VoteKind.PREPARE, from_, voted.ref, view, of)
    return Prepare(ReplicaId(from_), of.epoch, View(view), *voted.ref, signature)


def commit(from_: int, voted: Batch, view: int = 1, of: Membership = FOUR) -> Commit:
    signature = _vote(VoteKind.COMMIT, from_, voted.ref, view, of)
    return Commit(ReplicaId(from_), of.epoch, View(view), *voted.ref, signature)


def header_of(executed: Batch) -> Digest:
    return Digest(hashlib.sha256(b"header" + executed.digest).digest())


def checkpoint(
    from_: int, executed: Batch, header: Digest | None = None, of: Membership = FOUR
) -> Checkpoint:
    header_hash = header_of(executed) if header is None else header
    payload = checkpoint_payload(of.chain, of.epoch, executed.sequence, header_hash)
    signature = sign(from_, payload, of)
    return Checkpoint(ReplicaId(from_), of.epoch, executed.sequence, header_hash, signature)


def certificate(
    kind: VoteKind,
    voted: Batch,
    view: int = 1,
    by: Iterable[int] = (0, 1, 2),
    of: Membership = FOUR,
) -> Certificate:
    signatures = tuple((ReplicaId(r), _vote(kind, r, voted.ref, view, of)) for r in by)
    return Certificate(kind, of.epoch, View(view), *voted.ref, signatures)


def prepared(voted: Batch, view: int = 1, by: Iterable[int] = (0, 1, 2)) -> Certificate:
    return certificate(VoteKind.PREPARE, voted, view, by)


def committed(voted: Batch, view: int = 1, by: Iterable[int] = (0, 1, 2)) -> Certificate:
    return certificate(VoteKind.COMMIT, voted, view, by)


def seal(
    executed: Batch, header: Digest | None = None, by: Iterable[int] = (0, 1, 2)
) -> StableCertificate:
    votes = [checkpoint(replica, executed, header) for replica in by]
    signatures = tuple((vote.replica, vote.signature) for vote in votes)
    return StableCertificate(0, executed.sequence, votes[0].header_hash, signatures)


def claim(
    from_: int, new_view: int, proof: Certificate | None = None, of: Membership = FOUR
) -> Claim:
    rank = of.root_rank if proof is None else proof.rank
    digest = of.root_digest if proof is None else proof.digest
    unsigned = Claim(ReplicaId(from_), of.epoch, View(new_view), rank, digest, b"")
    signature = sign(from_, claim_payload(of, unsigned), of)
    return Claim(ReplicaId(from_), of.epoch, View(new_view), rank, digest, signature)


def view_change(from_: int, new_view: int, proof: Certificate | None = None) -> ViewChange:
    return ViewChange(claim(from_, new_view, proof), proof)


def new_view(
    view: int,
    proof: Certificate | None = None,
    by: Iterable[int] = (0, 1, 2),
    claims: tuple[Claim, ...] | None = None,
) -> NewView:
    """Return a new view for which all of ``by`` claim the same certificate."""
    if claims is None:
        claims = tuple(claim(replica, view, proof) for replica in by)
    return sign_new_view(NewView(0, View(view), claims, proof, b""))


def sign_new_view(unsigned: NewView, signer: int | None = None) -> NewView:
    primary = FOUR.primary_of(unsigned.view) if signer is None else signer
    signature = sign(primary, new_view_payload(FOUR, unsigned))
    return NewView(0, unsigned.view, unsigned.claims, unsigned.certificate, signature)


def status(from_: int, **changes: Any) -> Status:
    """Return the status of a replica that has seen nothing yet."""
    values: dict[str, Any] = {
        "replica": ReplicaId(from_),
        "epoch": 0,
        "view": View(1),
        "active": True,
        "tip_sequence": SequenceNumber(0),
        "low_watermark": SequenceNumber(0),
        "executed": SequenceNumber(0),
        "decided": SequenceNumber(0),
        "rank": Rank(View(0), SequenceNumber(0)),
        "version": 1,
        "links_down": (),
        "owed": (),
        "votes": (),
        "claims": (),
    }
    return Status(**(values | changes))


def config(self_id: int | None = 1, of: Membership = FOUR, **changes: Any) -> ReplicaConfig:
    timing = Timing(status_ms=STATUS_MS, wait_for_peers_ms=500)
    own = None if self_id is None else ReplicaId(self_id)
    return ReplicaConfig(own, of, timing, **changes)


def ports(self_id: int | None = 1, of: Membership = FOUR) -> Ports:
    key = b"observer" if self_id is None else of.public_keys[self_id]
    return Ports(KeyedHash(key), KeyedHash())


@dataclass
class Bench:
    """One replica with a log and a clock; every message it gets or says is checked and sound."""

    self_id: int | None = 1
    of: Membership = FOUR
    changes: dict[str, Any] = field(default_factory=dict)
    log: list[Record] = field(default_factory=list)
    now_ms: int = 10_000
    skew_ms: int = 0
    first: Step = field(default_factory=Step)

    def __post_init__(self) -> None:
        self.boot()

    def boot(self) -> Step:
        """Build the replica from the log and start it."""
        settings = config(self.self_id, self.of, **self.changes)
        self.replica = Replica(settings, ports(self.self_id, self.of), tuple(self.log))
        self.first = self._took(self.replica.start(self.now))
        return self.first

    @property
    def now(self) -> Now:
        return Now(self.now_ms, WALL_MS - 10_000 + self.now_ms + self.skew_ms)

    def _took(self, step: Step) -> Step:
        self.log.extend(step.persist)
        for send in step.sends:
            for part in signed_parts(send.message, self.of):
                assert KeyedHash().verify(*part)
        return step

    def arm(self) -> Step:
        """Let enough others answer that the replica votes."""
        step = Step()
        for replica in range(self.of.quorum):
            if replica != self.self_id:
                step += self.receive(status(replica))
        return step

    def receive(self, *messages: Message) -> Step:
        step = Step()
        for message in messages:
            for part in signed_parts(message, self.of):
                assert KeyedHash().verify(*part), f"unsound {message}"
            step += self._took(self.replica.receive(message, self.now))
        return step

    def check(self, *batches: Batch) -> Step:
        step = Step()
        for checked in batches:
            verdict = BatchVerdict.VALID
            step += self._took(self.replica.batch_checked(checked.digest, verdict, self.now))
        return step

    def reject(self, checked: Batch) -> Step:
        verdict = BatchVerdict.INVALID
        return self._took(self.replica.batch_checked(checked.digest, verdict, self.now))

    def propose(self, *names: str) -> Step:
        digests = tuple(digest_of(name) for name in names)
        proposal = Proposal(digests, self.now.wall_ms)
        return self._took(self.replica.propose(proposal, self.now))

    def owe(self, *names: str) -> Step:
        return self._took(self.replica.owe(tuple(digest_of(n) for n in names), self.now))

    def forgive(self, *names: str) -> Step:
        return self._took(self.replica.forgive(tuple(digest_of(n) for n in names), self.now))

    def execute(self, *batches: Batch) -> Step:
        step = Step()
        for done in batches:
            step += self._took(self.replica.executed(done.sequence, header_of(done), self.now))
        return step

    def adopt(self, adopted: Batch, proof: StableCertificate | None = None) -> Step:
        proven = seal(adopted) if proof is None else proof
        return self._took(self.replica.adopt(adopted, proven, self.now))

    def accept(self, *batches: Batch, view: int = 1) -> Step:
        """Let the primary propose these and the host find them valid."""
        step = Step()
        for proposed in batches:
            step += self.receive(pre_prepare(proposed, view, self.of)) + self.check(proposed)
        return step

    def decide(self, *batches: Batch, view: int = 1) -> Step:
        """Bring these to a decision by the votes of the others."""
        step = self.accept(*batches, view=view)
        others = [r for r in self.of.replicas() if r != self.self_id]
        for decided in batches:
            for replica in others[: self.of.quorum]:
                step += self.receive(commit(replica, decided, view, self.of))
        return step

    def seal(self, *batches: Batch) -> Step:
        """Decide, execute and seal these."""
        step = self.decide(*batches) + self.execute(*batches)
        for done in batches:
            others = [r for r in self.of.replicas() if r != self.self_id]
            step += self.receive(*(checkpoint(r, done, of=self.of) for r in others))
        return step

    def wait(self, duration_ms: int, heard: Iterable[int] = (0, 2, 3)) -> Step:
        """Let time pass in periods, the others being heard in each."""
        step = Step()
        end_ms = self.now_ms + duration_ms
        while self.now_ms < end_ms:
            self.now_ms = min(self.now_ms + STATUS_MS, end_ms)
            for replica in heard:
                if replica != self.self_id:
                    step += self.receive(self.echo(replica))
            step += self._took(self.replica.on_deadline(self.now))
        return step

    def echo(self, replica: int) -> Status:
        """Return a status of somebody who stands where this replica stands."""
        report = self.replica.report()
        return status(
            replica,
            view=report.view,
            tip_sequence=report.tip_sequence,
            low_watermark=report.low_watermark,
            executed=report.executed,
            decided=report.decided,
            rank=report.rank,
        )

    def tick(self, duration_ms: int) -> Step:
        """Let time pass in silence."""
        self.now_ms += duration_ms
        return self._took(self.replica.on_deadline(self.now))

    def reboot(self) -> Step:
        """Stop without warning and start from the log."""
        self.now_ms += 1
        return self.boot()

    @property
    def report(self) -> Report:
        return self.replica.report()


def bench(self_id: int | None = 1, of: Membership = FOUR, **changes: Any) -> Bench:
    """Return a replica that votes: enough others have answered."""
    made = Bench(self_id, of, changes)
    made.arm()
    return made


def said(step: Step, type_: type[Any]) -> list[Any]:
    """Return the messages of this type that a step sends, in order."""
    return [send.message for send in step.sends if isinstance(send.message, type_)]


def written(step: Step, type_: type[Any]) -> list[Any]:
    """Return the records of this type that a step persists, in order."""
    return [record for record in step.persist if isinstance(record, type_)]


def state_of(self_id: int | None = 1, of: Membership = FOUR) -> Any:
    """Return the shared state of a fresh replica, armed, for tests of single protocols."""
    from consensus.state import build_state

    state = build_state(config(self_id, of), ports(self_id, of))
    state.guard.armed = True
    return state


NOW = Now(10_000, WALL_MS)
