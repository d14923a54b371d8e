"""Every key of the state tree, built here and nowhere else.

Rules: keys are not hashed and keep neighbours together: a bill and everything about it stand side
by side under ``b | code | number``; other objects under ``kind | institution | date named in the
operation | H(author | client_ref)``, so that new objects are neighbours. Every kind has one
length, so no key is the beginning of another. The scheme cannot change without a new chain.

    P                                        parameters of the ledger
    o | uscc 18                              institution
    n | code 8 | 00                          numbers of a bill code: next free one, authority
    n | code 8 | 01 | ref 16                 number range
    b | code 8 | number 10 | 00              bill, with payments and payers
    b | code 8 | number 10 | 01 | ref 16     grant
    b | code 8 | number 10 | 02 | ref 16     delivered key
    b | code 8 | number 10 | 03 | ref 16     report that the bill is unreadable
    b | code 8 | number 10 | 04 | ref 16     entry of the bill by a unit
    a | account 16                           account
    k | account 16 | ref 16                  what happened to a key of an account
    x | account 16 | ref 16                  proxy of an account
    h | account 16 | ref 16                  act that somebody did for an account
    p | institution 18 | date 4 | ref 16     attested presence
    i | registrar 18 | token 32              confirmed person (PRF of the identity number)
    s | bureau 18 | date 4 | ref 16          settlement
    t | bureau 18 | token 32                 used position of a person's yearly counters
    c | payer 18 | date 4 | ref 16           claim
    y | bureau 18 | date 4 | ref 16          application for assistance
    l | institution 18 | date 4 | ref 16     alert
    q | opener 18 | date 4 | ref 16          case
    g | institution 18 | date 4 | ref 16     proposal
    v | hospital 18 | date 4 | ref 16        visit
    r | hospital 18 | date 4 | ref 16        prescription
    e | finance 18 | date 4 | ref 16         erasure
    u | institution 18 | date 4 | ref 16     anchor of an audit log
    E                                        institutions that decide common affairs
    R                                        version of the rules that was decided
    K | institution 18 | ref 16              an institution's act in its own affairs
    T | institution 18 | key 32              terminal
    n | code 8 | 02 | ref 16                 highest number used of a number range
    n | code 8 | 03 | ref 16                 numbers returned from a range
    L | institution 18 | key 32              what an office key did on its last day
    d | issuer 18 | date 4                   day book of an issuer
    m | bureau 18 | hospital 18 | month 4    clearing between bureau and hospital
    w | hospital 18 | date 4 | ref 16        request to write bills off

Dates are big-endian YYYYMMDD; ``ref`` is the first half of H(author | client_ref): finding two
refs of one author with the same half would only refuse that author's own second operation.

Source: architecture.md section 3; domain.md section 2.
"""

from typing import Final

PARAMS_KEY: Final = b"P"
REF_BYTES: Final = 16

BILL_PREFIX: Final = b"b"
CLAIM_PREFIX: Final = b"c"
ASSISTANCE_PREFIX: Final = b"y"
ALERT_PREFIX: Final = b"l"
CASE_PREFIX: Final = b"q"
SETTLEMENT_PREFIX: Final = b"s"
PROPOSAL_PREFIX: Final = b"g"
VISIT_PREFIX: Final = b"v"
PRESCRIPTION_PREFIX: Final = b"r"
ERASURE_PREFIX: Final = b"e"
ANCHOR_PREFIX: Final = b"u"
PRESENCE_PREFIX: Final = b"p"
KEY_RECORD_PREFIX: Final = b"k"
PROXY_PREFIX: Final = b"x"
ACT_FOR_PREFIX: Final = b"h"
ELECTORATE_KEY: Final = b"E"
PROTOCOL_KEY: Final = b"R"
WRITE_OFF_PREFIX: Final = b"w"
DAY_BOOK_PREFIX: Final = b"d"
CLEARING_PREFIX: Final = b"m"
OFFICE_DAY_PREFIX: Final = b"L"


def institution_key(institution: str) -> bytes:
    return b"o" + institution.encode("ascii")


def code_key(code: str) -> bytes:
    return b"n" + code.encode("ascii") + b"\x00"


def range_key(code: str, ref: bytes) -> bytes:
    return b"n" + code.encode("ascii") + b"\x01" + ref


def range_use_key(code: str, range_id: bytes) -> bytes:
    return b"n" + code.encode("ascii") + b"\x02" + range_id


def returned_numbers_key(code: str, ref: bytes) -> bytes:
    return b"n" + code.encode("ascii") + b"\x03" + ref


