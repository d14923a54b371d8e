"""What follows random claims: documents, appeals, recoveries, assistance."""

from typing import Any

from ledgerd.ledger.assistance_operations import ApplyAssistance, DecideAssistance
from ledgerd.ledger.redress_operations import (
    Appeal,
    RecoverPayment,
    RequestSupplement,
    SupplyDocuments,
)
from tests.naive.choices_bills import day
from tests.naive.choices_claims import any_claim, claim_items
from tests.naive.choosing import Chooser, Drawn, choice
from tests.naive.objects import Claim
from tests.naive.world import BY_KIND, KINDS
from tests.unit.ledgerd.ledger.world import document


@choice(5)
def request_supplement(g: Chooser) -> Drawn | None:
    found = any_claim(g, "filed")
    if found is None:
        return None
    operation = RequestSupplement(
        client_ref=g.ref("ask"), claim=found[0], request=document("request")
    )
    return g.member_key(found[1].payer, "office", "reviewer"), operation


@choice(4)
def supply_documents(g: Chooser) -> Drawn | None:
    claims = g.model.state.claims
    asked = [k for k, c in claims.items() if c.supplement_until_ms is not None and c.is_open]
    found = any_claim(g, "filed")
    if found is None:
        return None
    key = g.pick(asked) if asked and g.chance(75) else found[0]
    operation = SupplyDocuments(
        client_ref=g.ref("supply"), claim=key, documents=(document("papers"),)
    )
    return g.patient(claims[key].account if g.chance(95) else None), operation


def more(g: Chooser, claim: Claim) -> tuple[int, ...]:
    return tuple(g.pick((0, 1, 5, 20, 101)) for _ in claim.bills)


@choice(8)
def appeal(g: Chooser) -> Drawn | None:
    found = any_claim(g, "paid", "refused")
    if found is None:
        return None
    key, claim = found
    amounts = more(g, claim) if g.chance(97) else (*more(g, claim), 0)[:16]
    operation = Appeal(
        client_ref=g.ref("appeal"), claim=key, amounts=amounts, reasons=document("reasons")
    )
    return g.patient(claim.account if g.chance(96) else None), operation


@choice(6)
def recover_payment(g: Chooser) -> Drawn | None:
    found = any_claim(g, "paid")
    if found is None:
        return None
    key, claim = found
    paid = [g.model.state.bills[ref].payers[claim.slot].paid for ref, _ in claim.bills]
    amounts: tuple[int, ...] = tuple(g.amount(each) for each in paid)
    if g.chance(40):
        amounts = tuple(min(1, each) for each in paid)
    operation: Any = RecoverPayment(client_ref=g.ref("recover"), claim=key, amounts=amounts)
    return g.member_key(claim.payer, "office", "cashier"), operation


@choice(7)
def apply_assistance(g: Chooser) -> Drawn | None:
    drawn = claim_items(g)
    if drawn is None:
        return None
    account, items = drawn
    bureau = g.pick(BY_KIND["medicare"]) if g.chance(97) else g.pick(sorted(KINDS))
    operation = ApplyAssistance(
        client_ref=g.ref("apply"), date=day(g), bureau=bureau, items=items,
        reasons=document("need"),
    )  # fmt: skip
    return g.patient(account), operation


@choice(7)
def decide_assistance(g: Chooser) -> Drawn | None:
    claims = g.model.state.claims
    fitting = [k for k, c in claims.items() if c.slot == "aid" and c.state == "filed"]
    found = any_claim(g, "filed")
    if found is None:
        return None
    key = g.pick(fitting) if fitting and g.chance(90) else found[0]
    amounts = tuple(g.amount(asked) for asked in claims[key].asked)
    if g.chance(40):
        amounts = tuple(min(asked, 10) for asked in claims[key].asked)
    operation = DecideAssistance(client_ref=g.ref("aid"), application=key, amounts=amounts)
    return g.member_key(claims[key].payer, "reviewer"), operation
