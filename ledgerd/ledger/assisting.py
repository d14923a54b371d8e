"""Medical assistance: an application is a claim of the payer ``aid``.

Rules: assistance is public money: it counts as medicare's does in the rules against double
reimbursement, and insurers wait for its decision. Everything but filing and deciding is done by
the operations of claims, which name the application.

Source: domain.md sections 3 and 4.
"""

from ledgerd.ledger import redress_events as events, state_keys
from ledgerd.ledger.acting import Act, Effect, require
from ledgerd.ledger.assistance_operations import ApplyAssistance, DecideAssistance
from ledgerd.ledger.claim_steps import Decision, Filing, claim_of_payer, decide, open_claim
from ledgerd.ledger.days import is_recent_day
from ledgerd.ledger.guards import require_institution
from ledgerd.ledger.objects import AID
from ledgerd.ledger.reject_codes import RejectCode as Code


def apply_assistance(act: Act, op: ApplyAssistance) -> Effect:
    """Create an application and open the entry of ``aid`` on each of its bills."""
    account = act.confirmed_account()
    require(is_recent_day(op.date, act.context.time_ms), Code.BAD_DATE)
    require_institution(act.state, op.bureau, "medicare")
    key = state_keys.assistance_key(op.bureau, op.date, act.ref)
    open_claim(act, account, Filing(key, op.bureau, AID, op.items, op.reasons))
    bills = tuple(item.bill for item in op.items)
    applied = events.AssistanceApplied(application=key, bureau=op.bureau, bills=bills)
    return Effect(key, (applied,))


def decide_assistance(act: Act, op: DecideAssistance) -> Effect:
    """Reserve what assistance bears of each bill; nothing at all refuses the application."""
    application = claim_of_payer(act, op.application)
    require(application.payer_name == AID, Code.WRONG_STATE)
    decision = Decision(op.application, op.amounts, op.reasoning)
    reserved_fen = decide(act, application, decision)
    decided = events.AssistanceDecided(
        application=op.application, bureau=application.payer, reserved_fen=reserved_fen
    )
    return Effect(op.application, (decided,))
