"""Which sidecars an operation names: the bytes that must be at hand before it is voted for.

Rules: follows from the operation's bytes alone. Bytes that are no operation name no sidecar.

Source: domain.md section 3.
"""

from collections.abc import Callable, Iterable
from typing import Any, Final

from ledgerd.errors import DecodeError
from ledgerd.ledger import (
    assistance_operations as ao,
    axis_operations as xo,
    bill_operations as bo,
    care_operations as ca,
    case_operations as ko,
    claim_operations as co,
    keeping_operations as ke,
    patient_operations as po,
    redress_operations as ro,
)
from ledgerd.ledger.fields import SealedDocument, SidecarName
from ledgerd.ledger.operations import Operation, decode_operation
from ledgerd.ledger.patient_fields import AssistedMandate


def sidecars_named(operation: Operation) -> tuple[SidecarName, ...]:
    """Give the sidecars of one operation, in the order of its fields."""
    named = _NAMED.get(type(operation))
    return () if named is None else named(operation)


def _sealed(operation: bo.IssueBill | bo.ReverseBill) -> tuple[SidecarName, ...]:
    return (operation.sealed.sidecar,)


def _document(document: SealedDocument | None) -> tuple[SidecarName, ...]:
    return () if document is None else (document.sidecar,)


def _of_act(operation: po.ActFor) -> tuple[SidecarName, ...]:
    """Give the signed form, and what the act inside names; an act inside an act names nothing."""
    mandate = operation.mandate
    form = (mandate.form.sidecar,) if isinstance(mandate, AssistedMandate) else ()
    try:
        inner = decode_operation(operation.act)
    except DecodeError:
        return form
    return form if isinstance(inner, po.ActFor) else (*form, *sidecars_named(inner))


_NAMED: Final[dict[type[Operation], Callable[[Any], tuple[SidecarName, ...]]]] = {
    bo.IssueBill: _sealed,
    bo.ReverseBill: _sealed,
    bo.Settle: lambda op: _document(op.calculation),
    co.EnrolPatient: lambda op: _document(op.record),
    co.DeliverKey: lambda op: (op.document,),
    co.DecideClaim: lambda op: _document(op.reasoning),
    po.ActFor: _of_act,
    ca.BookVisit: lambda op: _document(op.sealed),
    ca.RegisterVisit: lambda op: _document(op.sealed),
    ca.CompleteVisit: lambda op: _document(op.sealed),
    ca.Prescribe: lambda op: _document(op.sealed),
    ca.DispensePrescription: lambda op: _document(op.sealed),
    ke.ApproveErasure: lambda op: _document(op.order),
    ro.RequestSupplement: lambda op: _document(op.request),
    ro.SupplyDocuments: lambda op: tuple(document.sidecar for document in op.documents),
    ro.Appeal: lambda op: _document(op.reasons),
    ko.RaiseAlert: lambda op: _document(op.evidence),
    ko.OpenCase: lambda op: _document(op.subject),
    ko.AssignCase: lambda op: _document(op.file),
    ko.ReportFinding: lambda op: _document(op.finding),
    ko.AppealCase: lambda op: _document(op.reasons),
    ko.ReviewCase: lambda op: _document(op.opinion),
    ao.ApplyAssistance: lambda op: _document(op.reasons),
    ao.DecideAssistance: lambda op: _document(op.reasoning),
    xo.EnterBill: lambda op: _document(op.unit),
}


def sidecars_of(operations: Iterable[Operation | None]) -> tuple[SidecarName, ...]:
    """Give the sidecars of a transaction's operations; each once, in their order."""
    named = [name for op in operations if op is not None for name in sidecars_named(op)]
    return tuple(dict.fromkeys(named))
