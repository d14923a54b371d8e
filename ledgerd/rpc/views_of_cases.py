"""Alerts and cases as answers show them.

Rules: pure; public fields only.
"""

from ledgerd.ledger import case_objects as o
from ledgerd.ledger.case_operations import AlertClass
from ledgerd.ledger.case_queries import opener_of
from ledgerd.ledger.fields import SealedDocument
from ledgerd.rpc import answers_redress as ar
from ledgerd.rpc.views_of_state import bill_name

SUBJECT = "opened"


def alert_view(key: bytes, alert: o.Alert) -> ar.AlertView:
    """Show an alert."""
    return ar.AlertView(
        alert=key.hex(),
        author=opener_of(key),
        rule=alert.rule,
        result=AlertClass(alert.result).name.lower(),
        raised_ms=alert.raised_ms,
        case="" if alert.case is None else alert.case.hex(),
    )


def case_view(key: bytes, case: o.Case) -> ar.CaseView:
    """Show what is public of a case."""
    return ar.CaseView(
        case=key.hex(),
        opener=opener_of(key),
        rule=case.rule,
        state=o.CaseState(case.state).name.lower(),
        opened_ms=case.opened_ms,
        deadline_ms=case.deadline_ms,
        assignee=case.assignee or "",
        party_count=len(case.parties),
        holds=tuple(bill_name(ref) for ref in case.holds),
        alert="" if case.alert is None else case.alert.hex(),
        steps=tuple(
            ar.CaseStepView(
                step=step_name(step), institution=step.institution or "", time_ms=step.time_ms
            )
            for step in case.steps
        ),
    )


def letters_of(case: o.Case) -> tuple[tuple[str, SealedDocument], ...]:
    """Give the sealed documents of a case with the names of their steps, the subject first."""
    steps = ((step_name(step), step.document) for step in case.steps)
    return ((SUBJECT, case.subject), *((name, doc) for name, doc in steps if doc is not None))


def step_name(step: o.CaseStep) -> str:
    return o.StepKind(step.kind).name.lower()
