"""What random hospitals, finance offices and bureaus say about days, months and files."""

from typing import Any

from ledgerd.ledger.book_operations import (
    ApproveWriteOff,
    AttestClearing,
    AttestTotals,
    ReportTotals,
    RequestWriteOff,
    Sum,
    WriteOffStep,
)
from tests.naive import days
from tests.naive.choices_bills import any_bill, day
from tests.naive.choosing import Chooser, Drawn, choice
from tests.naive.rules_books import Counted, day_sums, month_sums
from tests.naive.world import BY_KIND

NO_DAY = 2026_02_31


def _sums(g: Chooser, counted: tuple[Counted, ...]) -> list[Sum]:
    """Name sums as they are, sometimes one of them wrong."""
    sums = [Sum(count=count, amount_fen=fen) for count, fen in counted]
    if g.chance(8):
        place = g.rng.randrange(len(sums))
        its = sums[place]
        sums[place] = g.pick(
            (
                Sum(count=its.count + 1, amount_fen=its.amount_fen),
                Sum(count=its.count, amount_fen=its.amount_fen + 1),
            )
        )
    return sums


@choice(5)
def report_totals(g: Chooser) -> Drawn:
    hospital, today = g.of_kind("hospital"), days.day_of(g.model.now_ms)
    reported = g.model.state.of("reported")
    worked = {
        days.day_of(bill.issued_ms)
        for bill in g.model.state.bills.values()
        if bill.issuer == hospital
    }
    waiting = sorted(d for d in worked if d < today and (hospital, d) not in reported)
    date = g.pick(waiting) if waiting and g.chance(88) else g.pick([today, NO_DAY, *sorted(worked)])
    issued, voided, reverse = _sums(g, day_sums(g.model.state, hospital, date))
    operation = ReportTotals(
        client_ref=g.ref("report"), date=date, issued=issued, voided=voided, reversed=reverse
    )
    return g.member_key(hospital, "office", "cashier"), operation


@choice(5)
def attest_totals(g: Chooser) -> Drawn:
    attested = g.model.state.of("attested")
    known = list(g.model.state.of("reported"))
    waiting = [each for each in known if each not in attested]
    other = (g.of_kind(g.pick(("hospital", "hospital", "insurer"))), day(g))
    issuer, date = g.pick(waiting) if waiting and g.chance(85) else g.pick([other, *known])
    operation = AttestTotals(client_ref=g.ref("attest"), issuer=issuer, date=date)
    return g.member_key(g.of_kind("finance"), "office", "clerk"), operation


@choice(2)
def attest_clearing(g: Chooser) -> Drawn:
    bureau = g.of_kind("medicare")
    hospital = g.pick(BY_KIND["hospital"] if g.chance(96) else BY_KIND["insurer"])
    month = days.day_of(g.model.now_ms) // 100 - g.pick((0, 1, 1, 1, 2))
    if g.chance(4):
        month = 2026_13
    settled, reverse = _sums(g, month_sums(g.model.state, bureau, hospital, month))
    operation = AttestClearing(
        client_ref=g.ref("clear"), hospital=hospital, month=month, settled=settled,
        reversed=reverse,
    )  # fmt: skip
    return g.member_key(bureau, "office", "clerk"), operation


@choice(5)
def request_write_off(g: Chooser) -> Drawn | None:
    found = any_bill(g)
    if found is None:
        return None
    refs, issuer = [found[0]], found[1].issuer
    attested = g.model.state.of("attested")
    ready = [
        (ref, bill)
        for ref, bill in g.model.state.bills.items()
        if (bill.issuer, days.day_of(bill.issued_ms)) in attested
        and (bill.file == "open" or g.chance(5))
    ]
    if ready and g.chance(85):
        ref, bill = g.pick(ready)
        own = [other for other, its in ready if its.issuer == bill.issuer and other != ref]
        refs, issuer = [ref, *own[: g.rng.randrange(3)]], bill.issuer
    if g.chance(3):
        refs.append(refs[0])
    operation = RequestWriteOff(client_ref=g.ref("write off"), date=day(g), bills=tuple(refs))
    return g.member_key(issuer, "clerk"), operation


@choice(5)
def approve_write_off(g: Chooser) -> Drawn | None:
    requests: dict[bytes, Any] = g.model.state.of("write off")
    state, step = g.pick((("requested", WriteOffStep.APPROVE), ("approved", WriteOffStep.ARCHIVE)))
    fitting = [key for key, its in requests.items() if its.state == state]
    key = g.pick(fitting) if fitting and g.chance(85) else g.hot(list(requests))
    if key is None:
        return None
    step = step if g.chance(85) else WriteOffStep.REFUSE
    operation = ApproveWriteOff(client_ref=g.ref("file"), write_off=key, step=step)
    return g.member_key(g.of_kind("finance"), "reviewer"), operation
