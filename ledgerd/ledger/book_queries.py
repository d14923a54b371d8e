"""Reading the objects of the books.

Rules: as in ``queries``; a book that nobody wrote in yet is empty, not absent.
"""

from ledgerd.ledger import state_keys
from ledgerd.ledger.book_objects import (
    ClearingMonth,
    DayBook,
    OfficeDay,
    RangeUse,
    ReturnedNumbers,
    WriteOff,
)
from ledgerd.ledger.overlay import StateReader
from ledgerd.ledger.queries import read_named, read_object


def day_book_of(reader: StateReader, issuer: str, date: int) -> DayBook:
    found = read_object(reader, state_keys.day_book_key(issuer, date), DayBook)
    return DayBook() if found is None else found


def clearing_of(reader: StateReader, bureau: str, hospital: str, month: int) -> ClearingMonth:
    found = read_object(reader, state_keys.clearing_key(bureau, hospital, month), ClearingMonth)
    return ClearingMonth() if found is None else found


def office_day_of(reader: StateReader, institution: str, public_key: bytes) -> OfficeDay | None:
    return read_object(reader, state_keys.office_day_key(institution, public_key), OfficeDay)


def range_use_of(reader: StateReader, code: str, range_id: bytes) -> RangeUse | None:
    return read_object(reader, state_keys.range_use_key(code, range_id), RangeUse)


def returned_numbers_of(reader: StateReader, code: str, ref: bytes) -> ReturnedNumbers | None:
    return read_object(reader, state_keys.returned_numbers_key(code, ref), ReturnedNumbers)


def write_off_of(reader: StateReader, key: bytes) -> WriteOff | None:
    return read_named(reader, key, state_keys.WRITE_OFF_PREFIX, WriteOff)
