"""Audit anchors: how the log of a node read at a time, so that nobody can write it anew later.

Rules: an office anchors the log of its own node; what the lines say stays on that node.

Source: domain.md section 8.
"""

from ledgerd.ledger import care_events as events, state_keys
from ledgerd.ledger.acting import Act, Effect, require
from ledgerd.ledger.care_objects import AuditAnchor
from ledgerd.ledger.days import is_recent_day
from ledgerd.ledger.keeping_operations import AnchorAudit
from ledgerd.ledger.reject_codes import RejectCode as Code


def anchor_audit(act: Act, op: AnchorAudit) -> Effect:
    """Write down the head of an audit log."""
    require(is_recent_day(op.date, act.context.time_ms), Code.BAD_DATE)
    anchor = AuditAnchor(line_count=op.line_count, head=op.head, origin=act.origin)
    key = state_keys.anchor_key(act.institution_id, op.date, act.ref)
    act.state.put(key, anchor)
    event = events.AuditAnchored(
        anchor=key, institution=act.institution_id, line_count=op.line_count
    )
    return Effect(key, (event,))
