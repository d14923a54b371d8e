"""Holds what the ledger wrote against the naive model: every object that an act has changed."""

from collections.abc import Callable
from typing import Any

from ledgerd.chain.params import Params
from ledgerd.ledger import state_keys
from ledgerd.ledger.book_objects import ClearingMonth, DayBook, OfficeDay, WriteOff
from ledgerd.ledger.fields import BillRef
from ledgerd.ledger.governance_objects import InstitutionRecord, Terminal
from ledgerd.ledger.number_objects import NumberRange
from ledgerd.ledger.objects import Bill, Claim, Grant, Settlement as SettlementRecord
from ledgerd.ledger.patient_objects import Account
from ledgerd.primitives.canonical import decode
from tests.naive.model import State
from tests.naive.objects import Claim as NaiveClaim
from tests.naive.rules_books import day_sums, month_sums
from tests.naive.tags import name_of_tag

VALUE_BYTES_MAX = 1 << 20
Shown = tuple[object, ...] | None
Comparison = Callable[[State, bytes, bytes], tuple[Shown, Shown]]


def read(value: bytes, type_: type[Any]) -> Any:
    return decode(value, type_, bytes_max=VALUE_BYTES_MAX)


def differences(state: State, changes: dict[bytes, bytes]) -> list[str]:
    """Say in which changed objects model and ledger differ."""
    found = []
    for key, value in changes.items():
        compare = _comparison_of(key)
        if compare is None:
            continue
        naive, real = compare(state, key, value)
        if naive != real:
            found.append(f"{key!r}: the model has {naive}, the ledger {real}")
    return found


def _comparison_of(key: bytes) -> Comparison | None:
    if key[:1] == b"b":
        return {0: _bill, 1: _grant}.get(key[19])
    if key == state_keys.PARAMS_KEY:
        return _params
    if key[:1] == b"n":
        return _range if key[9] == 1 else None
    return _BY_PREFIX.get(key[:1])


def is_bill(key: bytes) -> bool:
    return key[:1] == b"b" and key[19] == 0


def bill_ref(key: bytes) -> BillRef:
    return BillRef(code=key[1:9].decode(), number=key[9:19].decode())


def _bill(state: State, key: bytes, value: bytes) -> tuple[Shown, Shown]:
    real, naive = read(value, Bill), state.bills.get(bill_ref(key))
    if naive is None:
        return None, (real,)
    naive_payers = {
        n: (p.state, p.reserved, p.paid, p.recovered, p.claim, p.is_appealed)
        for n, p in naive.payers.items()
    }
    real_payers = {
        p.payer: (
            p.state.name.lower(), p.reserved_fen, p.paid_fen, p.recovered_fen, p.claim, p.appealed
        )
        for p in real.payers
    }  # fmt: skip
    paper = "none"
    if real.paper is not None:
        paper = "out" if real.is_paper_out else "recalled"
    return (
        naive.issuer, naive.is_red, naive.total, naive.public, naive.hospital, naive.owner,
        naive.supervisor, naive.announced_by, naive.is_reversed, naive.paid, naive_payers,
        naive.is_voided, naive.paper, naive.refunded, naive.cases_open, naive.erased,
        naive.file,
    ), (
        real.issuer, real.bill_type == 2, real.total_fen, real.public_fen, real.hospital_fen,
        real.owner, real.supervisor, real.announced.signer if real.announced else None,
        real.reversed is not None, real.paid_fen, real_payers,
        real.voided is not None, paper, real.refunded_fen, real.cases_open, real.erased,
        real.file.name.lower(),
    )  # fmt: skip


def _grant(state: State, key: bytes, value: bytes) -> tuple[Shown, Shown]:
    real, naive = read(value, Grant), state.grants.get((bill_ref(key), key[20:]))
    shown = (real.account, real.reader, real.parts, real.until_ms, real.revoked is not None)
    if naive is None:
        return None, shown
    return (
        naive.account, naive.reader, naive.parts, naive.until_ms, naive.is_revoked
    ), shown  # fmt: skip


def _range(state: State, key: bytes, value: bytes) -> tuple[Shown, Shown]:
    real, naive = read(value, NumberRange), state.ranges.get((key[1:9].decode(), key[10:]))
    shown = (real.holder, real.first, real.last, real.next_number, real.level)
    if naive is None:
        return None, shown
    return (naive.holder, naive.first, naive.last, naive.span.next, naive.level), shown


