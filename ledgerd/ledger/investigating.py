"""Alerts and cases: raised, opened, assigned, found, appealed, reviewed, closed.

    OPEN -> ASSIGNED -> FOUND -> APPEALED -> REVIEWED -> APPEALED -> REVIEWED -> CLOSED

Rules: a finding is never the last word: a party may object, another key judges, and the second time
another institution does. A deadline means "not before": until somebody goes on, what is late still
counts. A case holds bills until it is closed. Who the parties are does not stand on chain; one
that acts opens its own commitment.

Source: domain.md section 4.
"""

from msgspec.structs import replace

from ledgerd.ledger import redress_events as events, state_keys
from ledgerd.ledger.acting import Act, Effect, require
from ledgerd.ledger.case_objects import (
    REVIEWS_MAX,
    STEPS_MAX,
    Alert,
    Case,
    CaseState,
    CaseStep,
    StepKind,
)
from ledgerd.ledger.case_operations import (
    AppealCase,
    AssignCase,
    CloseCase,
    OpenCase,
    RaiseAlert,
    ReportFinding,
    ReviewCase,
)
from ledgerd.ledger.case_queries import alert_of, case_of, opener_of
from ledgerd.ledger.days import is_recent_day
from ledgerd.ledger.events import Event
from ledgerd.ledger.fields import BillRef, SealedDocument
from ledgerd.ledger.guards import require_institution
from ledgerd.ledger.objects import Bill
from ledgerd.ledger.queries import bill_of
from ledgerd.ledger.reject_codes import RejectCode as Code
from ledgerd.primitives.identifiers import party_commitment

REVIEWING_KINDS = ("finance", "medicare", "insurer")
CASES_OF_BILL_MAX = 255
ASSIGNMENTS_MAX = STEPS_MAX - 7  # a finding, two appeals and reviews, the second judge, the end


def raise_alert(act: Act, op: RaiseAlert) -> Effect:
    """Write down that a rule fired."""
    require(is_recent_day(op.date, act.context.time_ms), Code.BAD_DATE)
    key = state_keys.alert_key(act.institution_id, op.date, act.ref)
    alert = Alert(
        rule=op.rule,
        result=op.result,
        evidence=op.evidence,
        raised_ms=act.context.time_ms,
        origin=act.origin,
    )
    act.state.put(key, alert)
    return Effect(key, (events.AlertRaised(alert=key, rule=op.rule),))


def open_case(act: Act, op: OpenCase) -> Effect:
    """Create a case; it holds its bills from now on."""
    require(is_recent_day(op.date, act.context.time_ms), Code.BAD_DATE)
    require(len(set(op.parties)) == len(op.parties), Code.DUPLICATE_ITEM)
    key = state_keys.case_key(act.institution_id, op.date, act.ref)
    if op.alert is not None:
        _use_alert(act, op.alert, key)
    held = [(bill.code, bill.number) for bill in op.holds]
    require(len(set(held)) == len(held), Code.DUPLICATE_ITEM)
    for ref in op.holds:
        _hold(act, ref)
    case = Case(
        rule=op.rule,
        state=CaseState.OPEN,
        alert=op.alert,
        parties=op.parties,
        subject=op.subject,
        holds=op.holds,
        opened_ms=act.context.time_ms,
        deadline_ms=act.context.time_ms + act.params.case_finding_ms,
        origin=act.origin,
    )
    act.state.put(key, case)
    return Effect(key, (events.CaseOpened(case=key, rule=op.rule),))


def _use_alert(act: Act, key: bytes, case_key: bytes) -> None:
    alert = act.need(alert_of(act.state, key))
    require(opener_of(key) == act.institution_id, Code.NOT_A_PARTY)
    require(alert.case is None, Code.ALERT_USED)
    act.state.put(key, replace(alert, case=case_key))


def _hold(act: Act, ref: BillRef) -> None:
    """Count a case on a bill; an insurer holds only bills of which it is a payer."""
    bill = act.need(bill_of(act.state, ref))
    institution = act.actor.institution
    assert institution is not None
    is_reader = institution.kind != "insurer" or bill.payer(act.institution_id) is not None
    require(is_reader, Code.NOT_A_PARTY)
    require(bill.cases_open < CASES_OF_BILL_MAX, Code.TOO_MANY)
    _put_bill(act, ref, replace(bill, cases_open=bill.cases_open + 1))


def assign_case(act: Act, op: AssignCase) -> Effect:
    """Give a case to a reviewer: for the finding, or as the judge of the second appeal."""
    case = _own_case(act, op.case)
    _require_assignable(act, case)
    require(len(case.steps_of(StepKind.ASSIGNED)) < ASSIGNMENTS_MAX, Code.TOO_MANY)
    _require_reviewer(act, op)
    state, duration_ms = CaseState.ASSIGNED, act.params.case_finding_ms
    if case.state == CaseState.APPEALED:
        require(op.assignee not in _involved(op.case, case), Code.SAME_INSTITUTION)
        state, duration_ms = CaseState.APPEALED, act.params.case_review_ms
    changed = replace(
        case,
        state=state,
        assignee=op.assignee,
        assignee_key=op.key,
        deadline_ms=act.context.time_ms + duration_ms,
    )
    event = events.CaseAssigned(case=op.case, assignee=op.assignee)
    return _put(act, op.case, _stepped(act, changed, StepKind.ASSIGNED, op.file), event)


def _require_assignable(act: Act, case: Case) -> None:
    """Refuse while somebody else still has time, and where there is nothing to do."""
    if case.state == CaseState.APPEALED:
        require(case.review_count == REVIEWS_MAX - 1, Code.WRONG_STATE)
    else:
        require(case.state in (CaseState.OPEN, CaseState.ASSIGNED), Code.WRONG_STATE)
    if case.assignee is not None:
        require(act.context.time_ms >= case.deadline_ms, Code.TOO_EARLY)


