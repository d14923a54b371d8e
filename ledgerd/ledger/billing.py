"""The issue of bills, payments of the patient, supervision, reversal.

Rules: everything is checked before anything is written; each handler says by its puts how many
keys it changes (docs/operations-of-the-ledger.md holds the numbers, a test counts them).

Source: domain.md section 3.
"""

from msgspec.structs import replace

from ledgerd.ledger import events, state_keys
from ledgerd.ledger.acting import Act, Effect, refuse, require
from ledgerd.ledger.bill_operations import (
    AnnounceReversal,
    Countersign,
    IssueBill,
    RecordPayment,
    ReverseBill,
)
from ledgerd.ledger.days import is_recent_day
from ledgerd.ledger.fields import BillRef, BillType, PublicPosition, RangeId
from ledgerd.ledger.guards import (
    is_settled,
    require_nothing_borne,
    require_standing,
    require_supervisable,
    require_unannounced,
    was_anything_filed,
)
from ledgerd.ledger.objects import (
    MEDICARE,
    PAYMENTS_MAX,
    Bill,
    PayerPosition,
    PayerState,
    Payment,
    Settlement,
    SettlementState,
)
from ledgerd.ledger.queries import bill_of, range_of, settlement_of
from ledgerd.ledger.reject_codes import RejectCode as Code


def issue_bill(act: Act, op: IssueBill) -> Effect:
    """Create a blue bill; consume the settlement that it names."""
    _require_free_number(act, op.bill, op.range_id, op.issue_date)
    settlement = _settlement_for(act, op)
    hospital_fen = settlement.hospital_fen if settlement else 0
    bill = Bill(
        issuer=act.institution_id,
        bill_type=BillType.BLUE,
        issue_date=op.issue_date,
        issued_ms=act.context.time_ms,
        total_fen=op.total_fen,
        public_fen=op.public_fen,
        hospital_fen=hospital_fen,
        public=op.public,
        owner=op.owner,
        sealed=op.sealed,
        settlement=op.settlement,
        related=None,
        origin=act.origin,
        payers=_payers_at_issue(op),
    )
    if settlement is not None and op.settlement is not None:
        consumed = replace(settlement, state=SettlementState.CONSUMED, bill=op.bill)
        act.state.put(op.settlement, consumed)
    issued = events.BillIssued(bill=op.bill, issuer=bill.issuer, sidecar=op.sealed.sidecar)
    return put_bill(act, op.bill, bill, issued)


def _require_free_number(act: Act, ref: BillRef, range_id: RangeId, issue_date: int) -> None:
    numbers = range_of(act.state, ref.code, range_id)
    if numbers is None:
        refuse(Code.NOT_FOUND)
    require(numbers.holder == act.institution_id, Code.RANGE_NOT_HELD)
    require(numbers.next_number == numbers.first, Code.RANGE_NOT_HELD)
    require(numbers.first <= int(ref.number) <= numbers.last, Code.NUMBER_OUT_OF_RANGE)
    require(bill_of(act.state, ref) is None, Code.NUMBER_TAKEN)
    require(is_recent_day(issue_date, act.context.time_ms), Code.BAD_DATE)


def _settlement_for(act: Act, op: IssueBill) -> Settlement | None:
    is_settled = op.public == PublicPosition.SETTLED
    require(is_settled == (op.settlement is not None), Code.PUBLIC_POSITION_WRONG)
    if op.settlement is None:
        require(op.public_fen == 0, Code.PUBLIC_POSITION_WRONG)
        return None
    settlement = settlement_of(act.state, op.settlement)
    if settlement is None:
        refuse(Code.NOT_FOUND)
    require(settlement.state == SettlementState.OPEN, Code.SETTLEMENT_NOT_OPEN)
    same = (settlement.hospital, settlement.total_fen, settlement.public_fen)
    require(same == (act.institution_id, op.total_fen, op.public_fen), Code.SETTLEMENT_DIFFERS)
    return settlement


def _payers_at_issue(op: IssueBill) -> tuple[PayerPosition, ...]:
    if op.settlement is None:
        return ()
    medicare = PayerPosition(
        payer=MEDICARE,
        state=PayerState.PAID,
        reserved_fen=0,
        paid_fen=op.public_fen,
        claim=None,
    )
    return (medicare,)


