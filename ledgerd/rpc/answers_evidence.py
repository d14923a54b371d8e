"""The results of the methods on evidence: who signed two different things.

Rules: as in ``answers``.
"""

from ledgerd.rpc.fields import Answer


class EvidenceView(Answer, frozen=True, kw_only=True):
    """A proof that a validator signed two different things at one place.

    Attributes:
        evidence: its name, which ``evidence_get`` takes.
        kind: ``prepare`` (a proposal is one), ``commit``, ``checkpoint``, ``view-change`` or
            ``new-view``.
        digests: what was signed, twice (hex).
    """

    evidence: str
    institution: str
    kind: str
    epoch: int
    view: int
    sequence: int
    digests: tuple[str, ...]


class EvidenceList(Answer, frozen=True, kw_only=True):
    """Proofs by name; ``next`` is the cursor of the next page, null at the end."""

    evidence: tuple[EvidenceView, ...]
    next: str | None = None


class EvidenceAnswer(Answer, frozen=True, kw_only=True):
    """One proof: what it says, and the file (hex) that anybody can check."""

    proof: EvidenceView
    file: str
