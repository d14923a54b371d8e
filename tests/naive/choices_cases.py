"""How random investigators, parties and judges go on with cases."""

from typing import Any

from ledgerd.ledger.case_operations import (
    AlertClass,
    AppealCase,
    AssignCase,
    CloseCase,
    OpenCase,
    RaiseAlert,
    ReportFinding,
    ReviewCase,
)
from ledgerd.primitives.identifiers import client_ref_hash, party_commitment
from tests.naive.choices_bills import any_bill, day
from tests.naive.choosing import Chooser, Drawn, choice
from tests.naive.model import named
from tests.naive.world import ACCOUNTS, BY_KIND, Hand
from tests.unit.ledgerd.ledger.world import HOSPITAL, document, hash_of

SALT = hash_of("salt of a party")
INVESTIGATORS = ("finance", "medicare", "insurer")
PARTIES = (HOSPITAL.encode(), *ACCOUNTS[:2])


@choice(1)
def raise_alert(g: Chooser) -> Drawn:
    operation = RaiseAlert(
        client_ref=g.ref("alert"), date=day(g), rule="split-stay",
        result=g.pick(list(AlertClass)), evidence=document("evidence"),
    )  # fmt: skip
    return g.member_key(g.of_kind(g.pick(INVESTIGATORS)), "office"), operation


@choice(3)
def open_case(g: Chooser) -> Drawn:
    ref, date, opener = g.ref("case"), day(g), g.of_kind(g.pick(INVESTIGATORS))
    alert = g.hot(list(g.model.state.of("alert"))) if g.chance(60) else None
    if alert is not None and g.chance(90):
        opener = g.model.state.of("alert")[alert].institution
    key = named(b"q", opener, date, client_ref_hash(opener.encode(), ref)[:16])
    parties = [party_commitment(key, party, SALT) for party in PARTIES]
    drawn = [any_bill(g) for _ in range(g.rng.randrange(3))]
    operation = OpenCase(
        client_ref=ref, date=date, rule="split-stay", alert=alert,
        parties=tuple(parties if g.chance(97) else parties * 2), subject=document("subject"),
        holds=tuple(each[0] for each in drawn if each is not None),
    )  # fmt: skip
    return g.member_key(opener, "reviewer"), operation


def any_case(g: Chooser, *states: str) -> tuple[bytes, Any] | None:
    cases = g.model.state.of("case")
    fitting = [key for key, case in cases.items() if case.state in states]
    key = g.hot(fitting) if fitting and g.chance(85) else g.hot(list(cases))
    return None if key is None else (key, cases[key])


@choice(8)
def assign_case(g: Chooser) -> Drawn | None:
    found = any_case(g, "open", "assigned", "appealed")
    if found is None:
        return None
    key, case = found
    assignee = g.of_kind(g.pick(INVESTIGATORS)) if g.chance(97) else g.of_kind("hospital")
    theirs = g.member_key(assignee, "reviewer" if g.chance(95) else "clerk")
    operation = AssignCase(
        client_ref=g.ref("assign"), case=key, assignee=assignee, key=theirs.public_key
    )
    return g.member_key(case.opener, "reviewer"), operation


def assigned_hand(g: Chooser, case: Any) -> Hand:
    if case.assignee is not None and g.chance(90):
        return Hand(*case.assignee)
    return g.member_key(case.opener, "reviewer")


@choice(6)
def report_finding(g: Chooser) -> Drawn | None:
    found = any_case(g, "assigned")
    if found is None:
        return None
    operation = ReportFinding(
        client_ref=g.ref("finding"), case=found[0], finding=document("finding")
    )
    return assigned_hand(g, found[1]), operation


@choice(7)
def appeal_case(g: Chooser) -> Drawn | None:
    found = any_case(g, "found", "reviewed")
    if found is None:
        return None
    operation = AppealCase(
        client_ref=g.ref("object"), case=found[0],
        salt=SALT if g.chance(95) else g.fresh("salt"), reasons=document("reasons"),
    )  # fmt: skip
    if g.chance(50):
        return g.member_key(g.pick(BY_KIND["hospital"]), "clerk"), operation
    return g.patient(), operation


@choice(7)
def review_case(g: Chooser) -> Drawn | None:
    found = any_case(g, "appealed")
    if found is None:
        return None
    operation = ReviewCase(client_ref=g.ref("review"), case=found[0], opinion=document("opinion"))
    if g.chance(15):
        return g.member_key(g.of_kind(g.pick(INVESTIGATORS)), "reviewer"), operation
    return assigned_hand(g, found[1]), operation


@choice(2)
def close_case(g: Chooser) -> Drawn | None:
    found = any_case(g, "found", "reviewed", "open")
    if found is None:
        return None
    operation = CloseCase(client_ref=g.ref("close"), case=found[0])
    return g.member_key(found[1].opener, "reviewer"), operation
