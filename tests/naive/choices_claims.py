"""What random patients and payers do with accounts, grants and claims."""

from typing import Any

from ledgerd.ledger.claim_operations import (
    ClaimItem,
    ConfirmPatient,
    DecideClaim,
    EnrolPatient,
    FileClaim,
    PayClaim,
    ReleaseExpired,
    WithdrawClaim,
)
from ledgerd.ledger.fields import BillRef
from tests.naive.choices_bills import any_bill, day
from tests.naive.choosing import Chooser, Drawn, choice
from tests.naive.objects import Bill, Claim
from tests.naive.rules_claims import filing_problems
from tests.naive.world import ACCOUNTS, BY_KIND, KINDS, ROLES
from tests.unit.ledgerd.ledger.world import document, hash_of, key_of, owner_of, salt_of


def owner_named(ref: BillRef, bill: Bill) -> bytes | None:
    """Find whose a bill is, as the patient's device knows it."""
    return next((a for a in ACCOUNTS if bill.owner == owner_of(ref, a)), None)


@choice(3)
def enrol_patient(g: Chooser) -> Drawn:
    account = g.pick(ACCOUNTS) if g.chance(60) else g.fresh("account")[:16]
    key = key_of(account) if g.chance(90) else g.pick((bytes(32), key_of(ACCOUNTS[0], "other")))
    operation = EnrolPatient(
        client_ref=g.ref("enrol"), account=account,
        registrar=g.pick(BY_KIND["medicare"] if g.chance(90) else sorted(KINDS)),
        device_key=key, sealing_key=hash_of("sealing"), record=document("record"),
    )  # fmt: skip
    return g.member_key(g.of_kind(g.pick(("hospital", "medicare"))), "clerk"), operation


@choice(4)
def confirm_patient(g: Chooser) -> Drawn | None:
    accounts = g.model.state.accounts
    if not accounts:
        return None
    waiting = [a for a, its in accounts.items() if not its.is_confirmed]
    account = g.pick(waiting) if waiting and g.chance(70) else g.pick(list(accounts))
    token = hash_of(repr(account)) if g.chance(80) else hash_of(repr(g.pick(ACCOUNTS)))
    operation = ConfirmPatient(client_ref=g.ref("confirm"), account=account, token=token)
    return g.member_key(accounts[account].registrar, "reviewer"), operation


def own_bill(g: Chooser) -> tuple[bytes, BillRef, bytes] | None:
    """Draw a bill, its owner's account and salt; sometimes the wrong ones."""
    found = any_bill(g)
    if found is None:
        return None
    ref, bill = found
    ready = [
        (r, b) for r, b in list(g.model.state.bills.items())[-40:]
        if b.owner is not None and not filing_problems(g.model, b)
    ]  # fmt: skip
    if ready and g.chance(80):
        ref, bill = g.pick(ready)
    account = owner_named(ref, bill) or g.pick(ACCOUNTS)
    if g.chance(4):
        account = g.pick(ACCOUNTS)
    return account, ref, salt_of(ref) if g.chance(98) else g.fresh("salt")


def claim_items(g: Chooser) -> tuple[bytes, tuple[ClaimItem, ...]] | None:
    """Draw an account and bills of it, mostly its own, with what it asks of each."""
    own = own_bill(g)
    if own is None:
        return None
    account, ref, salt = own
    refs = [ref]
    while g.chance(30) and len(refs) < 4:
        another = own_bill(g)
        if another and (another[0] == account or g.chance(5)):
            refs.append(another[1])
    items = tuple(
        ClaimItem(bill=r, salt=salt_of(r) if i else salt,
                  amount_fen=g.positive(g.model.state.bills[r].total))
        for i, r in enumerate(refs)
    )  # fmt: skip
    if g.chance(1):
        items = tuple(ClaimItem(bill=i.bill, salt=i.salt, amount_fen=10**12) for i in items)
    return account, items


@choice(24)
def file_claim(g: Chooser) -> Drawn | None:
    drawn = claim_items(g)
    if drawn is None:
        return None
    account, items = drawn
    payers = (*BY_KIND["insurer"], *BY_KIND["insurer"], *BY_KIND["medicare"])
    payer = g.pick(payers) if g.chance(98) else g.pick(sorted(KINDS))
    operation = FileClaim(client_ref=g.ref("claim"), date=day(g), payer=payer, items=items)
    return g.patient(account), operation


def any_claim(g: Chooser, *states: str) -> tuple[bytes, Claim] | None:
    """Draw a claim, mostly one in these states."""
    claims = g.model.state.claims
    fitting = [key for key, its in list(claims.items())[-30:] if its.state in states]
    key = g.pick(fitting) if fitting and g.chance(85) else g.hot(list(claims))
    return None if key is None else (key, claims[key])


@choice(20)
def decide_claim(g: Chooser) -> Drawn | None:
    found = any_claim(g, "filed")
    if found is None:
        return None
    key, claim = found
    amounts: list[int] = [g.amount(asked) for asked in claim.asked]
    if g.chance(30):
        amounts = [min(asked, 30) for asked in claim.asked]
    if g.chance(10):
        amounts = [0] * len(amounts)
    if g.chance(2):
        amounts = [*amounts, 0][:16]
    operation = DecideClaim(
        client_ref=g.ref("decide"), claim=key, amounts=tuple(amounts),
        reasoning=document("reasons") if g.chance(10) else None,
    )  # fmt: skip
    return g.member_key(claim.payer, "office", "reviewer"), operation


@choice(14)
def pay_claim(g: Chooser) -> Drawn | None:
    found = any_claim(g, "decided")
    if found is None:
        return None
    key, claim = found
    total = sum(claim.amounts) if g.chance(95) else sum(claim.amounts) + 1
    operation: Any = PayClaim(client_ref=g.ref("payout"), claim=key, amount_fen=max(1, total))
    return g.member_key(claim.payer, "office", "cashier"), operation


@choice(4)
def withdraw_claim(g: Chooser) -> Drawn | None:
    found = any_claim(g, "filed")
    if found is None:
        return None
    operation = WithdrawClaim(client_ref=g.ref("withdraw"), claim=found[0])
    return g.patient(found[1].account if g.chance(95) else None), operation


@choice(5)
def release_expired(g: Chooser) -> Drawn | None:
    found = any_claim(g, "filed", "decided")
    if found is None:
        return None
    late = [k for k, c in g.model.state.claims.items()
            if c.state in {"filed", "decided"} and c.expires_ms <= g.model.now_ms]  # fmt: skip
    key = g.pick(late) if late and g.chance(80) else found[0]
    operation = ReleaseExpired(client_ref=g.ref("release"), claim=key)
    if g.chance(30):
        return g.patient(), operation
    return g.member_key(g.pick(sorted(KINDS)), *ROLES), operation
