"""What each replica has signed of late, so that whoever signs two different things is convicted.

Rules of this file: only signatures that hold are kept, whatever brought them: a message, a
certificate, a seal, a new view. What others merely show is compared, and verified only where it
contradicts what is kept. Statements of the own key count like anybody's: a second one at a place
means that the key was started twice. Per replica the newest are kept, by arrival, so memory is
bounded whatever is sent.

Source: consensus.md sections 4 (a primary that provably equivocated) and 9.
"""

from collections.abc import Iterable
from typing import Final, NewType

from consensus.evidence import (
    NO_SEQUENCE,
    Evidence,
    Place,
    Statement,
    claim_statement,
    proof_statements,
    statement_part,
    statements_of,
    vote_statement,
)
from consensus.faults import CONFLICTS, Fault
from consensus.ids import DIGEST_BYTES, Digest, ReplicaId, SequenceNumber, View
from consensus.messages import (
    Certificate,
    Message,
    NewView,
    StableCertificate,
    Status,
    VoteKind,
)
from consensus.quorum import Membership
from consensus.signing import Verifier, claim_digest
from consensus.step import EMPTY, Send, Step

# Of one replica: a prepare, a commit and a checkpoint for each sequence of the window, twice over,
# and room for its view changes.
STATEMENTS_PER_WINDOW: Final = 8
STATEMENTS_MIN: Final = 16

_CLAIM: Final = VoteKind.VIEW_CHANGE

_Key = NewType("_Key", int)


class Statements:
    """The statements kept, by replica and place."""

    def __init__(self, membership: Membership, verifier: Verifier) -> None:
        self._membership = membership
        self._verifier = verifier
        self._count_max = STATEMENTS_MIN + STATEMENTS_PER_WINDOW * membership.limits.window
        # By replica, oldest first: place in short, digest and signature in one. A few thousand of
        # them in a large membership cost less than as many objects.
        self._kept: dict[ReplicaId, dict[_Key, bytes]] = {}
        self._convicted: set[tuple[ReplicaId, _Key]] = set()  # of those kept

    def on_message(self, message: Message) -> Step:
        """Take in a message whose envelope signatures hold."""
        return self._hear(statements_of(message, self._membership))

    def on_sends(self, sends: tuple[Send, ...], self_id: ReplicaId | None) -> Step:
        """Take in what this replica says itself, of what it signed."""
        if not sends:
            return EMPTY
        own = (
            statement
            for send in sends
            for statement in statements_of(send.message, self._membership)
            if statement.place.replica == self_id
        )
        return self._hear(own)

    def on_proof(self, proof: Certificate | StableCertificate | None) -> Step:
        """Take in a certificate or a seal that holds; one vote in it may contradict another."""
        return EMPTY if proof is None else self._hear_once(proof_statements(proof))

    def on_new_view(self, new_view: NewView) -> Step:
        """Take in what is inside a new view that holds."""
        inside = self._hear_once(claim_statement(claim) for claim in new_view.claims)
        return inside + self.on_proof(new_view.certificate)

    def on_status(self, status: Status) -> Step:
        """Compare what another replica has seen; the host has not verified any of it.

        A signature that does not hold ends the comparison: who shows one may show more.
        """
        step = EMPTY
        for statement in self._contradictions(status):
            if not self._verifier.verify(*statement_part(statement, self._membership)):
                return step
            step += self._hear((statement,))
        return step

    def count(self) -> int:
        """Return how many statements are held, for the checker of bounds."""
        return sum(len(kept) for kept in self._kept.values())

    def _contradictions(self, status: Status) -> list[Statement]:
        """Return what is shown there and contradicts what is kept: nearly always nothing."""
        votes = [
            vote_statement(vote)
            for vote in status.votes
            if self._is_news(vote.replica, _key(vote.view, vote.sequence, vote.kind), vote.digest)
        ]
        claims = [
            claim_statement(claim)
            for claim in status.claims
            if self._is_news(
                claim.replica, _key(claim.new_view, NO_SEQUENCE, _CLAIM), claim_digest(claim)
            )
        ]
        return votes + claims

    def _is_news(self, replica: ReplicaId, key: _Key, digest: Digest) -> bool:
        """Say whether it contradicts what is kept, of a signer not convicted of that yet."""
        kept = self._kept.get(replica)
        known = None if kept is None else kept.get(key)
        if known is None or known[:DIGEST_BYTES] == digest:
            return False
        return (replica, key) not in self._convicted

    def _hear_once(self, statements: Iterable[Statement]) -> Step:
        """Take in what comes along again and again: one conviction is enough."""
        return self._hear(
            statement
            for statement in statements
            if (statement.place.replica, _key_of(statement.place)) not in self._convicted
        )

    def _hear(self, statements: Iterable[Statement]) -> Step:
        faults: tuple[Fault, ...] = ()
        for statement in statements:
            place, digest, signature = statement
            if place.epoch != self._membership.epoch:
                continue  # the signature does not cover that field
            key = _key(place.view, place.sequence, place.kind)
            kept = self._kept.setdefault(place.replica, {})
            known = kept.get(key)
            if known is None:
                self._keep(place.replica, key, digest + signature)
            elif known[:DIGEST_BYTES] != digest:
                first = Statement(place, Digest(known[:DIGEST_BYTES]), known[DIGEST_BYTES:])
                proof = Evidence(first, statement)
                faults += (Fault(place.replica, CONFLICTS[place.kind], proof),)
                self._convicted.add((place.replica, key))
        return Step(faults=faults) if faults else EMPTY

    def _keep(self, replica: ReplicaId, key: _Key, said: bytes) -> None:
        kept = self._kept[replica]
        kept[key] = said
        if len(kept) > self._count_max:
            oldest = next(iter(kept))
            del kept[oldest]
            self._convicted.discard((replica, oldest))


def _key(view: View, sequence: SequenceNumber, kind: VoteKind) -> _Key:
    """Pack what tells the places of one replica and epoch apart."""
    return _Key((view << 67) | (sequence << 3) | kind)


def _key_of(place: Place) -> _Key:
    return _key(place.view, place.sequence, place.kind)
