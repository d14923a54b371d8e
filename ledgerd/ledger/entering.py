"""Entries: a unit that bears part of a bill, as the payer ``employer``.

Rules: an entry counts like what an insurer paid, so that the rule against double reimbursement
holds for it; it is made once a bill, and a revoked one is not made again.

Source: domain.md section 3.
"""

from msgspec.structs import replace

from ledgerd.ledger import state_keys
from ledgerd.ledger.acting import Act, Effect, require
from ledgerd.ledger.axis_events import BillEntered, EntryRevoked
from ledgerd.ledger.axis_objects import BillEntry
from ledgerd.ledger.axis_operations import EnterBill, RevokeEntry
from ledgerd.ledger.axis_queries import entry_of
from ledgerd.ledger.billing import put_bill
from ledgerd.ledger.fields import Purpose
from ledgerd.ledger.guards import require_room, require_standing, require_unannounced
from ledgerd.ledger.objects import EMPLOYER, PAYERS_MAX, Grant, PayerPosition, PayerState
from ledgerd.ledger.queries import bill_of, grant_of
from ledgerd.ledger.reading import require_grant_in_force
from ledgerd.ledger.reject_codes import RejectCode as Code


def enter_bill(act: Act, op: EnterBill) -> Effect:
    """Let a unit bear part of a supervised bill."""
    bill = act.need(bill_of(act.state, op.bill))
    _require_consent(act, act.need(grant_of(act.state, op.bill, op.grant)))
    require_standing(bill)
    require(bill.supervised is not None, Code.NOT_SUPERVISED)
    require_unannounced(bill)
    require(bill.payer(EMPLOYER) is None, Code.ALREADY_ENTERED)
    require(len(bill.payers) < PAYERS_MAX, Code.TOO_MANY)
    require_room(bill, EMPLOYER, op.amount_fen)
    entry = BillEntry(
        finance=act.institution_id,
        grant=op.grant,
        amount_fen=op.amount_fen,
        unit=op.unit,
        origin=act.origin,
    )
    position = PayerPosition(
        payer=EMPLOYER,
        state=PayerState.PAID,
        reserved_fen=0,
        paid_fen=op.amount_fen,
        claim=None,
    )
    event = BillEntered(bill=op.bill, entry=act.ref, amount_fen=op.amount_fen)
    put_bill(act, op.bill, replace(bill, payers=(*bill.payers, position)), event)
    key = state_keys.entry_key(op.bill.code, op.bill.number, act.ref)
    act.state.put(key, entry)
    return Effect(key, (event,))


def _require_consent(act: Act, grant: Grant) -> None:
    require(grant.reader == act.institution_id, Code.SCOPE_NOT_HELD)
    require_grant_in_force(act, grant)
    require(grant.purpose == Purpose.ENTRY, Code.PURPOSE_DIFFERS)


def revoke_entry(act: Act, op: RevokeEntry) -> Effect:
    """Take an entry back; what it bore is free for others."""
    entry = act.need(entry_of(act.state, op.bill, op.entry))
    require(entry.finance == act.institution_id, Code.NOT_A_PARTY)
    require(entry.revoked is None, Code.ENTRY_REVOKED)
    bill = act.need(bill_of(act.state, op.bill))
    payers = tuple(
        replace(p, state=PayerState.RECOVERED, paid_fen=0) if p.payer == EMPLOYER else p
        for p in bill.payers
    )
    event = EntryRevoked(bill=op.bill, entry=op.entry)
    put_bill(act, op.bill, replace(bill, payers=payers), event)
    key = state_keys.entry_key(op.bill.code, op.bill.number, op.entry)
    act.state.put(key, replace(entry, revoked=act.origin))
    return Effect(key, (event,))
