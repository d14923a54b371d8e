"""Takes a message in: tells whose it is, and hands it to the protocol that it concerns.

Rules of this file: messages of another epoch say nothing here; a message with the own signature
that comes from somebody else is only looked at for what this replica may have forgotten.

Source: consensus.md section 2.
"""

from collections.abc import Sequence
from operator import lt

from consensus.errors import InvalidCertificate
from consensus.faults import Fault, FaultKind
from consensus.ids import ReplicaId
from consensus.messages import (
    BatchReply,
    Certificate,
    CertificateReply,
    Checkpoint,
    Claim,
    Commit,
    Equivocation,
    FetchBatch,
    FetchCertificate,
    FetchNewView,
    Message,
    NewView,
    Prepare,
    PrePrepare,
    SealReply,
    StableCertificate,
    Status,
    ViewChange,
    VoteKind,
)
from consensus.protocols import Protocols, say_status
from consensus.state import State
from consensus.step import EMPTY, BundleHint, CatchUpHint, Send, Step
from consensus.timers import Now


def _is_one_of_each(shown: Sequence[Prepare | Commit | Claim]) -> bool:
    """Say whether these are in replica order and one of each: each may cost a verification."""
    return _is_ascending([one.replica for one in shown])


def _is_ascending(replicas: Sequence[ReplicaId]) -> bool:
    return all(map(lt, replicas, replicas[1:]))