def _require_reviewer(act: Act, op: AssignCase) -> None:
    assignee = require_institution(act.state, op.assignee, *REVIEWING_KINDS)
    reviewers = [k.public_key for k in assignee.operator_keys if k.role == "reviewer"]
    require(op.key in reviewers, Code.BAD_KEY)


def report_finding(act: Act, op: ReportFinding) -> Effect:
    """Say what was found; the parties' time to object begins."""
    case = _open_case(act, op.case)
    require(case.state == CaseState.ASSIGNED, Code.WRONG_STATE)
    require((case.assignee, case.assignee_key) == _me(act), Code.NOT_A_PARTY)
    changed = replace(
        case,
        state=CaseState.FOUND,
        deadline_ms=act.context.time_ms + act.params.case_appeal_ms,
    )
    stepped = _stepped(act, changed, StepKind.FOUND, op.finding)
    return _put(act, op.case, stepped, events.FindingReported(case=op.case))


def appeal_case(act: Act, op: AppealCase) -> Effect:
    """Object as a party, twice at most."""
    party = act.actor.author_bytes
    if act.actor.institution is None:
        party = act.confirmed_account()
    case = _open_case(act, op.case)
    opened = party_commitment(op.case, party, op.salt)
    require(opened in case.parties, Code.NOT_A_PARTY)
    require(case.review_count < REVIEWS_MAX, Code.APPEAL_USED)
    require(case.state in (CaseState.FOUND, CaseState.REVIEWED), Code.WRONG_STATE)
    changed = replace(
        case,
        state=CaseState.APPEALED,
        assignee=None,
        assignee_key=None,
        deadline_ms=act.context.time_ms + act.params.case_review_ms,
    )
    stepped = _stepped(act, changed, StepKind.APPEALED, op.reasons)
    return _put(act, op.case, stepped, events.CaseAppealed(case=op.case))


def review_case(act: Act, op: ReviewCase) -> Effect:
    """Judge an appeal."""
    case = _open_case(act, op.case)
    require(case.state == CaseState.APPEALED, Code.WRONG_STATE)
    if case.review_count == 0:
        require(opener_of(op.case) == act.institution_id, Code.NOT_A_PARTY)
        finders = [step.signer for step in case.steps_of(StepKind.FOUND)]
        require(act.signer not in finders, Code.SAME_KEY)
    else:
        _require_second_judge(act, op.case, case)
    changed = replace(
        case,
        state=CaseState.REVIEWED,
        deadline_ms=act.context.time_ms + act.params.case_appeal_ms,
    )
    stepped = _stepped(act, changed, StepKind.REVIEWED, op.opinion)
    event = events.CaseReviewed(case=op.case, reviewer=act.institution_id)
    return _put(act, op.case, stepped, event)


def _require_second_judge(act: Act, key: bytes, case: Case) -> None:
    """Check that another institution judges: the assigned reviewer, or anyone after its time."""
    require(act.institution_id not in _involved(key, case), Code.SAME_INSTITUTION)
    is_assigned = (case.assignee, case.assignee_key) == _me(act)
    require(is_assigned or act.context.time_ms >= case.deadline_ms, Code.NOT_A_PARTY)


def close_case(act: Act, op: CloseCase) -> Effect:
    """End a case: never before the parties had their time, unless nothing was found."""
    case = _own_case(act, op.case)
    require(case.state != CaseState.APPEALED, Code.WRONG_STATE)
    may_be_appealed = case.state in (CaseState.FOUND, CaseState.REVIEWED)
    if may_be_appealed and case.review_count < REVIEWS_MAX:
        require(act.context.time_ms >= case.deadline_ms, Code.TOO_EARLY)
    for ref in case.holds:
        bill = act.need(bill_of(act.state, ref))
        assert bill.cases_open > 0
        _put_bill(act, ref, replace(bill, cases_open=bill.cases_open - 1))
    changed = replace(case, state=CaseState.CLOSED)
    stepped = _stepped(act, changed, StepKind.CLOSED, None)
    return _put(act, op.case, stepped, events.CaseClosed(case=op.case))


def _open_case(act: Act, key: bytes) -> Case:
    case = act.need(case_of(act.state, key))
    require(case.state != CaseState.CLOSED, Code.CASE_CLOSED)
    return case


def _own_case(act: Act, key: bytes) -> Case:
    case = _open_case(act, key)
    require(opener_of(key) == act.institution_id, Code.NOT_A_PARTY)
    return case


def _involved(key: bytes, case: Case) -> tuple[str | None, ...]:
    """Give who opened, found and judged so far."""
    kinds = (StepKind.FOUND, StepKind.REVIEWED)
    return (opener_of(key), *(step.institution for step in case.steps if step.kind in kinds))


def _me(act: Act) -> tuple[str, bytes]:
    return act.institution_id, act.signer


def _stepped(act: Act, case: Case, kind: StepKind, document: SealedDocument | None) -> Case:
    institution = act.actor.institution
    step = CaseStep(
        kind=kind,
        institution=None if institution is None else institution.institution_id,
        signer=act.signer,
        document=document,
        time_ms=act.context.time_ms,
        origin=act.origin,
    )
    assert len(case.steps) < STEPS_MAX
    return replace(case, steps=(*case.steps, step))


def _put(act: Act, key: bytes, case: Case, event: Event) -> Effect:
    act.state.put(key, case)
    return Effect(key, (event,))


def _put_bill(act: Act, ref: BillRef, bill: Bill) -> None:
    act.state.put(state_keys.bill_key(ref.code, ref.number), bill)
