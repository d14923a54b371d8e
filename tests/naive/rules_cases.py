"""Alerts and cases with appeal and second review, as domain.md section 4 says."""

from dataclasses import dataclass
from typing import Any

from ledgerd.ledger.reject_codes import RejectCode as Code
from ledgerd.primitives.identifiers import party_commitment
from tests.naive.model import Model, Who, creates, has_duplicates, moves, named, ref_of, wrong
from tests.naive.rules_care import bad_day
from tests.naive.rules_patients import unconfirmed

STEPS_MAX = 16


@dataclass
class Alert:
    """A rule that fired."""

    institution: str
    is_used: bool = False


@dataclass
class Case:
    """A case: whose turn it is, and who has judged."""

    opener: str
    parties: tuple[bytes, ...]
    holds: tuple[Any, ...]
    state: str = "open"
    deadline_ms: int = 0
    assignee: tuple[str, bytes] | None = None
    finder: tuple[str, bytes] | None = None
    judges: tuple[str, ...] = ()
    appeals: int = 0
    steps: int = 0


@creates("alert", lambda op: op.date)
def raise_alert(model: Model, who: Who, op: Any) -> set[Code]:
    found = bad_day(model, op)
    if not found:
        key = named(b"l", who.name, op.date, ref_of(who, op.client_ref))
        model.state.of("alert")[key] = Alert(who.name)
    return found


@creates("case", lambda op: op.date)
def open_case(model: Model, who: Who, op: Any) -> set[Code]:
    found = bad_day(model, op) | wrong(
        (has_duplicates(op.parties), Code.DUPLICATE_ITEM),
        (has_duplicates(op.holds), Code.DUPLICATE_ITEM),
    )
    alert = model.state.of("alert").get(op.alert)
    if op.alert is not None and alert is None:
        found |= {Code.NOT_FOUND}
    if alert is not None:
        found |= wrong(
            (alert.institution != who.name, Code.NOT_A_PARTY), (alert.is_used, Code.ALERT_USED)
        )
    for ref in op.holds:
        bill = model.state.bills.get(ref)
        if bill is None:
            found |= {Code.NOT_FOUND}
        elif who.kind == "insurer":
            found |= wrong((who.name not in bill.payers, Code.NOT_A_PARTY))
    if found:
        return found
    if alert is not None:
        alert.is_used = True
    for ref in op.holds:
        model.state.bills[ref].cases_open += 1
    key = named(b"q", who.name, op.date, ref_of(who, op.client_ref))
    model.state.of("case")[key] = Case(who.name, op.parties, op.holds)
    return found


def _open_case(model: Model, key: bytes) -> tuple[Case | None, set[Code]]:
    case = model.state.of("case").get(key)
    if case is None:
        return None, {Code.NOT_FOUND}
    return case, wrong((case.state == "closed", Code.CASE_CLOSED))


def _step(case: Case, state: str, deadline_ms: int) -> None:
    case.state, case.deadline_ms = state, deadline_ms
    case.steps += 1


@moves(lambda op: op.case)
def assign_case(model: Model, who: Who, op: Any) -> set[Code]:
    case, found = _open_case(model, op.case)
    if case is None:
        return found
    assignee = model.state.members.get(op.assignee)
    is_judge = case.state == "appealed" and case.appeals == 2
    is_late = model.now_ms >= case.deadline_ms
    finder = case.finder[0] if case.finder else ""
    is_waiting = case.state == "assigned" or (is_judge and case.assignee is not None)
    found |= wrong(
        (case.opener != who.name, Code.NOT_A_PARTY),
        (case.state not in {"open", "assigned"} and not is_judge, Code.WRONG_STATE),
        (is_waiting and not is_late, Code.TOO_EARLY),
        (case.steps >= STEPS_MAX, Code.TOO_MANY),
        (assignee is None, Code.UNKNOWN_INSTITUTION),
        (assignee and assignee.kind not in {"finance", "medicare", "insurer"},
         Code.UNKNOWN_INSTITUTION),
        (assignee and assignee.roles.get(op.key) != "reviewer", Code.BAD_KEY),
        (is_judge and op.assignee in {case.opener, finder, *case.judges}, Code.SAME_INSTITUTION),
    )  # fmt: skip
    if not found:
        case.assignee = (op.assignee, op.key)
        time_ms = model.params.case_review_ms if is_judge else model.params.case_finding_ms
        _step(case, "appealed" if is_judge else "assigned", model.now_ms + time_ms)
    return found


@moves(lambda op: op.case)
def report_finding(model: Model, who: Who, op: Any) -> set[Code]:
    case, found = _open_case(model, op.case)
    if case is None:
        return found
    found |= wrong(
        (case.state != "assigned", Code.WRONG_STATE),
        (case.assignee != (who.name, who.key), Code.NOT_A_PARTY),
    )
    if not found:
        case.finder, case.assignee = (who.name, who.key), None
        _step(case, "found", model.now_ms + model.params.case_appeal_ms)
    return found


@moves(lambda op: op.case)
def appeal_case(model: Model, who: Who, op: Any) -> set[Code]:
    case, found = _open_case(model, op.case)
    if who.kind is None:
        found |= unconfirmed(model, who)
    if case is None:
        return found
    commitment = party_commitment(op.case, who.author_bytes, op.salt)
    found |= wrong(
        (commitment not in case.parties, Code.NOT_A_PARTY),
        (case.state not in {"found", "reviewed"}, Code.WRONG_STATE),
        (case.appeals >= 2, Code.APPEAL_USED),
    )
    if not found:
        case.appeals += 1
        _step(case, "appealed", model.now_ms + model.params.case_review_ms)
    return found


@moves(lambda op: op.case)
def review_case(model: Model, who: Who, op: Any) -> set[Code]:
    case, found = _open_case(model, op.case)
    if case is None:
        return found
    found |= wrong((case.state != "appealed", Code.WRONG_STATE))
    if case.state == "appealed":
        found |= _judge_problems(model, who, case)
    elif case.opener != who.name:
        found |= {Code.NOT_A_PARTY}
    if not found:
        case.judges, case.assignee = (*case.judges, who.name), None
        _step(case, "reviewed", model.now_ms + model.params.case_appeal_ms)
    return found


def _judge_problems(model: Model, who: Who, case: Case) -> set[Code]:
    assert case.finder is not None
    if case.appeals < 2:
        return wrong(
            (case.opener != who.name, Code.NOT_A_PARTY), (who.key == case.finder[1], Code.SAME_KEY)
        )
    is_late = model.now_ms >= case.deadline_ms
    is_other = case.assignee is not None and case.assignee != (who.name, who.key)
    return wrong(
        (who.name in {case.opener, case.finder[0], *case.judges}, Code.SAME_INSTITUTION),
        (not is_late and case.assignee is None, Code.NOT_A_PARTY),
        (not is_late and is_other, Code.NOT_A_PARTY),
    )


@moves(lambda op: op.case)
def close_case(model: Model, who: Who, op: Any) -> set[Code]:
    case, found = _open_case(model, op.case)
    if case is None:
        return found
    is_waiting = case.state in {"found", "reviewed"} and len(case.judges) < 2
    found |= wrong(
        (case.opener != who.name, Code.NOT_A_PARTY),
        (case.state == "appealed", Code.WRONG_STATE),
        (is_waiting and model.now_ms < case.deadline_ms, Code.TOO_EARLY),
    )
    if not found:
        case.state = "closed"
        for ref in case.holds:
            model.state.bills[ref].cases_open -= 1
    return found
