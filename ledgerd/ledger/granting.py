"""Consent, and the delivery of keys.

Rules: a grant carries no key. A delivery needs an author who can read what it hands on, and a
reason: a grant in force, an open report, or a bill that has an owner. A delivery to devices names
neither account nor device, so that the chain does not tell whose bill it is.

Source: domain.md sections 3 and 4.
"""

from msgspec.structs import replace

from ledgerd.ledger import axis_events, events, state_keys
from ledgerd.ledger.acting import Act, Effect, refuse, require
from ledgerd.ledger.axis_operations import RevokeAccess
from ledgerd.ledger.bill_operations import ReportUnreadable
from ledgerd.ledger.claim_operations import DeliverKey, GrantAccess
from ledgerd.ledger.fields import PartsValue
from ledgerd.ledger.guards import require_institution, require_owner
from ledgerd.ledger.objects import Bill, DeliveredKey, Grant, UnreadableReport
from ledgerd.ledger.queries import bill_of, grant_of, report_of
from ledgerd.ledger.reading import parts_due, parts_held, require_grant_in_force
from ledgerd.ledger.reject_codes import RejectCode as Code


def grant_access(act: Act, op: GrantAccess) -> Effect:
    """Write down the owner's consent."""
    bill = act.need(bill_of(act.state, op.bill))
    account = act.confirmed_account()
    require_owner(bill, op.bill, account, op.salt)
    require_institution(act.state, op.reader)
    require(op.until_ms > act.context.time_ms, Code.GRANT_EXPIRED)
    require(bill.erased & op.parts == 0, Code.ERASED)
    grant = Grant(
        account=account,
        reader=op.reader,
        parts=op.parts,
        purpose=op.purpose,
        until_ms=op.until_ms,
        origin=act.origin,
        given_ms=act.context.time_ms,
    )
    key = state_keys.grant_key(op.bill.code, op.bill.number, act.ref)
    act.state.put(key, grant)
    event = events.AccessGranted(
        bill=op.bill,
        issuer=bill.issuer,
        grant=act.ref,
        reader=op.reader,
        parts=op.parts,
        until_ms=op.until_ms,
    )
    return Effect(key, (event,))


def revoke_access(act: Act, op: RevokeAccess) -> Effect:
    """End a grant before its time."""
    grant = act.need(grant_of(act.state, op.bill, op.grant))
    require(grant.account == act.confirmed_account(), Code.NOT_A_PARTY)
    require_grant_in_force(act, grant)
    key = state_keys.grant_key(op.bill.code, op.bill.number, op.grant)
    act.state.put(key, replace(grant, revoked=act.origin))
    event = axis_events.AccessRevoked(bill=op.bill, grant=op.grant, reader=grant.reader)
    return Effect(key, (event,))


def deliver_key(act: Act, op: DeliverKey) -> Effect:
    """Name the sealed document that holds the keys."""
    bill = act.need(bill_of(act.state, op.bill))
    require(op.grant is None or op.report is None, Code.DUPLICATE_ITEM)
    held = parts_held(act, op.bill, bill, op.own_delivery)
    reader, parts = _wanted(act, op, bill, held)
    if parts is None or held is None or parts & ~held:
        refuse(Code.SCOPE_NOT_HELD)
    require(bill.erased & parts == 0, Code.ERASED)
    delivered = DeliveredKey(
        grant=op.grant,
        report=op.report,
        reader=reader,
        deliverer=act.institution_id,
        parts=parts,
        key_number=op.key_number,
        document=op.document,
        origin=act.origin,
    )
    if op.report is not None:
        _answer(act, op, op.report)
    key = state_keys.delivery_key(op.bill.code, op.bill.number, act.ref)
    act.state.put(key, delivered)
    event = events.KeyDelivered(bill=op.bill, grant=op.grant, reader=reader, document=op.document)
    return Effect(key, (event,))


def _wanted(
    act: Act, op: DeliverKey, bill: Bill, held: PartsValue | None
) -> tuple[str | None, PartsValue | None]:
    """Say who gets which parts; None are the owner's devices."""
    if op.grant is not None:
        grant = act.need(grant_of(act.state, op.bill, op.grant))
        require_grant_in_force(act, grant)
        return grant.reader, grant.parts
    if op.report is not None:
        report = act.need(report_of(act.state, op.bill, op.report))
        require(report.answered is None, Code.WRONG_STATE)
        return report.reader, report.parts
    require(bill.owner is not None, Code.NOT_THE_OWNER)
    return None, held


def _answer(act: Act, op: DeliverKey, report_id: bytes) -> None:
    report = act.need(report_of(act.state, op.bill, report_id))
    key = state_keys.report_key(op.bill.code, op.bill.number, report_id)
    act.state.put(key, replace(report, answered=act.origin))


def report_unreadable(act: Act, op: ReportUnreadable) -> Effect:
    """Write down a reader's word that the bill does not open; the issuer has time to answer."""
    bill = act.need(bill_of(act.state, op.bill))
    require(bill.issuer != act.institution_id, Code.NOT_A_PARTY)
    parts = parts_due(act, op.bill, bill, op.own_delivery)
    if parts is None:
        refuse(Code.SCOPE_NOT_HELD)
    report = UnreadableReport(
        reader=act.institution_id,
        reason=op.reason,
        origin=act.origin,
        parts=parts,
        due_ms=act.context.time_ms + act.params.unreadable_ms,
    )
    key = state_keys.report_key(op.bill.code, op.bill.number, act.ref)
    act.state.put(key, report)
    event = events.UnreadableReported(
        bill=op.bill,
        reader=act.institution_id,
        reason=op.reason,
        report=act.ref,
        issuer=bill.issuer,
    )
    return Effect(key, (event,))
