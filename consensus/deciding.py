"""From commit certificates to the gap-free stream of decided batches.

Rules of this file: a commit certificate of any view commits its batch and all ancestors, in
whatever state the replica is. Batches are handed out in order, each once; what is missing is
named, and fetched elsewhere.

Source: consensus.md section 3, *Committed*.
"""

from consensus.ids import Digest, SequenceNumber
from consensus.messages import Batch, Certificate
from consensus.state import State
from consensus.step import EMPTY, Decided, Halt, Step


class Deciding:
    """Committed batches whose turn has not come.

    Attributes:
        missing: digests without which a committed batch cannot be handed out.
        opener: a certificate that opens a view in which this replica is not active yet.
    """

    def __init__(self, state: State) -> None:
        self._state = state
        self._targets: dict[SequenceNumber, Certificate] = {}
        self.missing: tuple[Digest, ...] = ()
        self.opener: Certificate | None = None

    def on_committed(self, certificate: Certificate) -> None:
        """Take in a commit certificate that holds; one that ends a term also of a decided batch."""
        state = self._state
        if state.chain.decided.sequence < certificate.sequence <= state.marks.horizon:
            self._targets.setdefault(certificate.sequence, certificate)
        if state.ends_term(certificate.view, certificate.sequence):
            known = self.opener
            if known is None or certificate.view > known.view:
                self.opener = certificate

    def take_opener(self) -> Certificate | None:
        """Hand out, once, the certificate that opens the highest view, if it is still news."""
        opener, self.opener = self.opener, None
        if opener is None or not self._state.ends_term(opener.view, opener.sequence):
            return None
        return opener

    def advance(self) -> Step:
        """Hand out what is complete, the highest target first: it brings its ancestors."""
        if not self._targets:
            self.missing = ()
            return EMPTY
        self.forget()  # catch-up may have decided some of them since
        missing: list[Digest] = []
        step = EMPTY
        for sequence in sorted(self._targets, reverse=True):
            certificate = self._targets[sequence]
            path = self._state.chain.path_to(certificate.ref, self._state.recall)
            if path.fork is not None:
                return Step(halt=self._fork(path.fork.digest))
            if path.missing is None:
                step = self._hand_out(path.batches, certificate)
                break
            if path.missing not in missing:
                missing.append(path.missing)
        self.missing = tuple(missing)
        self.forget()
        return step

    def forget(self) -> None:
        """Drop targets that are decided."""
        decided = self._state.chain.decided.sequence
        self._targets = {s: c for s, c in self._targets.items() if s > decided}

    def _hand_out(self, batches: tuple[Batch, ...], certificate: Certificate) -> Step:
        chain = self._state.chain
        assert batches[0].parent == chain.decided
        for batch in batches:
            chain.record_later(batch)
        chain.decide(certificate.ref)
        self._state.proofs.committed(certificate)
        return Step(decided=tuple(Decided(batch, certificate) for batch in batches))

    def _fork(self, proven: Digest) -> Halt:
        decided = self._state.chain.decided
        return Halt(
            sequence=decided.sequence,
            own=decided.digest,
            proven=proven,
            reason="a quorum committed a chain that leaves the one decided here",
        )
