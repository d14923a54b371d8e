"""Builders for redress, cases and assistance."""

from ledgerd.ledger import state_keys
from ledgerd.ledger.assistance_operations import ApplyAssistance, DecideAssistance
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
from ledgerd.ledger.claim_operations import ClaimItem
from ledgerd.ledger.fields import BillRef
from ledgerd.ledger.redress_operations import (
    Appeal,
    RecoverPayment,
    RequestSupplement,
    SupplyDocuments,
)
from ledgerd.primitives.identifiers import client_ref_hash, party_commitment
from tests.unit.ledgerd.ledger.world import (
    ANNA,
    HOSPITAL,
    MEDICARE,
    document,
    hash_of,
    key_of,
    salt_of,
)

PARTY_SALTS = {ANNA: hash_of("salt of anna"), HOSPITAL.encode(): hash_of("salt of hospital")}


def request_supplement(claim: bytes, ref: str = "request") -> RequestSupplement:
    return RequestSupplement(client_ref=ref, claim=claim, request=document(ref))


def supply(claim: bytes, ref: str = "supply") -> SupplyDocuments:
    return SupplyDocuments(client_ref=ref, claim=claim, documents=(document(ref),))


def appeal(claim: bytes, *amounts: int, ref: str = "appeal") -> Appeal:
    return Appeal(client_ref=ref, claim=claim, amounts=amounts, reasons=document(ref))


def recover(claim: bytes, *amounts: int, ref: str = "recover") -> RecoverPayment:
    return RecoverPayment(client_ref=ref, claim=claim, amounts=amounts)


def alert(today: int, ref: str = "alert") -> RaiseAlert:
    return RaiseAlert(
        client_ref=ref,
        date=today,
        rule="split-stay",
        result=AlertClass.SUSPICION,
        evidence=document(ref),
    )


def case_key(opener: str, today: int, ref: str = "case") -> bytes:
    return state_keys.case_key(opener, today, client_ref_hash(opener.encode(), ref)[:16])


def open_case(
    opener: str, today: int, *holds: BillRef, ref: str = "case", from_alert: bytes | None = None
) -> OpenCase:
    key = case_key(opener, today, ref)
    return OpenCase(
        client_ref=ref,
        date=today,
        rule="split-stay",
        alert=from_alert,
        parties=tuple(party_commitment(key, p, salt) for p, salt in PARTY_SALTS.items()),
        subject=document(ref),
        holds=holds,
    )


def assign(case: bytes, assignee: str, ref: str = "assign", role: str = "reviewer") -> AssignCase:
    return AssignCase(
        client_ref=ref,
        case=case,
        assignee=assignee,
        key=key_of(assignee, role),
        file=document(ref),
    )


def finding(case: bytes, ref: str = "finding") -> ReportFinding:
    return ReportFinding(client_ref=ref, case=case, finding=document(ref))


def appeal_case(case: bytes, party: bytes, ref: str = "appeal case") -> AppealCase:
    salt = PARTY_SALTS[party]
    return AppealCase(client_ref=ref, case=case, salt=salt, reasons=document(ref))


def review(case: bytes, ref: str = "review") -> ReviewCase:
    return ReviewCase(client_ref=ref, case=case, opinion=document(ref))


def close(case: bytes, ref: str = "close") -> CloseCase:
    return CloseCase(client_ref=ref, case=case)


def application(
    bills: tuple[BillRef, ...], today: int, bureau: str = MEDICARE, *, amount_fen: int = 100_00
) -> ApplyAssistance:
    items = tuple(ClaimItem(bill=b, salt=salt_of(b), amount_fen=amount_fen) for b in bills)
    names = " ".join(item.bill.number for item in items)
    return ApplyAssistance(
        client_ref=f"apply {names} {bureau[-2:]}",
        date=today,
        bureau=bureau,
        items=items,
        reasons=document("reasons"),
    )


def decide_aid(application: bytes, *amounts: int, ref: str = "decide aid") -> DecideAssistance:
    return DecideAssistance(
        client_ref=ref, application=application, amounts=amounts, reasoning=document(ref)
    )
