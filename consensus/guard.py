"""The vote guard: the only place that signs.

Rules of this file: for one (kind, view, sequence) one digest is ever signed; asked again, the
guard returns the stored bytes or refuses. It writes the record of each vote before it hands the
vote out. It trusts no caller: view, window and watermark are looked up here, so whatever the rest
of the replica gets wrong, two signed votes never contradict each other.

Source: consensus.md section 6.
"""

from consensus.config import ReplicaConfig
from consensus.ids import BatchRef, Digest, Rank, SequenceNumber, View
from consensus.journal import Journal
from consensus.messages import (
    VOTE_TYPES,
    Certificate,
    Checkpoint,
    Claim,
    Commit,
    NewView,
    Prepare,
    VoteKind,
)
from consensus.records import CheckpointRecord, StartedRecord, VoteRecord
from consensus.reign import Reign
from consensus.signing import (
    Signer,
    checkpoint_payload,
    claim_payload,
    new_view_payload,
    vote_payload,
)
from consensus.watermarks import Watermarks

VoteKey = tuple[VoteKind, View, SequenceNumber]


class VoteGuard:
    """Signs, once, what may be signed.

    Attributes:
        armed: nothing is signed before; set when enough others have answered after a start.
        was_armed: the log says that it was once, so what is missing in the log was never signed.
        amnesia: this key has forgotten promises: nothing is ever signed again.
        started: what the log vouched for at the first start since it was armed last; None from
            the moment in which it is armed again.
    """

    def __init__(  # the five things it must not have to trust a caller for
        self,
        config: ReplicaConfig,
        signer: Signer,
        reign: Reign,
        marks: Watermarks,
        journal: Journal,
    ) -> None:
        self._config = config
        self._signer = signer
        self._reign = reign
        self._marks = marks
        self._votes: dict[VoteKey, Prepare | Commit] = {}
        self._checkpoints: dict[SequenceNumber, Checkpoint] = {}
        self._journal = journal
        self.armed = False
        self.was_armed = False
        self.amnesia = False
        self.started: StartedRecord | None = None

    def may_sign(self) -> bool:
        """Say whether this replica signs anything at all now."""
        return self.armed and not self.amnesia and self._config.self_id is not None

    def vote(self, kind: VoteKind, view: View, ref: BatchRef) -> Prepare | Commit | None:
        """Return the one Prepare or Commit for this view and sequence, or refuse.

        Refused are other digests, views that are not the present active one, and sequences
        outside the window; of those below it only the anchor of the present view passes, for
        which voting again harms nothing.
        """
        stored = self._votes.get((kind, view, ref.sequence))
        if stored is not None:
            return stored if stored.digest == ref.digest else None
        reign = self._reign
        if not self.may_sign() or not reign.active or view != reign.view:
            return None
        is_below = ref.sequence <= self._marks.low
        if ref.sequence > self._marks.high or (is_below and ref != reign.anchor):
            return None
        return self._sign_vote(kind, view, ref)

    def _sign_vote(self, kind: VoteKind, view: View, ref: BatchRef) -> Prepare | Commit:
        self_id = self._config.self_id
        assert self_id is not None
        membership = self._config.membership
        assert ref.sequence > membership.root_sequence
        signature = self._signer.sign(vote_payload(membership, kind, view, ref))
        vote = VOTE_TYPES[kind](
            self_id, membership.epoch, view, ref.sequence, ref.digest, signature
        )
        self._votes[kind, view, ref.sequence] = vote
        self._journal.write(VoteRecord(vote))
        return vote

    def checkpoint(self, sequence: SequenceNumber, header_hash: Digest) -> Checkpoint | None:
        """Return the one Checkpoint for this height, or refuse."""
        stored = self._checkpoints.get(sequence)
        if stored is not None:
            return stored if stored.header_hash == header_hash else None
        if not self.may_sign() or sequence <= self._marks.low:
            return None
        self_id = self._config.self_id
        assert self_id is not None
        membership = self._config.membership
        payload = checkpoint_payload(membership.chain, membership.epoch, sequence, header_hash)
        signature = self._signer.sign(payload)
        checkpoint = Checkpoint(self_id, membership.epoch, sequence, header_hash, signature)
        self._checkpoints[sequence] = checkpoint
        self._journal.write(CheckpointRecord(checkpoint))
        return checkpoint

    def claim(self, new_view: View, rank: Rank, digest: Digest) -> Claim | None:
        """Return a claim for a view above the present one, or refuse.

        There is no second claim for a view: whoever signed one is in that view or above.
        """
        self_id = self._config.self_id
        if not self.may_sign() or self_id is None or new_view <= self._reign.view:
            return None
        membership = self._config.membership
        unsigned = Claim(self_id, membership.epoch, new_view, rank, digest, b"")
        signature = self._signer.sign(claim_payload(membership, unsigned))
        return Claim(self_id, membership.epoch, new_view, rank, digest, signature)

    def new_view(
        self, claims: tuple[Claim, ...], certificate: Certificate | None
    ) -> NewView | None:
        """Return the new view of the present, not yet active view, or refuse.

        There is no second one for a view: whoever signed one is active in that view or above.
        """
        reign = self._reign
        membership = self._config.membership
        is_mine = membership.primary_of(reign.view) == self._config.self_id
        if not self.may_sign() or reign.active or not is_mine:
            return None
        unsigned = NewView(membership.epoch, reign.view, claims, certificate, b"")
        signature = self._signer.sign(new_view_payload(membership, unsigned))
        return NewView(membership.epoch, reign.view, claims, certificate, signature)

    def stored(self, kind: VoteKind, view: View, sequence: SequenceNumber) -> Digest | None:
        """Return what was voted for here, if anything was and is kept."""
        vote = self._votes.get((kind, view, sequence))
        return None if vote is None else vote.digest

    def votes(self) -> tuple[Prepare | Commit, ...]:
        """Return all votes kept, by sequence, view and kind."""
        return tuple(
            sorted(self._votes.values(), key=lambda vote: (vote.sequence, vote.view, vote.kind))
        )

    def checkpoints(self) -> tuple[Checkpoint, ...]:
        """Return all checkpoints kept, by height."""
        return tuple(self._checkpoints[sequence] for sequence in sorted(self._checkpoints))

    def remember(self, vote: Prepare | Commit | Checkpoint) -> bool:
        """Take back a stored vote at a restart; say whether it agrees with the others."""
        if isinstance(vote, Checkpoint):
            earlier = self._checkpoints.setdefault(vote.sequence, vote)
            return earlier.header_hash == vote.header_hash
        key = (vote.kind, vote.view, vote.sequence)
        return self._votes.setdefault(key, vote).digest == vote.digest

    def forget(self) -> None:
        """Drop what the watermark answers for: below it everything is refused anyhow.

        Not before it is armed: until then what others show is compared with the whole log.
        """
        if not self.armed:
            return
        low = self._marks.low
        kept = {ref.sequence for ref in (self._reign.anchor, self._reign.tip) if ref is not None}
        view = self._reign.view
        self._votes = {
            key: vote
            for key, vote in self._votes.items()
            if vote.sequence > low or (vote.view == view and vote.sequence in kept)
        }
        self._checkpoints = {s: c for s, c in self._checkpoints.items() if s > low}
