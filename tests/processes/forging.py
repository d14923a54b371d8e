"""What a dishonest member can say with its own key: messages of consensus, bent and signed anew.

Rules: one class holds the key; it signs whatever it is given, as a thief of it could. Nothing here
knows sockets or moods. What cannot be signed with one key (certificates, seals, claims of others)
is filled up with bytes that look like signatures.
"""

import random
from dataclasses import dataclass, field, replace
from typing import Any, Protocol

from consensus import Digest, Membership, Rank, ReplicaId, SequenceNumber, View
from consensus.messages import (
    Batch,
    Certificate,
    CertificateReply,
    Checkpoint,
    Claim,
    Commit,
    NewView,
    Prepare,
    PrePrepare,
    SealReply,
    StableCertificate,
    Status,
    ViewChange,
    VoteKind,
)
from consensus.signing import Signer, signed_parts

MARKER = b"\x01" * 64  # stands where the signature will be, to find what has to be signed
HEIGHT_MAX = 2**62  # the largest integer that the format lets through
OWED_COUNT = 256
Vote = Prepare | Commit


class KeyHolder(Signer, Protocol):
    """A signer that knows its public key."""

    @property
    def public_key(self) -> bytes: ...


@dataclass
class Forger:
    """A member's index and key, and a source of chance."""

    membership: Membership
    self_id: ReplicaId
    signer: KeyHolder = field(repr=False)
    rng: random.Random

    def sign(self, message: Any) -> Any:
        """Sign a changed message again, where it carries the own signature."""
        if isinstance(message, ViewChange):
            claim = replace(message.claim, signature=MARKER)
            signature = self._signature(replace(message, claim=claim))
            return replace(message, claim=replace(claim, signature=signature))
        marked = replace(message, signature=MARKER)
        return replace(marked, signature=self._signature(marked))

    def _signature(self, marked: Any) -> bytes:
        found = (p for p in signed_parts(marked, self.membership) if p.signature == MARKER)
        return self.signer.sign(next(found).payload)

    def vote(self, kind: type[Vote], view: View, batch: tuple[SequenceNumber, Digest]) -> Vote:
        epoch = self.membership.epoch
        vote: Vote = self.sign(kind(self.self_id, epoch, view, *batch, MARKER))
        return vote

    def any_digest(self) -> Digest:
        return Digest(self.rng.randbytes(32))

    def is_mine(self, message: Any) -> bool:
        """Say whether a message bears the own signature."""
        match message:
            case PrePrepare() | NewView():
                return self.membership.primary_of(message.view) == self.self_id
            case Prepare() | Commit() | Checkpoint():
                return bool(message.replica == self.self_id)
            case ViewChange(claim):
                return claim.replica == self.self_id
        return False

    def other_batch(self, batch: Batch) -> Batch:
        """Make a batch that is as good as this one, for the same place."""
        if len(batch.bundle_digests) > 1 and self.rng.random() < 0.6:
            cut = self.rng.choice((batch.bundle_digests[:-1], batch.bundle_digests[::-1]))
            return replace(batch, bundle_digests=cut)
        return replace(batch, timestamp_ms=batch.timestamp_ms + 1)

    def bad_proposal(self, message: PrePrepare, invalid: list[Digest]) -> PrePrepare:
        """Make a proposal that nobody may accept, or that nobody can check."""
        batch = message.batch
        label = View(max(1, message.view - 1))
        spoilt: list[dict[str, Any]] = [
            {"timestamp_ms": HEIGHT_MAX},
            {"timestamp_ms": batch.timestamp_ms + 3_600_000},
            {"timestamp_ms": 0},
            {"bundle_digests": (self.any_digest(),)},
            {"bundle_digests": ()},
            {"bundle_digests": (*batch.bundle_digests, *invalid[-3:])},
            {"proposed_in_view": label, "proposer": self.membership.primary_of(label)},
            {"parent_digest": self.any_digest()},
            {"sequence": SequenceNumber(batch.sequence + self.membership.limits.window)},
        ]
        changed = replace(batch, **self.rng.choice(spoilt))
        bad: PrePrepare = self.sign(replace(message, batch=changed))
        return bad

    def other_vote(self, vote: Vote | Checkpoint, instead: Digest | None) -> Vote | Checkpoint:
        """Sign another digest for the same place."""
        digest = instead or self.any_digest()
        if isinstance(vote, Checkpoint):
            signed: Vote | Checkpoint = self.sign(replace(vote, header_hash=digest))
        else:
            signed = self.sign(replace(vote, digest=digest))
        return signed

    def mutated(self, message: Any) -> Any:
        """Change one number by one and sign it again."""
        step = self.rng.choice((-1, 1))
        if isinstance(message, Prepare | Commit):
            name = self.rng.choice(("sequence", "view"))
            return self.sign(replace(message, **{name: max(0, getattr(message, name) + step)}))
        if isinstance(message, Checkpoint):
            return self.sign(
                replace(message, sequence=SequenceNumber(max(0, message.sequence + step)))
            )
        return message

    def false_status(self, status: Status) -> Status:
        """Stand where nobody stands."""
        near = self.rng.randrange(1, 80)
        height = SequenceNumber(self.rng.choice((HEIGHT_MAX, status.decided + near, 0)))
        view = View(self.rng.choice((status.view, status.view + 1, HEIGHT_MAX, 0)))
        return replace(
            status,
            view=view,
            decided=height,
            executed=height,
            low_watermark=height,
            tip_sequence=height,
            rank=Rank(view, height),
        )

    def greedy_status(self, status: Status) -> Status:
        """Wait for bundles that do not exist."""
        return replace(status, owed=tuple(self.any_digest() for _ in range(OWED_COUNT)))

    def view_change(self, view: View) -> ViewChange:
        """Ask for a view without any proof."""
        root = (self.membership.root_rank, self.membership.root_digest)
        claim = Claim(self.self_id, self.membership.epoch, view, *root, MARKER)
        change: ViewChange = self.sign(ViewChange(claim, None))
        return change

    def lying_view_change(self, message: ViewChange) -> ViewChange:
        """Leave out, cut or invent the certificate, or claim more than it shows."""
        claim, certificate = message.claim, message.certificate
        draw = self.rng.random()
        if certificate is None or draw < 0.3:
            return self.view_change(claim.new_view)
        if draw < 0.6:
            rank = Rank(View(claim.new_view - 1), SequenceNumber(claim.rank.sequence + 1))
            change: ViewChange = self.sign(replace(message, claim=replace(claim, rank=rank)))
        elif draw < 0.8:
            cut = replace(certificate, signatures=certificate.signatures[:-1])
            change = self.sign(replace(message, certificate=cut))
        else:
            made = self.certificate(VoteKind.PREPARE, certificate.view, certificate.sequence)
            invented = replace(claim, rank=made.rank, digest=made.digest)
            change = self.sign(ViewChange(invented, made))
        return change

    def lying_new_view(self, message: NewView) -> NewView:
        """Open the own view with too few claims, doubled ones, or a lower certificate."""
        claims = message.claims
        bent = self.rng.choice((
            {"claims": claims[:-1]},
            {"claims": (*claims[:-1], claims[0])},
            {"certificate": None},
        ))  # fmt: skip
        opened: NewView = self.sign(replace(message, **bent))
        return opened

    def foreign_new_view(self, view: View, claims: tuple[Claim, ...]) -> NewView:
        """Open a view that is another member's to open."""
        made = NewView(self.membership.epoch, view, claims, None, MARKER)
        payload = signed_parts(made, self.membership)[0].payload
        return replace(made, signature=self.signer.sign(payload))

    def certificate(self, kind: VoteKind, view: View, sequence: SequenceNumber) -> Certificate:
        """Invent a certificate for a batch that nobody has seen."""
        ref = (sequence, self.any_digest())
        own = self.vote(Prepare if kind is VoteKind.PREPARE else Commit, view, ref).signature
        epoch = self.membership.epoch
        return Certificate(kind, epoch, view, *ref, self._signatures(own))

    def certificate_reply(self, view: View, sequence: SequenceNumber) -> CertificateReply:
        kind = self.rng.choice((VoteKind.PREPARE, VoteKind.COMMIT))
        return CertificateReply(self.self_id, self.certificate(kind, view, sequence))

    def seal_reply(self, sequence: SequenceNumber) -> SealReply:
        """Invent the seal of a header that nobody has signed."""
        named = self.any_digest()
        own = Checkpoint(self.self_id, self.membership.epoch, sequence, named, MARKER)
        signatures = self._signatures(self.sign(own).signature)
        seal = StableCertificate(self.membership.epoch, sequence, named, signatures)
        return SealReply(self.self_id, seal)

    def _signatures(self, own: bytes) -> tuple[tuple[ReplicaId, bytes], ...]:
        """Fill up a quorum: one signature that holds, the others noise."""
        others = [r for r in self.membership.replicas() if r != self.self_id]
        chosen = {*others[: self.membership.quorum - 1], self.self_id}
        return tuple(
            (ReplicaId(r), own if r == self.self_id else self.rng.randbytes(64))
            for r in sorted(chosen)
        )