class Receiving:
    """The way from a message to its protocol."""

    def __init__(self, state: State, protocols: Protocols) -> None:
        self._state = state
        self._protocols = protocols

    def take(self, message: Message, now: Now) -> Step:
        """Keep what the message testifies, and hand it to the protocol that it concerns."""
        step = self._protocols.statements.on_message(message)
        for part in (self.route(message, now), self._look_inside(message)):
            if part is not EMPTY:
                step += part
        return step

    def _look_inside(self, message: Message) -> Step:
        """Keep what is signed inside a message, if that was found to hold."""
        statements = self._protocols.statements
        inside: Certificate | StableCertificate | None = None
        match message:
            case NewView() if message == self._state.reign.entry:
                return statements.on_new_view(message)
            case ViewChange(_, certificate) | CertificateReply(_, certificate):
                inside = certificate
            case SealReply(_, seal):
                inside = seal
            case _:
                pass
        is_held = inside is not None and self._state.book.holds(inside)
        return statements.on_proof(inside) if is_held else EMPTY

    def route(self, message: Message, now: Now) -> Step:
        """Return what the protocol that this message concerns makes of it."""
        match message:
            case PrePrepare():
                return self._on_pre_prepare(message, now)
            case Prepare() | Commit():
                return self._on_vote(message, now)
            case ViewChange() | NewView():
                return self._on_view(message, now)
            case Checkpoint():
                return self._protocols.checkpointing.on_checkpoint(message)
            case Status():
                return self._on_status(message, now)
            case _:
                return self._route_proof(message, now)

    def _route_proof(
        self,
        message: Equivocation
        | FetchBatch
        | FetchCertificate
        | FetchNewView
        | BatchReply
        | CertificateReply
        | SealReply,
        now: Now,
    ) -> Step:
        match message:
            case Equivocation():
                return self._on_equivocation(message)
            case FetchBatch() | FetchCertificate() | FetchNewView():
                return self._protocols.fetching.on_fetch(message, now)
            case BatchReply():
                return self._protocols.fetching.on_batch_reply(
                    message
                ) + self._protocols.ordering.advance(now)
            case CertificateReply():
                return self._on_certificate(message, now)
            case _:
                return self._protocols.checkpointing.on_seal(message.seal, message.replica)

    def _on_pre_prepare(self, message: PrePrepare, now: Now) -> Step:
        sender = self._state.membership.primary_of(message.view)
        if message.batch.epoch != self._state.membership.epoch:
            return EMPTY
        if sender == self._state.self_id:
            self._protocols.witness.on_own(message)
            return EMPTY
        self._protocols.witness.on_vote(message.prepare(sender))
        step = self._protocols.fetching.ask_for_view(message.view, sender, now)
        return step + self._protocols.ordering.on_pre_prepare(message, now)

    def _on_vote(self, vote: Prepare | Commit, now: Now) -> Step:
        if vote.epoch != self._state.membership.epoch:
            return EMPTY
        if vote.replica == self._state.self_id:
            self._protocols.witness.on_own(vote)
            return EMPTY
        self._protocols.witness.on_vote(vote)
        step = self._protocols.fetching.ask_for_view(vote.view, vote.replica, now)
        return step + self._protocols.ordering.on_vote(vote, now)

    def _on_view(self, message: ViewChange | NewView, now: Now) -> Step:
        membership = self._state.membership
        if isinstance(message, ViewChange):
            epoch, sender = message.claim.epoch, message.claim.replica
        else:
            epoch, sender = message.epoch, membership.primary_of(message.view)
            if any(claim.epoch != epoch for claim in message.claims):
                return EMPTY  # no signature covers that field: nobody has to answer for it
        if epoch != membership.epoch:
            return EMPTY
        if sender == self._state.self_id:
            self._protocols.witness.on_own(message)
            return EMPTY
        if isinstance(message, ViewChange):
            return self._protocols.views.on_view_change(message, now)
        return self._protocols.views.on_new_view(message, now)

    def _on_status(self, status: Status, now: Now) -> Step:
        state = self._state
        if status.epoch != state.membership.epoch or status.replica == state.self_id:
            return EMPTY
        is_once = _is_one_of_each(status.votes) and _is_one_of_each(status.claims)
        if not is_once or not _is_ascending(status.links_down):
            return Step(faults=(Fault(status.replica, FaultKind.ILL_FORMED_STATUS),))
        self._protocols.witness.on_status(status)
        self._protocols.links.on_status(status)
        is_first = self._protocols.hearing.on_status(status.replica, now.monotonic_ms)
        step = self._protocols.repeating.on_status(status, now)
        if is_first and state.self_id is not None:
            step += Step(sends=(Send(say_status(state, self._protocols, now), status.replica),))
        step += self._protocols.statements.on_status(status) + self._hear_claims(status, now)
        lacking = self._protocols.obligations.not_owed(status.owed)
        if not lacking:
            return step
        return step + Step(wants=tuple(BundleHint(digest, status.replica) for digest in lacking))

    def _hear_claims(self, status: Status, now: Now) -> Step:
        """Count the claims that it shows, for joining and for the timer: a link may be down.

        They come without certificates, so none of them counts for a new view above the root.
        """
        views = self._protocols.views
        step = EMPTY
        for claim in status.claims:
            if claim.replica == self._state.self_id or not views.is_news(claim):
                continue
            try:
                self._state.book.verify_claim(claim)
            except InvalidCertificate:
                return step + Step(faults=(Fault(status.replica, FaultKind.INVALID_CERTIFICATE),))
            step += views.on_view_change(ViewChange(claim, None), now)
        return step

    def _on_equivocation(self, proof: Equivocation) -> Step:
        """Look for what was forgotten; the statements kept decide whether it proves anything."""
        for vote in (proof.first, proof.second):
            if vote.replica == self._state.self_id:
                self._protocols.witness.on_own(vote)
        return EMPTY

    def _on_certificate(self, reply: CertificateReply, now: Now) -> Step:
        """Take in a certificate, if it says more than is known here."""
        state = self._state
        certificate = reply.certificate
        is_commit = certificate.kind is VoteKind.COMMIT
        is_news = certificate.sequence > state.chain.decided.sequence or state.ends_term(
            certificate.view, certificate.sequence
        )
        if is_commit and not is_news:
            return EMPTY
        if not is_commit and certificate.rank <= state.proofs.rank:
            return EMPTY
        try:
            state.book.verify(certificate)
        except InvalidCertificate:
            return Step(faults=(Fault(reply.replica, FaultKind.INVALID_CERTIFICATE),))
        step = EMPTY
        if is_commit and certificate.sequence > state.marks.horizon:
            step = Step(fetches=(CatchUpHint(certificate.sequence, reply.replica),))
        self._protocols.ordering.on_proven(certificate)
        return step + self._protocols.ordering.advance(now)
