"""One sequence number: the proposals and votes for it; and the slots of the window.

Rules of this file: bounded by construction. A slot holds at most three proposals (of the present
view, of the next one, which the end of a term may open any moment, and of the highest other one)
and two votes of each kind per replica; slots exist up to twice the window above the low watermark,
and for the anchor.

Source: consensus.md section 9.
"""

from dataclasses import dataclass
from typing import Final

from consensus.ids import Digest, SequenceNumber, View
from consensus.messages import Batch, Certificate, PrePrepare, VoteKind
from consensus.reign import Reign
from consensus.votes import VoteSet
from consensus.watermarks import Watermarks

PROPOSALS_MAX: Final = 3


@dataclass(frozen=True, slots=True)
class Received:
    """A proposal and when it came, monotonic."""

    pre_prepare: PrePrepare
    at_ms: int


class Slot:
    """What is known about one sequence number.

    Attributes:
        prepares: of any view, bounded.
        commits: of any view, bounded.
        certificate: the prepared certificate of the highest view for this sequence.
    """

    def __init__(self, sequence: SequenceNumber) -> None:
        self.sequence = sequence
        self.prepares = VoteSet()
        self.commits = VoteSet()
        self.certificate: Certificate | None = None
        self._proposals: dict[View, Received] = {}

    def votes(self, kind: VoteKind) -> VoteSet:
        return self.prepares if kind is VoteKind.PREPARE else self.commits

    def proposal(self, view: View) -> PrePrepare | None:
        received = self._proposals.get(view)
        return None if received is None else received.pre_prepare

    def received(self, view: View) -> Received | None:
        return self._proposals.get(view)

    def batch(self, digest: Digest) -> Batch | None:
        """Return a proposed batch by its digest."""
        batches = (received.pre_prepare.batch for received in self._proposals.values())
        return next((batch for batch in batches if batch.digest == digest), None)

    def keep(self, received: Received, present_view: View) -> None:
        """Keep a proposal, the first one of its view, dropping the least useful one."""
        self._proposals.setdefault(received.pre_prepare.view, received)
        near = (present_view, present_view + 1)
        others = sorted(view for view in self._proposals if view not in near)
        for view in others[:-1]:
            del self._proposals[view]
        assert len(self._proposals) <= PROPOSALS_MAX

    def prepared(self, certificate: Certificate) -> None:
        """Keep a prepared certificate, of the highest view."""
        if self.certificate is None or certificate.view > self.certificate.view:
            self.certificate = certificate

    def item_count(self) -> int:
        """Return how much is held, for the checker of bounds."""
        return len(self._proposals) + self.prepares.vote_count() + self.commits.vote_count()


class MessageLog:
    """The slots by sequence."""

    def __init__(self, reign: Reign, marks: Watermarks) -> None:
        self._reign = reign
        self._marks = marks
        self._slots: dict[SequenceNumber, Slot] = {}

    def has_room_for(self, sequence: SequenceNumber) -> bool:
        """Say whether anything about this sequence is kept at all."""
        if self._marks.low < sequence <= self._marks.horizon:
            return True
        return self._reign.active and sequence == self._reign.anchor.sequence

    def slot(self, sequence: SequenceNumber) -> Slot:
        """Return the slot, opening it at first use; the caller asked ``has_room_for``."""
        assert self.has_room_for(sequence)
        slot = self._slots.get(sequence)
        if slot is None:
            slot = self._slots[sequence] = Slot(sequence)
        return slot

    def find(self, sequence: SequenceNumber) -> Slot | None:
        return self._slots.get(sequence)

    def slots(self) -> list[Slot]:
        """Return the slots by sequence, as they are now."""
        return [self._slots[sequence] for sequence in sorted(self._slots)]

    def forget(self) -> None:
        """Drop the slots for which there is no room any more."""
        self._slots = {s: slot for s, slot in self._slots.items() if self.has_room_for(s)}

    def item_count(self) -> int:
        """Return how much is held, for the checker of bounds."""
        return sum(slot.item_count() for slot in self._slots.values())
