"""The methods of redress, cases and assistance; entered into ``catalogue.METHODS``."""

from typing import Any, Final

from ledgerd.rpc import answers as a, answers_redress as ar, requests_redress as r
from ledgerd.rpc.queries import IdRef
from ledgerd.rpc.registry import Method, Scope

_READ, _ACT, _OPEN = Scope.READ, Scope.ACT, Scope.OPEN

CLAIM_REQUEST_SUPPLEMENT = Method(
    "claim_request_supplement",
    r.ClaimRequestSupplement,
    a.Outcome,
    _ACT,
    "Ask the patient of a claim for documents.",
)
CLAIM_SUPPLY = Method(
    "claim_supply", r.ClaimSupply, a.Outcome, _ACT, "Supply the documents of a claim."
)
CLAIM_APPEAL = Method(
    "claim_appeal", r.ClaimAppeal, a.Outcome, _ACT, "Appeal a paid or refused claim."
)
CLAIM_RECOVER = Method(
    "claim_recover", r.ClaimRecover, a.Outcome, _ACT, "Record what a payer took back."
)
ASSISTANCE_APPLY = Method(
    "assistance_apply", r.AssistanceApply, a.Outcome, _ACT, "Apply for assistance."
)
ASSISTANCE_DECIDE = Method(
    "assistance_decide", r.AssistanceDecide, a.Outcome, _ACT, "Decide an application."
)
ASSISTANCE_LIST = Method(
    "assistance_list", r.ByAuthor, a.Claims, _READ, "List applications for assistance."
)
ALERT_RAISE = Method("alert_raise", r.AlertRaise, a.Outcome, _ACT, "Write down that a rule fired.")
ALERT_GET = Method("alert_get", IdRef, ar.AlertFound, _READ, "Show an alert.")
ALERT_LIST = Method("alert_list", r.ByAuthor, ar.Alerts, _READ, "List alerts.")
CASE_OPEN = Method("case_open", r.CaseOpen, a.Outcome, _ACT, "Open a case.")
CASE_ASSIGN = Method("case_assign", r.CaseAssign, a.Outcome, _ACT, "Give a case to a reviewer.")
CASE_REPORT = Method("case_report", r.CaseReport, a.Outcome, _ACT, "Report a finding.")
CASE_APPEAL = Method("case_appeal", r.CaseAppeal, a.Outcome, _ACT, "Object as a party of a case.")
CASE_REVIEW = Method("case_review", r.CaseReview, a.Outcome, _ACT, "Judge an appeal.")
CASE_CLOSE = Method("case_close", r.CaseClose, a.Outcome, _ACT, "Close a case.")
CASE_GET = Method("case_get", IdRef, ar.CaseFound, _READ, "Show what is public of a case.")
CASE_LIST = Method("case_list", r.ByAuthor, ar.Cases, _READ, "List cases.")
CASE_LETTERS = Method(
    "case_letters", IdRef, ar.CaseLetters, _READ, "Give a case's sealed documents as they are."
)
CASE_READ = Method(
    "case_read", IdRef, ar.CaseOpened, _OPEN, "Open a case for an institution of this node."
)

REDRESS_METHODS: Final[tuple[Method[Any, Any], ...]] = tuple(
    value for value in list(globals().values()) if isinstance(value, Method)
)
