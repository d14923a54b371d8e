"""What random hospitals, finance offices and bureaus do with numbers, bills and settlements."""

from typing import Any

from ledgerd.ledger.bill_operations import (
    AllotNumbers,
    AnnounceReversal,
    Countersign,
    IssueBill,
    RecordPayment,
    ReverseBill,
    ReverseSettle,
    Settle,
)
from ledgerd.ledger.book_operations import ReturnNumbers
from ledgerd.ledger.fields import BillRef, FundShare, PublicPosition
from tests.naive import days
from tests.naive.choosing import Chooser, Drawn, choice
from tests.naive.objects import Bill, Span
from tests.naive.world import ACCOUNTS, BY_KIND, KINDS
from tests.unit.ledgerd.ledger.world import document, owner_of, sealed_parts

CODES = ("33010126", "33020126", "99010126")
NUMBER_SPACE = 40


def day(g: Chooser) -> int:
    """Draw the day of the block, sometimes one too far from it."""
    today = days.day_of(g.model.now_ms)
    return today if g.chance(97) else today + g.pick((-100, 1, 2, 40, 10_000))


def any_bill(g: Chooser) -> tuple[BillRef, Bill] | None:
    bills = g.model.state.bills
    ref = g.hot(list(bills))
    return None if ref is None else (ref, bills[ref])


@choice(4)
def allot_numbers(g: Chooser) -> Drawn:
    code, parent = g.pick(CODES[:2] if g.chance(95) else CODES), None
    author, span = g.model.state.codes.get(code, (g.of_kind("finance"), Span(1)))
    holder = g.of_kind(g.pick(("hospital", "hospital", "finance")))
    ranges = [k for k, v in g.model.state.ranges.items() if KINDS[v.holder] == "finance"]
    if ranges and g.chance(40):
        deep = [k for k in ranges if g.model.state.ranges[k].level > 1]
        holder = g.of_kind("finance") if g.chance(50) else holder
        code, parent = g.pick(deep) if deep and g.chance(60) else g.hot(ranges) or ranges[0]
        its = g.model.state.ranges[code, parent]
        author, span = its.holder, its.span
    first = max(0, span.next + g.pick((0, 0, 0, 1, -1)))
    if span.returned and g.chance(60):
        first = min(span.returned)
    if g.chance(1):
        first = 9_999_999_990
    operation = AllotNumbers(
        client_ref=g.ref("range"), holder=holder if g.chance(97) else g.of_kind("insurer"),
        code=code, first=first, count=g.rng.randrange(1, NUMBER_SPACE), parent=parent,
    )  # fmt: skip
    return g.member_key(author, "clerk", "office"), operation


@choice(2)
def return_numbers(g: Chooser) -> Drawn | None:
    found = g.hot(list(g.model.state.ranges))
    if found is None:
        return None
    code, range_id = found
    its = g.model.state.ranges[found]
    first = max(its.used + 1, its.span.next) + g.pick((0, 0, 1, 5, -1))
    operation = ReturnNumbers(
        client_ref=g.ref("return"), code=code, range_id=range_id, first=max(0, first)
    )
    return g.member_key(its.holder, "clerk"), operation


def free_number(g: Chooser, holder: str | None = None) -> tuple[str, BillRef, bytes] | None:
    """Draw a range of a hospital and a number in it, mostly the next free one."""
    ranges = [
        (key, its)
        for key, its in g.model.state.ranges.items()
        if KINDS[its.holder] == "hospital" and holder in {None, its.holder}
    ]
    if not ranges:
        return None
    (code, ref), its = ranges[-1] if g.chance(70) else g.pick(ranges)
    taken = {int(b.number) for b in g.model.state.bills if b.code == code}
    free = [n for n in range(its.first, its.last + 1) if n not in taken]
    number = free[0] if free and g.chance(92) else g.rng.randrange(its.first, its.last + 2)
    return its.holder, BillRef(code=code, number=f"{number:010d}"), ref


