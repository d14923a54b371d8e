"""Where the operations on the books leave their traces.

Rules: as in ``traces``.

Source: domain.md section 2.
"""

from collections.abc import Callable
from typing import Any, Final

from ledgerd.ledger import book_operations as bk, state_keys
from ledgerd.ledger.acting import Act
from ledgerd.ledger.book_queries import (
    clearing_of,
    day_book_of,
    returned_numbers_of,
    write_off_of,
)
from ledgerd.ledger.operations import Operation
from ledgerd.ledger.trace import Trace


def _returned(act: Act, op: bk.ReturnNumbers) -> Trace:
    found = returned_numbers_of(act.state, op.code, act.ref)
    key = state_keys.returned_numbers_key(op.code, act.ref)
    return Trace(key, None if found is None else found.origin)


def _report(act: Act, op: bk.ReportTotals) -> Trace:
    if act.actor.institution is None:
        return Trace(b"", None)
    book = day_book_of(act.state, act.institution_id, op.date)
    key = state_keys.day_book_key(act.institution_id, op.date)
    return Trace(key, book.reported, is_by_ref=False)


def _attested(act: Act, op: bk.AttestTotals) -> Trace:
    book = day_book_of(act.state, op.issuer, op.date)
    key = state_keys.day_book_key(op.issuer, op.date)
    return Trace(key, book.attested, is_by_ref=False)


def _cleared(act: Act, op: bk.AttestClearing) -> Trace:
    if act.actor.institution is None:
        return Trace(b"", None)
    book = clearing_of(act.state, act.institution_id, op.hospital, op.month)
    key = state_keys.clearing_key(act.institution_id, op.hospital, op.month)
    return Trace(key, book.attested, is_by_ref=False)


def _requested(act: Act, op: bk.RequestWriteOff) -> Trace:
    if act.actor.institution is None:
        return Trace(b"", None)
    key = state_keys.write_off_key(act.institution_id, op.date, act.ref)
    found = write_off_of(act.state, key)
    return Trace(key, None if found is None else found.origin)


def _decided(act: Act, op: bk.ApproveWriteOff) -> Trace:
    found = write_off_of(act.state, op.write_off)
    if found is None:
        return Trace(op.write_off, None)
    if op.step == bk.WriteOffStep.ARCHIVE:
        return Trace(op.write_off, found.archived, is_by_ref=False)
    origin = None if found.decided is None else found.decided.origin
    return Trace(op.write_off, origin, is_by_ref=False)


FINDERS: Final[dict[type[Operation], Callable[[Act, Any], Trace]]] = {
    bk.ReturnNumbers: _returned,
    bk.ReportTotals: _report,
    bk.AttestTotals: _attested,
    bk.AttestClearing: _cleared,
    bk.RequestWriteOff: _requested,
    bk.ApproveWriteOff: _decided,
}
