"""Ranges of bill numbers, nested and without overlap.

Rules: a code's numbers are handed out upwards, a parent range's too, so that comparing with one
counter is the whole test of overlap. A range that was partly handed on is no longer issued from.

Source: domain.md sections 3 and 4.
"""

from typing import Final

from msgspec.structs import replace

from ledgerd.ledger import events, state_keys
from ledgerd.ledger.acting import Act, Effect, require
from ledgerd.ledger.bill_operations import AllotNumbers
from ledgerd.ledger.guards import require_institution
from ledgerd.ledger.objects import CodeCounter, NumberRange
from ledgerd.ledger.queries import code_counter_of, range_of
from ledgerd.ledger.reject_codes import RejectCode as Code
from ledgerd.primitives.canonical import encode

NUMBER_MAX: Final = 9_999_999_999  # ten digits


def allot_numbers(act: Act, op: AllotNumbers) -> Effect:
    """Create a range for a holder and move its parent's counter behind it."""
    require_institution(act.state, op.holder, "hospital", "finance")
    require(op.code.startswith(act.params.region), Code.NUMBER_OUT_OF_RANGE)
    last = op.first + op.count - 1
    require(last <= NUMBER_MAX, Code.NUMBER_OUT_OF_RANGE)
    if op.parent is None:
        _cut_from_code(act, op, last)
    else:
        _cut_from_parent(act, op, op.parent, last)
    numbers = NumberRange(
        holder=op.holder,
        first=op.first,
        last=last,
        next_number=op.first,
        origin=act.origin,
    )
    key = state_keys.range_key(op.code, act.ref)
    act.state.put(key, encode(numbers))
    event = events.NumbersAllotted(holder=op.holder, code=op.code, range_id=act.ref)
    return Effect(key, (event,))


def _cut_from_code(act: Act, op: AllotNumbers, last: int) -> None:
    counter = code_counter_of(act.state, op.code)
    if counter is None:
        counter = CodeCounter(authority=act.institution_id, next_number=0)
    require(counter.authority == act.institution_id, Code.NOT_A_PARTY)
    require(op.first >= counter.next_number, Code.RANGE_OVERLAPS)
    changed = replace(counter, next_number=last + 1)
    act.state.put(state_keys.code_key(op.code), encode(changed))


def _cut_from_parent(act: Act, op: AllotNumbers, parent_id: bytes, last: int) -> None:
    parent = act.need(range_of(act.state, op.code, parent_id))
    require(parent.holder == act.institution_id, Code.RANGE_NOT_HELD)
    require(parent.next_number <= op.first and last <= parent.last, Code.RANGE_OVERLAPS)
    changed = replace(parent, next_number=last + 1)
    act.state.put(state_keys.range_key(op.code, parent_id), encode(changed))
