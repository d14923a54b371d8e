"""Ranges of bill numbers, nested and without overlap; what is not used goes back.

Rules: a code's numbers are handed out upwards, a parent range's too; tails that came back are
handed out again (``number_spans``). A range that was partly handed on is not issued from until all
of that has come back. Ranges nest in three levels.

Source: domain.md sections 3 and 4.
"""

from typing import Final

from msgspec.structs import replace

from ledgerd.ledger import book_events as told, events, state_keys
from ledgerd.ledger.acting import Act, Effect, require
from ledgerd.ledger.bill_operations import AllotNumbers
from ledgerd.ledger.book_objects import ReturnedNumbers
from ledgerd.ledger.book_operations import ReturnNumbers
from ledgerd.ledger.book_queries import range_use_of
from ledgerd.ledger.guards import require_institution
from ledgerd.ledger.number_objects import LEVELS_MAX, CodeCounter, NumberRange
from ledgerd.ledger.number_spans import FreeNumbers
from ledgerd.ledger.queries import code_counter_of, range_of
from ledgerd.ledger.reject_codes import RejectCode as Code

NUMBER_MAX: Final = 9_999_999_999  # ten digits


def allot_numbers(act: Act, op: AllotNumbers) -> Effect:
    """Create a range for a holder and take its numbers out of where it is cut from."""
    require_institution(act.state, op.holder, "hospital", "finance")
    require(op.code.startswith(act.params.region), Code.NUMBER_OUT_OF_RANGE)
    last = op.first + op.count - 1
    require(last <= NUMBER_MAX, Code.NUMBER_OUT_OF_RANGE)
    if op.parent is None:
        level = 1
        _cut_from_code(act, op, last)
    else:
        level = _cut_from_parent(act, op, op.parent, last)
    numbers = NumberRange(
        holder=op.holder,
        first=op.first,
        last=last,
        next_number=op.first,
        origin=act.origin,
        parent=op.parent,
        level=level,
    )
    key = state_keys.range_key(op.code, act.ref)
    act.state.put(key, numbers)
    event = events.NumbersAllotted(holder=op.holder, code=op.code, range_id=act.ref)
    return Effect(key, (event,))


def _cut_from_code(act: Act, op: AllotNumbers, last: int) -> None:
    counter = code_counter_of(act.state, op.code)
    if counter is None:
        counter = CodeCounter(authority=act.institution_id, next_number=0)
    require(counter.authority == act.institution_id, Code.NOT_A_PARTY)
    _put_counter(act, op.code, counter, _free(counter).taking(op.first, last))


def _cut_from_parent(act: Act, op: AllotNumbers, parent_id: bytes, last: int) -> int:
    parent = act.need(range_of(act.state, op.code, parent_id))
    require(parent.holder == act.institution_id, Code.RANGE_NOT_HELD)
    require(parent.level < LEVELS_MAX, Code.NESTED_TOO_DEEP)
    require(parent.first <= op.first and last <= parent.last, Code.RANGE_OVERLAPS)
    require(op.first > _highest_used(act, op.code, parent_id, parent), Code.NUMBERS_USED)
    _put_range(act, op.code, parent_id, _with_free(parent, _free(parent).taking(op.first, last)))
    return parent.level + 1


def return_numbers(act: Act, op: ReturnNumbers) -> Effect:
    """Shorten an own range to what is used and give the rest back."""
    numbers = act.need(range_of(act.state, op.code, op.range_id))
    require(numbers.holder == act.institution_id, Code.RANGE_NOT_HELD)
    require(numbers.next_number <= op.first <= numbers.last, Code.NUMBERS_USED)
    require(op.first > _highest_used(act, op.code, op.range_id, numbers), Code.NUMBERS_USED)
    _give_back(act, op.code, numbers, op.first)
    _put_range(act, op.code, op.range_id, replace(numbers, last=op.first - 1))
    key = state_keys.returned_numbers_key(op.code, act.ref)
    returned = ReturnedNumbers(
        range_id=op.range_id, first=op.first, last=numbers.last, origin=act.origin
    )
    act.state.put(key, returned)
    event = told.NumbersReturned(
        holder=act.institution_id,
        code=op.code,
        range_id=op.range_id,
        first=op.first,
        last=numbers.last,
    )
    return Effect(key, (event,))


def _give_back(act: Act, code: str, numbers: NumberRange, first: int) -> None:
    if numbers.parent is None:
        counter = act.need(code_counter_of(act.state, code))
        _put_counter(act, code, counter, _free(counter).giving_back(first, numbers.last))
        return
    parent = act.need(range_of(act.state, code, numbers.parent))
    changed = _with_free(parent, _free(parent).giving_back(first, numbers.last))
    _put_range(act, code, numbers.parent, changed)


def _highest_used(act: Act, code: str, range_id: bytes, numbers: NumberRange) -> int:
    use = range_use_of(act.state, code, range_id)
    return numbers.first - 1 if use is None else use.highest


def _free(place: CodeCounter | NumberRange) -> FreeNumbers:
    return FreeNumbers(place.returned, place.next_number)


def _with_free(numbers: NumberRange, free: FreeNumbers) -> NumberRange:
    return replace(numbers, returned=free.spans, next_number=free.next_number)


def _put_range(act: Act, code: str, range_id: bytes, numbers: NumberRange) -> None:
    act.state.put(state_keys.range_key(code, range_id), numbers)


def _put_counter(act: Act, code: str, counter: CodeCounter, free: FreeNumbers) -> None:
    changed = replace(counter, returned=free.spans, next_number=free.next_number)
    act.state.put(state_keys.code_key(code), changed)