def own_affair_key(institution: str, ref: bytes) -> bytes:
    return b"K" + institution.encode("ascii") + ref


def terminal_key(institution: str, public_key: bytes) -> bytes:
    return b"T" + institution.encode("ascii") + public_key


def office_day_key(institution: str, public_key: bytes) -> bytes:
    return OFFICE_DAY_PREFIX + institution.encode("ascii") + public_key


def day_book_key(issuer: str, date: int) -> bytes:
    return DAY_BOOK_PREFIX + issuer.encode("ascii") + date.to_bytes(4, "big")


def clearing_key(bureau: str, hospital: str, month: int) -> bytes:
    names = bureau.encode("ascii") + hospital.encode("ascii")
    return CLEARING_PREFIX + names + month.to_bytes(4, "big")


def write_off_key(hospital: str, date: int, ref: bytes) -> bytes:
    return _dated_key(WRITE_OFF_PREFIX, hospital, date, ref)


def bill_prefix(code: str, number: str) -> bytes:
    """Give the beginning of every key about one bill."""
    return BILL_PREFIX + (code + number).encode("ascii")


def bill_key(code: str, number: str) -> bytes:
    return BILL_PREFIX + f"{code}{number}\0".encode("ascii")


def grant_key(code: str, number: str, ref: bytes) -> bytes:
    return bill_prefix(code, number) + b"\x01" + ref


def delivery_key(code: str, number: str, ref: bytes) -> bytes:
    return bill_prefix(code, number) + b"\x02" + ref


def report_key(code: str, number: str, ref: bytes) -> bytes:
    return bill_prefix(code, number) + b"\x03" + ref


def entry_key(code: str, number: str, ref: bytes) -> bytes:
    return bill_prefix(code, number) + b"\x04" + ref


def account_key(account: bytes) -> bytes:
    return b"a" + account


def key_record_key(account: bytes, key_id: bytes) -> bytes:
    return KEY_RECORD_PREFIX + account + key_id


def proxy_key(account: bytes, proxy: bytes) -> bytes:
    return PROXY_PREFIX + account + proxy


def act_for_key(account: bytes, act: bytes) -> bytes:
    return ACT_FOR_PREFIX + account + act


def presence_key(institution: str, date: int, ref: bytes) -> bytes:
    return _dated_key(PRESENCE_PREFIX, institution, date, ref)


def person_key(registrar: str, token: bytes) -> bytes:
    return b"i" + registrar.encode("ascii") + token


def position_key(bureau: str, token: bytes) -> bytes:
    return b"t" + bureau.encode("ascii") + token


def settlement_key(bureau: str, date: int, ref: bytes) -> bytes:
    return _dated_key(SETTLEMENT_PREFIX, bureau, date, ref)


def claim_key(payer: str, date: int, ref: bytes) -> bytes:
    return _dated_key(CLAIM_PREFIX, payer, date, ref)


def institution_of_key(key: bytes) -> str:
    """Give the institution of an object whose key names one and a date."""
    return key[1:19].decode("ascii")


def assistance_key(bureau: str, date: int, ref: bytes) -> bytes:
    return _dated_key(ASSISTANCE_PREFIX, bureau, date, ref)


def alert_key(institution: str, date: int, ref: bytes) -> bytes:
    return _dated_key(ALERT_PREFIX, institution, date, ref)


def case_key(opener: str, date: int, ref: bytes) -> bytes:
    return _dated_key(CASE_PREFIX, opener, date, ref)


def proposal_key(institution: str, date: int, ref: bytes) -> bytes:
    return _dated_key(PROPOSAL_PREFIX, institution, date, ref)


def visit_key(hospital: str, date: int, ref: bytes) -> bytes:
    return _dated_key(VISIT_PREFIX, hospital, date, ref)


def prescription_key(hospital: str, date: int, ref: bytes) -> bytes:
    return _dated_key(PRESCRIPTION_PREFIX, hospital, date, ref)


def erasure_key(authority: str, date: int, ref: bytes) -> bytes:
    return _dated_key(ERASURE_PREFIX, authority, date, ref)


def anchor_key(institution: str, date: int, ref: bytes) -> bytes:
    return _dated_key(ANCHOR_PREFIX, institution, date, ref)


def _dated_key(prefix: bytes, institution: str, date: int, ref: bytes) -> bytes:
    assert len(ref) == REF_BYTES
    return prefix + institution.encode("ascii") + date.to_bytes(4, "big") + ref
