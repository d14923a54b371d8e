"""The methods of visits, prescriptions, erasure and audit anchors; in ``catalogue.METHODS``."""

from typing import Any, Final

from ledgerd.rpc import answers as a, answers_care as ac, requests_care as r
from ledgerd.rpc.queries import IdRef
from ledgerd.rpc.registry import Method, Scope

_READ, _ACT = Scope.READ, Scope.ACT

VISIT_BOOK = Method("visit_book", r.VisitBook, a.Outcome, _ACT, "Book a visit.")
VISIT_REGISTER = Method("visit_register", r.VisitRegister, a.Outcome, _ACT, "Register a patient.")
VISIT_CANCEL = Method("visit_cancel", r.VisitAct, a.Outcome, _ACT, "Cancel a visit.")
VISIT_COMPLETE = Method("visit_complete", r.VisitAct, a.Outcome, _ACT, "Complete a visit.")
VISIT_GET = Method("visit_get", IdRef, ac.VisitFound, _READ, "Show what is public of a visit.")
VISIT_LIST = Method("visit_list", r.OfInstitution, ac.Visits, _READ, "List visits.")
PRESCRIPTION_ISSUE = Method(
    "prescription_issue", r.PrescriptionIssue, a.Outcome, _ACT, "Prescribe at a visit."
)
PRESCRIPTION_DISPENSE = Method(
    "prescription_dispense", r.PrescriptionDispense, a.Outcome, _ACT, "Dispense a prescription."
)
PRESCRIPTION_GET = Method(
    "prescription_get", IdRef, ac.PrescriptionFound, _READ, "Show what is public of a prescription."
)
PRESCRIPTION_LIST = Method(
    "prescription_list", r.OfInstitution, ac.Prescriptions, _READ, "List prescriptions."
)
PATIENT_ERASE = Method(
    "patient_erase", r.PatientErase, a.Outcome, _ACT, "Ask for the erasure of sealed parts."
)
ERASURE_APPROVE = Method(
    "erasure_approve", r.ErasureApprove, a.Outcome, _ACT, "Approve an erasure."
)
ERASURE_GET = Method("erasure_get", IdRef, ac.ErasureFound, _READ, "Show an erasure.")
ERASURE_LIST = Method("erasure_list", r.OfInstitution, ac.Erasures, _READ, "List erasures.")
AUDIT_ANCHORS = Method(
    "audit_anchors", r.OfInstitution, ac.Anchors, _READ, "List the anchors of audit logs."
)

CARE_METHODS: Final[tuple[Method[Any, Any], ...]] = tuple(
    value for value in list(globals().values()) if isinstance(value, Method)
)
