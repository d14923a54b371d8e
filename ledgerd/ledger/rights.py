"""Who may do what: the authorisation matrix as one table.

Rules: a row per operation, nothing allowed without a row. Relations to the object (issuer of the
bill, payer of the claim, owner) are guards of the operation; amounts are limits of ``office`` keys.
The table is held to tests/data/who_may.csv, written by hand from the domain and not from here.

Source: domain.md section 4.
"""

from dataclasses import dataclass
from typing import Final

from ledgerd.chain.genesis import Kind, Role
from ledgerd.ledger import (
    assistance_operations as ao,
    axis_operations as xo,
    bill_operations as bo,
    book_operations as bk,
    care_operations as ca,
    case_operations as ko,
    claim_operations as co,
    governance_operations as go,
    keeping_operations as ke,
    patient_operations as po,
    redress_operations as ro,
)
from ledgerd.ledger.acting import Actor, require
from ledgerd.ledger.operations import Operation
from ledgerd.ledger.reject_codes import RejectCode

ALL_KINDS: Final[tuple[Kind, ...]] = ("finance", "hospital", "medicare", "insurer", "regulator")
ALL_ROLES: Final[tuple[Role, ...]] = (
    "office",
    "clerk",
    "cashier",
    "reviewer",
    "admin",
    "terminal",
)


@dataclass(frozen=True, slots=True)
class Right:
    """One row.

    Attributes:
        kinds: of institutions; empty when only patients may.
        roles: of the signing key.
        patients: a key of an account may.
        for_others: a proxy or an assisting clerk may, in the name of the account.
        also: kinds with other roles than ``roles``.
    """

    kinds: tuple[Kind, ...] = ()
    roles: tuple[Role, ...] = ()
    patients: bool = False
    for_others: bool = False
    also: tuple[tuple[Kind, tuple[Role, ...]], ...] = ()

    def roles_of(self, kind: Kind) -> tuple[Role, ...]:
        """Give the roles of a kind that may; none for a kind that may not."""
        return self.roles if kind in self.kinds else dict(self.also).get(kind, ())


