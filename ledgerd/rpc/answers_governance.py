"""The results of the methods of governance and of the books.

Rules: as in ``answers``.
"""

from ledgerd.rpc.answers import NamedValue
from ledgerd.rpc.fields import Answer


class BallotView(Answer, frozen=True, kw_only=True):
    """One vote."""

    voter: str
    vote: str
    height: int


class ProposalView(Answer, frozen=True, kw_only=True):
    """A proposal and its votes; ``state`` is open, adopted, rejected or expired."""

    proposal: str
    proposer: str
    subject: str
    institution: str
    state: str
    expires_ms: int
    yes: int
    no: int
    content: tuple[NamedValue, ...]
    ballots: tuple[BallotView, ...]


class ProposalFound(Answer, frozen=True, kw_only=True):
    """A proposal and where it was read."""

    height: int
    state_root: str
    proposal: ProposalView


class Proposals(Answer, frozen=True, kw_only=True):
    """A page of proposals."""

    height: int
    state_root: str
    proposals: tuple[ProposalView, ...]
    next: str | None


class TotalsView(Answer, frozen=True, kw_only=True):
    """The day book of an issuer; ``state`` is open, reported or attested."""

    height: int
    state_root: str
    issuer: str
    date: int
    state: str
    issued_count: int
    issued_fen: int
    voided_count: int
    voided_fen: int
    reversed_count: int
    reversed_fen: int
    attested_by: str


class ClearingView(Answer, frozen=True, kw_only=True):
    """What a bureau settled with a hospital in a month; ``state`` is open or attested."""

    height: int
    state_root: str
    bureau: str
    hospital: str
    month: int
    state: str
    settled_count: int
    settled_fen: int
    reversed_count: int
    reversed_fen: int


class WriteOffView(Answer, frozen=True, kw_only=True):
    """A request to write bills off."""

    write_off: str
    hospital: str
    state: str
    bills: tuple[str, ...]


class WriteOffFound(Answer, frozen=True, kw_only=True):
    """A request and where it was read."""

    height: int
    state_root: str
    write_off: WriteOffView


class WriteOffs(Answer, frozen=True, kw_only=True):
    """A page of requests."""

    height: int
    state_root: str
    write_offs: tuple[WriteOffView, ...]
    next: str | None


class GapView(Answer, frozen=True, kw_only=True):
    """Numbers that were left out.

    Attributes:
        since_ms: when the next number after them was issued.
        is_overdue: longer ago than the ledger's ``gap_days``.
    """

    first: int
    last: int
    since_ms: int
    is_overdue: bool


class Gaps(Answer, frozen=True, kw_only=True):
    """A page of gaps."""

    height: int
    state_root: str
    gaps: tuple[GapView, ...]
    next: str | None
