"""Settlements at the counter: made, consumed by a bill, released by its reversal, taken back.

Rules: no position of a person's yearly counters is used twice; a settlement that a standing bill
consumes cannot be taken back. When a bill is reversed its settlement is RELEASED in the same
operation; the bureau then books the negative effect by ``ReverseSettle`` under a new position.

Source: domain.md section 5.
"""

from msgspec.structs import replace

from ledgerd.ledger import events, state_keys
from ledgerd.ledger.acting import Act, Effect, require
from ledgerd.ledger.bill_operations import ReverseSettle, Settle
from ledgerd.ledger.days import is_recent_day
from ledgerd.ledger.guards import checked_sum, require_institution
from ledgerd.ledger.objects import Settlement, SettlementState, Token
from ledgerd.ledger.queries import bureau_of_settlement, settlement_of
from ledgerd.ledger.reject_codes import RejectCode as Code
from ledgerd.primitives.canonical import FEN_MAX


def settle(act: Act, op: Settle) -> Effect:
    """Create an open settlement."""
    require(is_recent_day(op.date, act.context.time_ms), Code.BAD_DATE)
    require_institution(act.state, op.hospital, "hospital")
    _require_sums(op)
    key = state_keys.settlement_key(act.institution_id, op.date, act.ref)
    _take_position(act, op.position, key)
    settlement = Settlement(
        state=SettlementState.OPEN,
        hospital=op.hospital,
        total_fen=op.total_fen,
        funds=op.funds,
        account_fen=op.account_fen,
        hospital_fen=op.hospital_fen,
        position=op.position,
        calculation=op.calculation,
        made_ms=act.context.time_ms,
        origin=act.origin,
    )
    act.state.put(key, settlement)
    made = events.Settled(settlement=key, hospital=op.hospital, public_fen=settlement.public_fen)
    return Effect(key, (made,))


def _require_sums(op: Settle) -> None:
    names = [share.fund for share in op.funds]
    require(len(set(names)) == len(names), Code.DUPLICATE_ITEM)
    public_fen = checked_sum(share.amount_fen for share in op.funds)
    require(public_fen <= FEN_MAX, Code.AMOUNT_OUT_OF_RANGE)
    borne_fen = checked_sum((public_fen, op.account_fen, op.hospital_fen))
    require(borne_fen <= op.total_fen, Code.AMOUNT_OUT_OF_RANGE)


def reverse_settle(act: Act, op: ReverseSettle) -> Effect:
    """Take back an open settlement, or book the effect of a released one."""
    settlement = act.need(settlement_of(act.state, op.settlement))
    require(bureau_of_settlement(op.settlement) == act.institution_id, Code.NOT_A_PARTY)
    require(settlement.state != SettlementState.CONSUMED, Code.SETTLEMENT_CONSUMED)
    require(settlement.state != SettlementState.REVERSED, Code.SETTLEMENT_NOT_OPEN)
    _take_position(act, op.position, op.settlement)
    changed = replace(settlement, state=SettlementState.REVERSED, reversed=act.origin)
    act.state.put(op.settlement, changed)
    event = events.SettlementReversed(settlement=op.settlement, hospital=settlement.hospital)
    return Effect(op.settlement, (event,))


def _take_position(act: Act, position: bytes, settlement_key: bytes) -> None:
    key = state_keys.position_key(act.institution_id, position)
    require(act.state.find(key, Token) is None, Code.POSITION_TAKEN)
    act.state.put(key, Token(object_key=settlement_key))