def record_payment(act: Act, op: RecordPayment) -> Effect:
    """Add a payment; the sum stays within the patient's share."""
    bill = own_bill(act, op.bill)
    require_standing(bill)
    paid_fen = bill.paid_fen + op.amount_fen
    require(paid_fen <= bill.due_fen, Code.PAYMENT_TOO_HIGH)
    require(len(bill.payments) < PAYMENTS_MAX, Code.TOO_MANY)
    payment = Payment(ref=act.ref, amount_fen=op.amount_fen, origin=act.origin)
    changed = replace(bill, paid_fen=paid_fen, payments=(*bill.payments, payment))
    event = events.PaymentRecorded(bill=op.bill, paid_fen=paid_fen)
    return put_bill(act, op.bill, changed, event)


def countersign(act: Act, op: Countersign) -> Effect:
    """Put a bill under supervision."""
    bill = act.need(bill_of(act.state, op.bill))
    require_supervisable(bill)
    changed = replace(bill, supervised=act.origin, supervisor=act.institution_id)
    event = events.BillCountersigned(bill=op.bill, issuer=bill.issuer)
    return put_bill(act, op.bill, changed, event)


def announce_reversal(act: Act, op: AnnounceReversal) -> Effect:
    """Stop new claims on a supervised bill that will be reversed."""
    bill = own_bill(act, op.bill)
    require_standing(bill)
    require(bill.supervised is not None, Code.NOT_SUPERVISED)
    require_unannounced(bill)
    changed = replace(bill, announced=act.keyed_step())
    event = events.ReversalAnnounced(bill=op.bill, issuer=bill.issuer)
    return put_bill(act, op.bill, changed, event)


def reverse_bill(act: Act, op: ReverseBill) -> Effect:
    """Take a bill back by a red one and release its settlement, all at once."""
    blue = own_bill(act, op.bill)
    require_standing(blue)
    _require_reversible(act, blue)
    _require_free_number(act, op.red, op.range_id, op.issue_date)
    release_settlement(act, blue)
    reversed_blue = replace(
        blue,
        reversed=act.origin,
        related=op.red,
        payers=tuple(recovered(entry) for entry in blue.payers),
    )
    _put(act, op.bill, reversed_blue)
    event = events.BillReversed(
        bill=op.bill,
        red=op.red,
        issuer=blue.issuer,
        sidecar=op.sealed.sidecar,
        settlement=blue.settlement,
    )
    return put_bill(act, op.red, _red_bill(act, op, blue), event)


def release_settlement(act: Act, bill: Bill) -> None:
    """Release the settlement of a bill that is taken back: its bureau books the effect."""
    if bill.settlement is not None:
        settlement = act.need(settlement_of(act.state, bill.settlement))
        assert settlement.state == SettlementState.CONSUMED
        released = replace(settlement, state=SettlementState.RELEASED)
        act.state.put(bill.settlement, released)


def _require_reversible(act: Act, blue: Bill) -> None:
    if blue.announced is None:
        require(not was_anything_filed(blue), Code.NOT_ANNOUNCED)
    require_nothing_borne(blue)
    require(not blue.is_paper_out, Code.PAPER_OUT)
    if blue.total_fen > act.params.four_eyes_fen:
        is_second_key = blue.announced is not None and blue.announced.signer != act.signer
        require(is_second_key, Code.FOUR_EYES)


def recovered(entry: PayerPosition) -> PayerPosition:
    """Take back what a settlement bore; other payers hold nothing when a bill is taken back."""
    if not is_settled(entry):
        return entry
    return replace(entry, state=PayerState.RECOVERED, paid_fen=0)


def _red_bill(act: Act, op: ReverseBill, blue: Bill) -> Bill:
    return Bill(
        issuer=blue.issuer,
        bill_type=BillType.RED,
        issue_date=op.issue_date,
        issued_ms=act.context.time_ms,
        total_fen=blue.total_fen,
        public_fen=blue.public_fen,
        hospital_fen=blue.hospital_fen,
        public=blue.public,
        owner=op.owner,
        sealed=op.sealed,
        settlement=blue.settlement,
        related=op.bill,
        origin=act.origin,
    )


def own_bill(act: Act, ref: BillRef) -> Bill:
    """Give a bill that the author issued, or refuse."""
    bill = act.need(bill_of(act.state, ref))
    require(bill.issuer == act.institution_id, Code.NOT_A_PARTY)
    return bill


def put_bill(act: Act, ref: BillRef, bill: Bill, event: events.Event) -> Effect:
    """Write a bill, and say so."""
    return Effect(_put(act, ref, bill), (event,))


def _put(act: Act, ref: BillRef, bill: Bill) -> bytes:
    key = state_keys.bill_key(ref.code, ref.number)
    act.state.put(key, bill)
    return key
