"""Writing bills off: asked for by the hospital, approved by finance, archived after their time.

Rules: what a write-off needs is checked when it is asked for and again when it is approved,
because a claim may have been filed in between. A request changes no bill; an approval changes all
of its bills or none.

Source: domain.md section 3.
"""

from collections.abc import Iterator

from msgspec.structs import replace

from ledgerd.ledger import book_events as told, state_keys
from ledgerd.ledger.acting import Act, Effect, require
from ledgerd.ledger.book_objects import WriteOff, WriteOffState
from ledgerd.ledger.book_operations import ApproveWriteOff, RequestWriteOff, WriteOffStep
from ledgerd.ledger.book_queries import day_book_of, write_off_of
from ledgerd.ledger.days import day_of, is_recent_day
from ledgerd.ledger.fields import BillRef
from ledgerd.ledger.objects import Bill, FileState
from ledgerd.ledger.queries import bill_of
from ledgerd.ledger.reject_codes import RejectCode as Code

STATES = {
    WriteOffStep.APPROVE: WriteOffState.APPROVED,
    WriteOffStep.REFUSE: WriteOffState.REFUSED,
    WriteOffStep.ARCHIVE: WriteOffState.ARCHIVED,
}


def request_write_off(act: Act, op: RequestWriteOff) -> Effect:
    """Write down a request whose bills can be written off as things stand."""
    require(is_recent_day(op.date, act.context.time_ms), Code.BAD_DATE)
    names = [(ref.code, ref.number) for ref in op.bills]
    require(len(set(names)) == len(names), Code.DUPLICATE_ITEM)
    for _, bill in _bills(act, op.bills):
        require(bill.issuer == act.institution_id, Code.NOT_A_PARTY)
        require_ready_for_write_off(act, bill)
    key = state_keys.write_off_key(act.institution_id, op.date, act.ref)
    request = WriteOff(
        state=WriteOffState.REQUESTED,
        hospital=act.institution_id,
        bills=op.bills,
        origin=act.origin,
    )
    act.state.put(key, request)
    asked = told.WriteOffRequested(
        write_off=key, hospital=act.institution_id, bill_count=len(op.bills)
    )
    return Effect(key, (asked,))


def approve_write_off(act: Act, op: ApproveWriteOff) -> Effect:
    """Approve or refuse a request, or archive what was approved."""
    found = act.need(write_off_of(act.state, op.write_off))
    if op.step == WriteOffStep.ARCHIVE:
        changed = _archived(act, found)
    else:
        changed = _decided(act, found, op.step)
    act.state.put(op.write_off, changed)
    moved = told.WriteOffMoved(write_off=op.write_off, hospital=found.hospital, state=changed.state)
    return Effect(op.write_off, (moved,))


def require_ready_for_write_off(act: Act, bill: Bill) -> None:
    """Check the guards of the file axis."""
    require(bill.file == FileState.OPEN, Code.ALREADY_WRITTEN_OFF)
    book = day_book_of(act.state, bill.issuer, day_of(bill.issued_ms))
    require(book.attested is not None, Code.NOT_ATTESTED)
    require(not any(entry.is_open for entry in bill.payers), Code.CLAIM_OPEN)
    require(not bill.cases_open, Code.CASE_OPEN)
    is_announced = bill.announced is not None and bill.reversed is None
    require(not is_announced, Code.REVERSAL_ANNOUNCED)


def _decided(act: Act, found: WriteOff, step: WriteOffStep) -> WriteOff:
    require(found.state == WriteOffState.REQUESTED, Code.WRONG_STATE)
    if step == WriteOffStep.APPROVE:
        for ref, bill in _bills(act, found.bills):
            require_ready_for_write_off(act, bill)
            _put_file(act, ref, bill, FileState.WRITTEN_OFF)
    return replace(found, state=STATES[step], decided=act.keyed_step())


def _archived(act: Act, found: WriteOff) -> WriteOff:
    require(found.state == WriteOffState.APPROVED, Code.WRONG_STATE)
    assert found.decided is not None
    due_ms = found.decided.time_ms + act.params.archive_ms
    require(act.context.time_ms >= due_ms, Code.TOO_EARLY)
    for ref, bill in _bills(act, found.bills):
        _put_file(act, ref, bill, FileState.ARCHIVED)
    return replace(found, state=WriteOffState.ARCHIVED, archived=act.origin)


def _bills(act: Act, refs: tuple[BillRef, ...]) -> Iterator[tuple[BillRef, Bill]]:
    for ref in refs:
        yield ref, act.need(bill_of(act.state, ref))


def _put_file(act: Act, ref: BillRef, bill: Bill, state: FileState) -> None:
    key = state_keys.bill_key(ref.code, ref.number)
    act.state.put(key, replace(bill, file=state))
