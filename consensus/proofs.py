"""The two certificates that a replica carries along: highest prepared, last committed.

Rules of this file: the prepared one only rises in rank and is on disk before a Commit or a
ViewChange rests on it; everything that was handed in has been verified.

Source: consensus.md sections 2, 3 and 6.
"""

from consensus.ids import BatchRef, Rank
from consensus.journal import Journal
from consensus.messages import Certificate, VoteKind
from consensus.quorum import Membership
from consensus.records import CertificateRecord


class Proofs:
    """The certificates kept whole.

    Attributes:
        highest: the prepared certificate of highest rank; None stands for the root.
        commit: of the last decided batch, while no seal covers it.
    """

    def __init__(self, membership: Membership, journal: Journal) -> None:
        self._root = membership.root
        self._root_rank = membership.root_rank
        self._journal = journal
        self._written: Certificate | None = None
        self.highest: Certificate | None = None
        self.commit: Certificate | None = None

    @property
    def rank(self) -> Rank:
        return self._root_rank if self.highest is None else self.highest.rank

    @property
    def ref(self) -> BatchRef:
        return self._root if self.highest is None else self.highest.ref

    def prepared(self, certificate: Certificate) -> None:
        """Keep a prepared certificate if none of higher rank is known."""
        assert certificate.kind is VoteKind.PREPARE
        if certificate.rank > self.rank:
            self.highest = certificate

    def write_highest(self) -> None:
        """Make the highest certificate durable before the present step leaves."""
        if self.highest is not None and self.highest != self._written:
            self._written = self.highest
            self._journal.write(CertificateRecord(self.highest))

    def committed(self, certificate: Certificate) -> None:
        """Keep the commit certificate of the batch decided last, durable with the next record."""
        assert certificate.kind is VoteKind.COMMIT
        self.commit = certificate
        self._journal.defer(CertificateRecord(certificate))

    def covered(self) -> None:
        """Let the commit certificate go: a seal proves the same and more."""
        self.commit = None

    def restore(self, certificate: Certificate) -> None:
        """Take a certificate from the log."""
        if certificate.kind is VoteKind.PREPARE:
            self.prepared(certificate)
            self._written = self.highest
        elif self.commit is None or certificate.sequence > self.commit.sequence:
            self.commit = certificate
