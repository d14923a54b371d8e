"""The further axes of a bill: its owner, its paper, being voided, refunds.

Rules: as in ``billing``: everything is checked before anything is written.

Source: domain.md section 3.
"""

from msgspec.structs import replace

from ledgerd.ledger import axis_events as events
from ledgerd.ledger.acting import Act, Effect, refuse, require
from ledgerd.ledger.axis_operations import (
    BindBill,
    ExchangePaper,
    RecallPaper,
    RecordRefund,
    VoidBill,
)
from ledgerd.ledger.billing import own_bill, put_bill, recovered, release_settlement
from ledgerd.ledger.fields import BillType
from ledgerd.ledger.guards import require_no_open_claim, require_standing, require_unannounced
from ledgerd.ledger.objects import PAYMENTS_MAX, Paper, Payment
from ledgerd.ledger.queries import bill_of, bureau_of_settlement
from ledgerd.ledger.reject_codes import RejectCode as Code


def bind_bill(act: Act, op: BindBill) -> Effect:
    """Set the owner of a bill that has none; its issuer may, or the bureau that settled it.

    Without a settlement the chain does not know which bureau is competent: any may.
    """
    bill = act.need(bill_of(act.state, op.bill))
    institution = act.actor.institution
    assert institution is not None
    me = institution.institution_id
    if institution.kind == "medicare":
        bureau = me if bill.settlement is None else bureau_of_settlement(bill.settlement)
        require(bureau == me, Code.NOT_A_PARTY)
    else:
        require(bill.issuer == me, Code.NOT_A_PARTY)
    require_standing(bill)
    require(bill.owner is None, Code.OWNER_SET)
    changed = replace(bill, owner=op.owner, bound=act.origin, binder=me)
    return put_bill(act, op.bill, changed, events.BillBound(bill=op.bill, binder=me))


def void_bill(act: Act, op: VoidBill) -> Effect:
    """Take back a bill that is not supervised, and release its settlement."""
    bill = own_bill(act, op.bill)
    require_standing(bill)
    require(bill.supervised is None, Code.ALREADY_SUPERVISED)
    release_settlement(act, bill)
    payers = tuple(recovered(entry) for entry in bill.payers)
    changed = replace(bill, voided=act.origin, payers=payers)
    event = events.BillVoided(bill=op.bill, issuer=bill.issuer, settlement=bill.settlement)
    return put_bill(act, op.bill, changed, event)


def exchange_paper(act: Act, op: ExchangePaper) -> Effect:
    """Hand out a paper bill, once, while no claim is open."""
    bill = own_bill(act, op.bill)
    require_standing(bill)
    require(bill.supervised is not None, Code.NOT_SUPERVISED)
    require_unannounced(bill)
    require(bill.paper is None, Code.PAPER_EXCHANGED)
    require_no_open_claim(bill)
    changed = replace(bill, paper=Paper(number=op.paper, exchanged=act.origin))
    event = events.PaperExchanged(bill=op.bill, issuer=bill.issuer)
    return put_bill(act, op.bill, changed, event)


def recall_paper(act: Act, op: RecallPaper) -> Effect:
    """Take the paper bill back; the bill may be claimed again."""
    bill = own_bill(act, op.bill)
    if bill.paper is None or not bill.is_paper_out:
        refuse(Code.NO_PAPER_OUT)
    changed = replace(bill, paper=replace(bill.paper, recalled=act.origin))
    event = events.PaperRecalled(bill=op.bill, issuer=bill.issuer)
    return put_bill(act, op.bill, changed, event)


def record_refund(act: Act, op: RecordRefund) -> Effect:
    """Add a refund of a bill that was taken back; never more than was paid."""
    bill = own_bill(act, op.bill)
    require(bill.bill_type == BillType.BLUE, Code.RED_BILL)
    require(bill.is_taken_back, Code.NOT_REVERSED)
    refunded_fen = bill.refunded_fen + op.amount_fen
    require(refunded_fen <= bill.paid_fen, Code.REFUND_TOO_HIGH)
    require(len(bill.refunds) < PAYMENTS_MAX, Code.TOO_MANY)
    refund = Payment(ref=act.ref, amount_fen=op.amount_fen, origin=act.origin)
    changed = replace(bill, refunded_fen=refunded_fen, refunds=(*bill.refunds, refund))
    event = events.RefundRecorded(bill=op.bill, refunded_fen=refunded_fen)
    return put_bill(act, op.bill, changed, event)
