"""What the protocols of one replica share: each part has one writer, named in its own file.

Source: style.md section 3, sentence 5.
"""

from dataclasses import dataclass

from consensus.certificates import CertificateBook
from consensus.chain import Chain
from consensus.config import ReplicaConfig
from consensus.guard import VoteGuard
from consensus.ids import BatchRef, ReplicaId, SequenceNumber, View
from consensus.journal import Journal
from consensus.message_log import MessageLog
from consensus.messages import Batch
from consensus.proofs import Proofs
from consensus.quorum import Membership
from consensus.reign import Reign
from consensus.signing import Ports
from consensus.turns import Turns
from consensus.watermarks import Watermarks


@dataclass(frozen=True, slots=True)
class State:
    """The parts of one replica that more than one protocol reads."""

    config: ReplicaConfig
    membership: Membership
    self_id: ReplicaId | None
    journal: Journal
    reign: Reign
    marks: Watermarks
    chain: Chain
    proofs: Proofs
    guard: VoteGuard
    log: MessageLog
    book: CertificateBook
    turns: Turns

    def is_primary(self) -> bool:
        """Say whether the present view is this replica's turn."""
        return self.membership.primary_of(self.reign.view) == self.self_id

    def ends_term(self, view: View, sequence: SequenceNumber) -> bool:
        """Say whether a commit certificate for this place opens a view that is not open here."""
        opened = View(view + 1)
        return self.membership.is_term_final(sequence) and self.reign.can_enter(opened)

    def recall(self, ref: BatchRef) -> Batch | None:
        """Return a batch that is known, be it only from a proposal that was never voted for."""
        batch = self.chain.get(ref.digest)
        slot = self.log.find(ref.sequence)
        if batch is None and slot is not None:
            batch = slot.batch(ref.digest)
            if batch is not None:
                self.chain.add(batch)
        return batch

    def forget(self) -> None:
        """Drop everything that the low watermark answers for."""
        reign = self.reign
        keep = tuple(ref for ref in (reign.anchor, reign.tip, self.proofs.ref) if ref is not None)
        self.chain.forget(self.marks.low, keep)
        self.log.forget()
        self.guard.forget()


def build_state(config: ReplicaConfig, ports: Ports) -> State:
    """Put together the state of a fresh replica."""
    membership = config.membership
    journal = Journal()
    reign = Reign(membership)
    marks = Watermarks(membership)
    return State(
        config=config,
        membership=membership,
        self_id=config.self_id,
        journal=journal,
        reign=reign,
        marks=marks,
        chain=Chain(membership, journal),
        proofs=Proofs(membership, journal),
        guard=VoteGuard(config, ports.signer, reign, marks, journal),
        log=MessageLog(reign, marks),
        book=CertificateBook(membership, ports.verifier),
        turns=Turns(config),
    )
