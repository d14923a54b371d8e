"""What random cashiers, clerks and patients do on the further axes of a bill."""

from ledgerd.chain.params import DAY_MS
from ledgerd.ledger.axis_operations import (
    BindBill,
    EnterBill,
    ExchangePaper,
    RecallPaper,
    RecordRefund,
    RevokeAccess,
    RevokeEntry,
    VoidBill,
)
from ledgerd.ledger.bill_operations import ReportUnreadable
from ledgerd.ledger.claim_operations import DeliverKey, GrantAccess
from ledgerd.ledger.fields import BillRef, Purpose, UnreadableReason
from tests.naive.choices_bills import any_bill
from tests.naive.choices_claims import own_bill
from tests.naive.choosing import Chooser, Drawn, choice
from tests.naive.objects import Bill
from tests.naive.world import ACCOUNTS, BY_KIND, KINDS
from tests.unit.ledgerd.ledger.world import document, owner_of, sidecar


def bill_with(g: Chooser, state: str) -> tuple[BillRef, Bill] | None:
    """Draw a bill, mostly one in a state worth acting on."""
    tests = {
        "ownerless": lambda b: b.owner is None and not b.is_red,
        "unsupervised": lambda b: b.supervisor is None and not b.is_red,
        "paper out": lambda b: b.paper == "out",
        "taken back": lambda b: b.is_taken_back and b.paid > b.refunded,
    }
    fitting = [(ref, b) for ref, b in g.model.state.bills.items() if tests[state](b)]
    return g.pick(fitting) if fitting and g.chance(70) else any_bill(g)


@choice(4)
def bind_bill(g: Chooser) -> Drawn | None:
    found = bill_with(g, "ownerless")
    if found is None:
        return None
    ref, bill = found
    operation = BindBill(
        client_ref=g.ref("bind"), bill=ref, owner=owner_of(ref, g.pick(ACCOUNTS[:3]))
    )
    if g.chance(40):
        return g.member_key(g.of_kind("medicare"), "office", "clerk"), operation
    return g.member_key(bill.issuer, "office", "cashier"), operation


@choice(2)
def void_bill(g: Chooser) -> Drawn | None:
    found = bill_with(g, "unsupervised")
    if found is None:
        return None
    operation = VoidBill(client_ref=g.ref("void"), bill=found[0])
    return g.member_key(found[1].issuer, "cashier"), operation


@choice(4)
def exchange_paper(g: Chooser) -> Drawn | None:
    found = any_bill(g)
    if found is None:
        return None
    operation = ExchangePaper(client_ref=g.ref("paper"), bill=found[0], paper="P-1")
    return g.member_key(found[1].issuer, "cashier"), operation


@choice(4)
def recall_paper(g: Chooser) -> Drawn | None:
    found = bill_with(g, "paper out")
    if found is None:
        return None
    operation = RecallPaper(client_ref=g.ref("recall"), bill=found[0])
    return g.member_key(found[1].issuer, "cashier"), operation


@choice(5)
def record_refund(g: Chooser) -> Drawn | None:
    found = bill_with(g, "taken back")
    if found is None:
        return None
    ref, bill = found
    amount = 1 if g.chance(40) else g.positive(max(0, bill.paid - bill.refunded))
    operation = RecordRefund(client_ref=g.ref("refund"), bill=ref, amount_fen=amount)
    return g.member_key(bill.issuer, "cashier"), operation


@choice(12)
def grant_access(g: Chooser) -> Drawn | None:
    own = own_bill(g)
    if own is None:
        return None
    account, ref, salt = own
    purpose = g.pick(list(Purpose))
    is_entry = purpose is Purpose.ENTRY and g.chance(90)
    operation = GrantAccess(
        client_ref=g.ref("grant"), bill=ref, salt=salt,
        reader=g.of_kind("finance") if is_entry else g.pick(sorted(KINDS)),
        parts=g.pick((1, 2, 3)), purpose=purpose,
        until_ms=g.model.now_ms + g.pick((-1, DAY_MS // 8, DAY_MS, 9 * DAY_MS)),
    )  # fmt: skip
    return g.patient(account), operation


@choice(3)
def revoke_access(g: Chooser) -> Drawn | None:
    found = g.hot(list(g.model.state.grants))
    if found is None:
        return None
    account = g.model.state.grants[found].account
    operation = RevokeAccess(client_ref=g.ref("end"), bill=found[0], grant=found[1])
    return g.patient(account if g.chance(90) else None), operation


def readers_words(g: Chooser, ref: BillRef, author: str) -> tuple[str, bytes | None]:
    """Draw who hands keys on or complains, and the delivery that it reads by."""
    theirs = [
        (its.reader, name)
        for (bill, name), its in g.model.state.deliveries.items()
        if bill == ref and its.reader is not None
    ]
    if theirs and g.chance(50):
        return g.pick(theirs)
    return (g.pick(sorted(KINDS)) if g.chance(25) else author), None


@choice(14)
def deliver_key(g: Chooser) -> Drawn | None:
    drawn = g.rng.randrange(10)
    ref, grant, report = None, None, None
    if drawn < 6 and g.model.state.grants:
        ref, grant = g.hot(list(g.model.state.grants)) or (None, None)
    elif drawn < 8 and g.model.state.reports:
        ref, report = g.hot(list(g.model.state.reports)) or (None, None)
    elif (found := any_bill(g)) is not None:
        ref = found[0]
    if ref is None:
        return None
    author, own = readers_words(g, ref, g.model.state.bills[ref].issuer)
    operation = DeliverKey(
        client_ref=g.ref("deliver"), bill=ref, grant=grant, own_delivery=own, key_number=1,
        document=sidecar("document"), report=report,
    )  # fmt: skip
    return g.member_key(author, "office"), operation


@choice(4)
def report_unreadable(g: Chooser) -> Drawn | None:
    found = any_bill(g)
    if found is None:
        return None
    complainer = g.of_kind(g.pick(("finance", "medicare")))
    author, own = readers_words(g, found[0], complainer)
    operation = ReportUnreadable(
        client_ref=g.ref("report"), bill=found[0], own_delivery=own,
        reason=g.pick(list(UnreadableReason)),
    )  # fmt: skip
    return g.member_key(author, "office"), operation


@choice(8)
def enter_bill(g: Chooser) -> Drawn | None:
    grants = g.model.state.grants
    fitting = [k for k, v in grants.items() if v.purpose == Purpose.ENTRY]
    found = g.hot(fitting if fitting and g.chance(90) else list(grants))
    if found is None:
        return None
    ref, grant = found
    reader = grants[found].reader
    author = reader if KINDS.get(reader) == "finance" else g.pick(BY_KIND["finance"])
    operation = EnterBill(
        client_ref=g.ref("entry"), bill=ref, grant=grant,
        amount_fen=g.positive(g.pick((20, g.model.state.bills[ref].due))),
        unit=document("unit"),
    )  # fmt: skip
    return g.member_key(author, "clerk"), operation


@choice(3)
def revoke_entry(g: Chooser) -> Drawn | None:
    found = g.hot(list(g.model.state.of("entry")))
    if found is None:
        return None
    author = g.model.state.of("entry")[found].finance
    operation = RevokeEntry(client_ref=g.ref("out"), bill=found[0], entry=found[1])
    return g.member_key(author if g.chance(90) else g.of_kind("finance"), "clerk"), operation