_FOR_PATIENT: Final = Right(patients=True, for_others=True)
_WARD: Final = Right(("hospital",), ("clerk", "office"))
_GUARDED: Final = Right(("medicare",), ("reviewer",), patients=True)
_INVESTIGATOR: Final = Right(("finance", "medicare", "insurer"), ("reviewer",))
_CASHIER: Final = Right(("hospital",), ("cashier",))  # of the issuer
RIGHTS: Final[dict[type[Operation], Right]] = {
    bo.AllotNumbers: Right(("finance",), ("clerk", "office")),
    bo.IssueBill: Right(("hospital",), ("office", "cashier")),
    bo.RecordPayment: Right(("hospital",), ("office", "cashier")),
    bo.Countersign: Right(("finance",), ("office", "clerk")),
    bo.AnnounceReversal: Right(("hospital",), ("cashier",)),
    bo.ReverseBill: Right(("hospital",), ("cashier",)),
    bo.ReportUnreadable: Right(ALL_KINDS, ("office",)),
    bo.Settle: Right(("medicare",), ("office", "clerk")),
    bo.ReverseSettle: Right(("medicare",), ("office", "clerk")),
    co.EnrolPatient: Right(("hospital", "medicare"), ("clerk",)),
    co.ConfirmPatient: Right(("medicare",), ("reviewer",)),
    co.GrantAccess: _FOR_PATIENT,
    co.DeliverKey: Right(ALL_KINDS, ("office",)),
    co.FileClaim: _FOR_PATIENT,
    co.DecideClaim: Right(("medicare", "insurer"), ("office", "reviewer")),
    co.PayClaim: Right(("medicare", "insurer"), ("office", "cashier")),
    co.WithdrawClaim: _FOR_PATIENT,
    co.ReleaseExpired: Right(ALL_KINDS, ALL_ROLES, patients=True),
    go.Propose: Right(ALL_KINDS, ("admin",)),
    ca.BookVisit: _WARD,
    ca.RegisterVisit: _WARD,
    ca.CancelVisit: _WARD,
    ca.CompleteVisit: _WARD,
    ca.Prescribe: _WARD,
    ca.DispensePrescription: _WARD,
    ke.AnchorAudit: Right(ALL_KINDS, ("office",)),
    ke.RequestErasure: _FOR_PATIENT,
    ke.ApproveErasure: Right(("finance", "medicare"), ("reviewer",)),
    ke.ConfirmErased: Right(ALL_KINDS, ("office",)),
    po.AddPatientKey: Right(("hospital", "medicare"), ("clerk",), patients=True),
    po.RevokePatientKey: _GUARDED,
    po.AuthoriseProxy: _GUARDED,
    po.RevokeProxy: _GUARDED,
    po.AttestPresence: Right(ALL_KINDS, ("terminal",)),
    po.RefuseKey: _GUARDED,
    po.ActFor: Right(("hospital", "medicare"), ("clerk",), patients=True),
    po.RevokeAssisted: Right(("hospital", "medicare"), ("clerk",), patients=True),
    po.ConfirmAssisted: Right(("hospital", "medicare"), ("clerk", "reviewer")),
    po.ConfirmPatientKey: Right(("medicare",), ("reviewer",)),
    ro.RequestSupplement: Right(("medicare", "insurer"), ("office", "reviewer")),
    ro.SupplyDocuments: _FOR_PATIENT,
    ro.Appeal: _FOR_PATIENT,
    ro.RecoverPayment: Right(("medicare", "insurer"), ("office", "cashier")),
    ko.RaiseAlert: Right(("finance", "medicare", "insurer"), ("office",)),
    ko.OpenCase: _INVESTIGATOR,
    ko.AssignCase: _INVESTIGATOR,
    ko.ReportFinding: _INVESTIGATOR,
    ko.AppealCase: Right(("hospital",), ("clerk",), patients=True),
    ko.ReviewCase: _INVESTIGATOR,
    ko.CloseCase: _INVESTIGATOR,
    ao.ApplyAssistance: _FOR_PATIENT,
    ao.DecideAssistance: Right(("medicare",), ("reviewer",)),
    xo.BindBill: Right(
        ("hospital",), ("office", "cashier"), also=(("medicare", ("office", "clerk")),)
    ),
    xo.VoidBill: _CASHIER,
    xo.ExchangePaper: _CASHIER,
    xo.RecallPaper: _CASHIER,
    xo.RecordRefund: _CASHIER,
    xo.EnterBill: Right(("finance",), ("clerk",)),
    xo.RevokeEntry: Right(("finance",), ("clerk",)),
    xo.RevokeAccess: _FOR_PATIENT,
    go.Vote: Right(ALL_KINDS, ("admin",)),
    go.RotateOwnKey: Right(ALL_KINDS, ("admin",)),
    go.RegisterTerminal: Right(ALL_KINDS, ("admin",)),
    go.AnnounceAddress: Right(ALL_KINDS, ("admin",)),
    bk.ReturnNumbers: Right(("finance", "hospital"), ("clerk",)),
    bk.ReportTotals: Right(("hospital",), ("office", "cashier")),
    bk.AttestTotals: Right(("finance",), ("office", "clerk")),
    bk.AttestClearing: Right(("medicare",), ("office", "clerk")),
    bk.RequestWriteOff: Right(("hospital",), ("clerk",)),
    bk.ApproveWriteOff: Right(("finance",), ("reviewer",)),
}


def require_right(operation: Operation, actor: Actor) -> None:
    """Refuse an actor whose kind or role has no cell in the operation's row."""
    right = RIGHTS[type(operation)]
    if actor.institution is None:
        require(right.patients, RejectCode.KIND_NOT_ALLOWED)
        return
    roles = right.roles_of(actor.institution.kind)
    require(bool(roles), RejectCode.KIND_NOT_ALLOWED)
    require(actor.role in roles, RejectCode.ROLE_NOT_ALLOWED)


def _tag_in(type_: type[Operation]) -> int:
    tag = type_.__struct_config__.tag
    assert isinstance(tag, int)
    return tag


_TAGS: Final = {type_: _tag_in(type_) for type_ in RIGHTS}


def tag_of(type_: type[Operation]) -> int:
    """Give the published tag of an operation."""
    return _TAGS[type_]


def tags_for_others() -> frozenset[int]:
    """Give the tags of what may be done in the name of somebody else."""
    return frozenset(tag_of(type_) for type_, right in RIGHTS.items() if right.for_others)


def require_for_others(operation: Operation) -> None:
    """Refuse what nobody may do for another person."""
    require(RIGHTS[type(operation)].for_others, RejectCode.NOT_FOR_OTHERS)
