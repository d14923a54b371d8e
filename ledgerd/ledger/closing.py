"""Closing days and months: an issuer reports, finance attests, a bureau attests its clearing.

Rules: a period is over when block time has left it, and then its sums never change. Whoever says
something about sums names them; other sums than the chain's are refused, so that nobody attests
what he has not counted himself.

Source: domain.md sections 4 and 5; ADR 0101.
"""

from msgspec.structs import replace

from ledgerd.ledger import book_events as told, state_keys
from ledgerd.ledger.acting import Act, Effect, require
from ledgerd.ledger.book_operations import AttestClearing, AttestTotals, ReportTotals
from ledgerd.ledger.book_queries import clearing_of, day_book_of
from ledgerd.ledger.days import day_of, is_day
from ledgerd.ledger.guards import require_institution
from ledgerd.ledger.reject_codes import RejectCode as Code


def report_totals(act: Act, op: ReportTotals) -> Effect:
    """Write down that the issuer counted a day as the chain did."""
    require(is_day(op.date), Code.BAD_DATE)
    require(op.date < day_of(act.context.time_ms), Code.PERIOD_NOT_OVER)
    book = day_book_of(act.state, act.institution_id, op.date)
    require(book.reported is None, Code.ALREADY_REPORTED)
    named = (op.issued, op.voided, op.reversed)
    require(named == (book.issued, book.voided, book.reversed), Code.TOTALS_DIFFER)
    key = state_keys.day_book_key(act.institution_id, op.date)
    act.state.put(key, replace(book, reported=act.origin))
    return Effect(key, (told.TotalsReported(issuer=act.institution_id, date=op.date),))


def attest_totals(act: Act, op: AttestTotals) -> Effect:
    """Write down that finance attests a reported day."""
    require_institution(act.state, op.issuer, "hospital")
    book = day_book_of(act.state, op.issuer, op.date)
    require(book.reported is not None, Code.NOT_REPORTED)
    require(book.attested is None, Code.ALREADY_ATTESTED)
    key = state_keys.day_book_key(op.issuer, op.date)
    changed = replace(book, attested=act.origin, attester=act.institution_id)
    act.state.put(key, changed)
    attested = told.TotalsAttested(issuer=op.issuer, date=op.date, attester=act.institution_id)
    return Effect(key, (attested,))


def attest_clearing(act: Act, op: AttestClearing) -> Effect:
    """Write down that a bureau attests a month with a hospital."""
    require_institution(act.state, op.hospital, "hospital")
    require(is_day(op.month * 100 + 1), Code.BAD_DATE)
    require(op.month < day_of(act.context.time_ms) // 100, Code.PERIOD_NOT_OVER)
    book = clearing_of(act.state, act.institution_id, op.hospital, op.month)
    require(book.attested is None, Code.ALREADY_ATTESTED)
    require((op.settled, op.reversed) == (book.settled, book.reversed), Code.TOTALS_DIFFER)
    key = state_keys.clearing_key(act.institution_id, op.hospital, op.month)
    act.state.put(key, replace(book, attested=act.origin))
    attested = told.ClearingAttested(
        bureau=act.institution_id, hospital=op.hospital, month=op.month
    )
    return Effect(key, (attested,))
