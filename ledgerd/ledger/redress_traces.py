"""Recognising the operations of redress, cases and assistance that took effect before.

Rules: as in ``traces``. A step that can be taken more than once (documents, recovery, assignment,
appeal) is sought among all steps that the object remembers.

Source: domain.md section 2.
"""

from collections.abc import Callable, Iterable
from typing import Any, Final

from ledgerd.ledger import (
    assistance_operations as ao,
    case_operations as ko,
    claim_operations as co,
    queries,
    redress_operations as ro,
    state_keys,
)
from ledgerd.ledger.acting import Act
from ledgerd.ledger.case_queries import alert_of, case_of
from ledgerd.ledger.objects import Claim, Origin
from ledgerd.ledger.trace import Trace

CaseStepOperation = ko.AssignCase | ko.ReportFinding | ko.AppealCase | ko.ReviewCase | ko.CloseCase


def _matching(act: Act, origins: Iterable[Origin]) -> Origin | None:
    """Find this operation among the steps that an object remembers."""
    request = act.origin.request
    return next((origin for origin in origins if origin.request == request), None)


def _redress(act: Act, op: ro.RedressOperation) -> Trace:
    claim = queries.claim_of(act.state, op.claim)
    origins = () if claim is None else _origins(claim, op)
    return Trace(op.claim, _matching(act, origins), is_by_ref=False)


def _origins(claim: Claim, op: ro.RedressOperation) -> Iterable[Origin]:
    match op:
        case ro.RequestSupplement():
            return [supplement.asked for supplement in claim.supplements]
        case ro.SupplyDocuments():
            supplied = (supplement.supplied for supplement in claim.supplements)
            return [origin for origin in supplied if origin is not None]
        case ro.Appeal():
            return [] if claim.appeal is None else [claim.appeal.origin]
        case ro.RecoverPayment():
            return [recovery.origin for recovery in claim.recoveries]


def _application(act: Act, op: ao.ApplyAssistance) -> Trace:
    key = state_keys.assistance_key(op.bureau, op.date, act.ref)
    found = queries.claim_of(act.state, key)
    return Trace(key, None if found is None else found.origin)


def _decided(act: Act, op: co.DecideClaim | ao.DecideAssistance) -> Trace:
    key = op.claim if isinstance(op, co.DecideClaim) else op.application
    claim = queries.claim_of(act.state, key)
    origins = () if claim is None else (step.origin for step in claim.decisions)
    return Trace(key, _matching(act, origins), is_by_ref=False)


def _paid(act: Act, op: co.PayClaim) -> Trace:
    claim = queries.claim_of(act.state, op.claim)
    return Trace(op.claim, _matching(act, () if claim is None else claim.payments), is_by_ref=False)


def _alert(act: Act, op: ko.RaiseAlert) -> Trace:
    author = act.actor.institution_name
    if author is None:
        return Trace(b"", None)
    key = state_keys.alert_key(author, op.date, act.ref)
    found = alert_of(act.state, key)
    return Trace(key, None if found is None else found.origin)


def _case(act: Act, op: ko.OpenCase) -> Trace:
    author = act.actor.institution_name
    if author is None:
        return Trace(b"", None)
    key = state_keys.case_key(author, op.date, act.ref)
    found = case_of(act.state, key)
    return Trace(key, None if found is None else found.origin)


def _case_step(act: Act, op: CaseStepOperation) -> Trace:
    case = case_of(act.state, op.case)
    origins = () if case is None else (step.origin for step in case.steps)
    return Trace(op.case, _matching(act, origins), is_by_ref=False)


FINDERS: Final[dict[type, Callable[[Act, Any], Trace]]] = {
    co.DecideClaim: _decided,
    co.PayClaim: _paid,
    ro.RequestSupplement: _redress,
    ro.SupplyDocuments: _redress,
    ro.Appeal: _redress,
    ro.RecoverPayment: _redress,
    ko.RaiseAlert: _alert,
    ko.OpenCase: _case,
    ko.AssignCase: _case_step,
    ko.ReportFinding: _case_step,
    ko.AppealCase: _case_step,
    ko.ReviewCase: _case_step,
    ko.CloseCase: _case_step,
    ao.ApplyAssistance: _application,
    ao.DecideAssistance: _decided,
}