def _claim(state: State, key: bytes, value: bytes) -> tuple[Shown, Shown]:
    real: Claim = read(value, Claim)
    naive: NaiveClaim | None = state.claims.get(key)
    shown = (
        real.account, real.payer, real.payer_name, real.state.name.lower(), real.expires_ms,
        tuple((item.bill, item.amount_fen) for item in real.bills), tuple(real.amounts or ()),
    )  # fmt: skip
    if naive is None:
        return None, shown
    return (
        naive.account, naive.payer, naive.slot, naive.state, naive.expires_ms,
        tuple(naive.bills), tuple(naive.amounts),
    ), shown  # fmt: skip


def _settlement(state: State, key: bytes, value: bytes) -> tuple[Shown, Shown]:
    real, naive = read(value, SettlementRecord), state.settlements.get(key)
    shown = (real.hospital, real.total_fen, real.public_fen, real.state.name.lower())
    if naive is None:
        return None, shown
    return (naive.hospital, naive.total, naive.public, naive.state), shown


def _account(state: State, key: bytes, value: bytes) -> tuple[Shown, Shown]:
    real, naive = read(value, Account), state.accounts.get(key[1:])
    keys = {k.public_key: (k.key_id, k.acts_from_ms, k.is_confirmed) for k in real.keys}
    shown = (real.registrar, real.confirmed is not None, keys)
    if naive is None:
        return None, shown
    naive_keys = {k: (v.name, v.acts_from_ms, v.is_confirmed) for k, v in naive.keys.items()}
    return (naive.registrar, naive.is_confirmed, naive_keys), shown


def _institution(state: State, key: bytes, value: bytes) -> tuple[Shown, Shown]:
    real, naive = read(value, InstitutionRecord), state.members.get(key[1:].decode())
    roles = {each.public_key: each.role for each in real.institution.operator_keys}
    sealing = {each.number: each.public_key for each in real.institution.encryption_keys}
    shown = (
        real.institution.kind, real.is_validator, roles, real.suspended is not None,
        real.institution.hosted_by, real.institution.addresses, sealing,
    )  # fmt: skip
    if naive is None:
        return None, shown
    return (
        naive.kind, naive.is_validator, naive.roles, naive.is_suspended,
        naive.host, naive.addresses, naive.encryption_keys,
    ), shown  # fmt: skip


def _params(state: State, _key: bytes, value: bytes) -> tuple[Shown, Shown]:
    return (state.params,), (read(value, Params),)


def _terminal(state: State, key: bytes, value: bytes) -> tuple[Shown, Shown]:
    its = state.members[key[1:19].decode()].terminals.get(key[19:])
    return (its,), (read(value, Terminal).removed is None,)


def _day_book(state: State, key: bytes, value: bytes) -> tuple[Shown, Shown]:
    real, issuer, day = read(value, DayBook), key[1:19].decode(), int.from_bytes(key[19:], "big")
    sums = tuple((its.count, its.amount_fen) for its in (real.issued, real.voided, real.reversed))
    naive_attester = state.of("attested").get((issuer, day))
    return (
        day_sums(state, issuer, day), (issuer, day) in state.of("reported"), naive_attester
    ), (sums, real.reported is not None, real.attester)  # fmt: skip


def _clearing(state: State, key: bytes, value: bytes) -> tuple[Shown, Shown]:
    real, month = read(value, ClearingMonth), int.from_bytes(key[37:], "big")
    sums = tuple((its.count, its.amount_fen) for its in (real.settled, real.reversed))
    name = (key[1:19].decode(), key[19:37].decode(), month)
    return (month_sums(state, *name), name in state.of("cleared")), (
        sums, real.attested is not None,
    )  # fmt: skip


def _write_off(state: State, key: bytes, value: bytes) -> tuple[Shown, Shown]:
    real, naive = read(value, WriteOff), state.of("write off").get(key)
    shown = (real.hospital, real.bills, real.state.name.lower())
    return (None if naive is None else (naive.hospital, naive.bills, naive.state)), shown


def _office_day(state: State, key: bytes, value: bytes) -> tuple[Shown, Shown]:
    real, naive = read(value, OfficeDay), state.of("office day").get((key[1:19].decode(), key[19:]))
    shown = (real.day, {name_of_tag(its.kind): its.count for its in real.counts}, real.amount_fen)
    return (None if naive is None else (naive.day, naive.counts, naive.fen)), shown


_BY_PREFIX: dict[bytes, Comparison] = {
    b"c": _claim,
    b"y": _claim,
    b"s": _settlement,
    b"a": _account,
    b"o": _institution,
    b"T": _terminal,
    b"d": _day_book,
    b"m": _clearing,
    b"w": _write_off,
    b"L": _office_day,
}
