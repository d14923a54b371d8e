"""Answers of the methods about visits, prescriptions, erasure and audit anchors."""

from ledgerd.rpc.fields import Answer


class VisitView(Answer, frozen=True, kw_only=True):
    """What is public of a visit."""

    visit: str
    hospital: str
    state: str
    commitment: str
    opened_ms: int
    presence: str
    document_count: int


class VisitFound(Answer, frozen=True, kw_only=True):
    """One visit."""

    height: int
    state_root: str
    visit: VisitView


class Visits(Answer, frozen=True, kw_only=True):
    """A page of visits."""

    height: int
    state_root: str
    visits: tuple[VisitView, ...]
    next: str | None


class PrescriptionView(Answer, frozen=True, kw_only=True):
    """What is public of a prescription."""

    prescription: str
    hospital: str
    visit: str
    commitment: str
    times: int
    dispensed_by: tuple[str, ...]
    until_ms: int


class PrescriptionFound(Answer, frozen=True, kw_only=True):
    """One prescription."""

    height: int
    state_root: str
    prescription: PrescriptionView


class Prescriptions(Answer, frozen=True, kw_only=True):
    """A page of prescriptions."""

    height: int
    state_root: str
    prescriptions: tuple[PrescriptionView, ...]
    next: str | None


class ErasureView(Answer, frozen=True, kw_only=True):
    """A request for erasure, who approved it, who says that it is done."""

    erasure: str
    account: str
    authority: str
    bureau: str
    bills: tuple[str, ...]
    state: str
    approved_by: tuple[str, ...]
    confirmed_by: tuple[str, ...]


class ErasureFound(Answer, frozen=True, kw_only=True):
    """One erasure."""

    height: int
    state_root: str
    erasure: ErasureView


class Erasures(Answer, frozen=True, kw_only=True):
    """A page of erasures."""

    height: int
    state_root: str
    erasures: tuple[ErasureView, ...]
    next: str | None


class AnchorView(Answer, frozen=True, kw_only=True):
    """How an institution's audit log read."""

    anchor: str
    institution: str
    line_count: int
    head: str
    height: int


class Anchors(Answer, frozen=True, kw_only=True):
    """A page of audit anchors."""

    height: int
    state_root: str
    anchors: tuple[AnchorView, ...]
    next: str | None