@choice(16)
def issue_bill(g: Chooser) -> Drawn | None:
    found = free_number(g)
    if found is None:
        return None
    hospital, ref, range_id = found
    values: dict[str, Any] = {"total_fen": g.pick((0, 60, 100, 100, 200)), "public_fen": 0}
    values |= {"public": g.pick(list(PublicPosition)), "settlement": None}
    open_ones = [
        (key, its)
        for key, its in g.model.state.settlements.items()
        if its.hospital == hospital and (its.state == "open" or g.chance(5))
    ]
    if open_ones and g.chance(70):
        key, its = g.pick(open_ones)
        values = {"total_fen": its.total, "public_fen": its.public, "settlement": key}
        values["public"] = PublicPosition.SETTLED
    if g.chance(3):
        values["public_fen"] += 1
    owner = None if g.chance(8) else owner_of(ref, g.pick(ACCOUNTS[:3]))
    operation = IssueBill(
        client_ref=g.ref("bill"), bill=ref, range_id=range_id, issue_date=day(g), owner=owner,
        sealed=sealed_parts(ref.number), **values,
    )  # fmt: skip
    return g.member_key(hospital, "office", "cashier"), operation


@choice(24)
def record_payment(g: Chooser) -> Drawn | None:
    found = any_bill(g)
    if found is None:
        return None
    ref, bill = found
    operation = RecordPayment(
        client_ref=g.ref("pay"), bill=ref, amount_fen=g.positive(max(0, bill.due - bill.paid))
    )
    return g.member_key(bill.issuer, "office", "cashier"), operation


@choice(20)
def countersign(g: Chooser) -> Drawn | None:
    found = any_bill(g)
    if found is None:
        return None
    waiting = [ref for ref, bill in g.model.state.bills.items() if bill.supervisor is None]
    ref = g.pick(waiting) if waiting and g.chance(80) else found[0]
    operation = Countersign(client_ref=g.ref("sign"), bill=ref)
    return g.member_key(g.of_kind("finance"), "office", "clerk"), operation


@choice(4)
def announce_reversal(g: Chooser) -> Drawn | None:
    found = any_bill(g)
    if found is None:
        return None
    operation = AnnounceReversal(client_ref=g.ref("announce"), bill=found[0])
    return g.member_key(found[1].issuer, "cashier"), operation


@choice(8)
def reverse_bill(g: Chooser) -> Drawn | None:
    found = any_bill(g)
    if found is None:
        return None
    announced = [(r, b) for r, b in g.model.state.bills.items() if b.announced_by]
    ref, bill = g.pick(announced) if announced and g.chance(60) else found
    number = free_number(g, bill.issuer if g.chance(95) else None)
    if number is None:
        return None
    _, red, range_id = number
    operation = ReverseBill(
        client_ref=g.ref("reverse"), bill=ref, red=red, range_id=range_id, issue_date=day(g),
        owner=owner_of(red, g.pick(ACCOUNTS)), sealed=sealed_parts(red.number),
    )  # fmt: skip
    return g.member_key(bill.issuer, "cashier"), operation


@choice(12)
def settle(g: Chooser) -> Drawn:
    total = g.pick((60, 100, 100, 200))
    public = g.amount(total)
    hospital_part = g.pick((0, 0, 0, 5))
    funds = [FundShare(fund="basic", amount_fen=public)]
    if g.chance(20):
        funds.append(FundShare(fund=g.pick(("aid", "aid", "basic")), amount_fen=g.pick((0, 1))))
    operation = Settle(
        client_ref=g.ref("settle"), date=day(g),
        hospital=g.pick(BY_KIND["hospital"] if g.chance(97) else BY_KIND["insurer"]),
        total_fen=total, funds=tuple(funds), account_fen=g.pick((0, 0, 10)),
        hospital_fen=hospital_part, position=position(g),
        calculation=document("calculation") if g.chance(20) else None,
    )  # fmt: skip
    return g.member_key(g.of_kind("medicare"), "office", "clerk"), operation


def position(g: Chooser) -> bytes:
    """Draw a position of a person's counters, sometimes one that was used."""
    used = [token for kind, _, token in g.model.state.tokens if kind == "position"]
    return g.pick(sorted(used)) if used and g.chance(4) else g.fresh("position")


@choice(6)
def reverse_settle(g: Chooser) -> Drawn | None:
    settlements = g.model.state.settlements
    key = g.hot(list(settlements))
    if key is None:
        return None
    released = [k for k, its in settlements.items() if its.state == "released"]
    if released and g.chance(50):
        key = g.pick(released)
    operation = ReverseSettle(client_ref=g.ref("unsettle"), settlement=key, position=position(g))
    return g.member_key(settlements[key].bureau, "office", "clerk"), operation
