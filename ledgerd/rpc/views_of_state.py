"""Objects of the state as answers show them.

Rules: pure; public fields only, for nothing else stands in the state.
"""

from ledgerd.chain.transaction import SCHEME_ED25519
from ledgerd.ledger import governance_objects as go, number_objects as no, objects as o
from ledgerd.ledger.fields import BillRef, BillType, Parts
from ledgerd.ledger.patient_objects import Account, AccountKey
from ledgerd.node.views import Head
from ledgerd.rpc import answers as a
from ledgerd.rpc.naming import bill_text

PARTS_TEXT = {Parts.FACE: "face", Parts.LINES: "lines", Parts.FACE | Parts.LINES: "face_and_lines"}


def bill_name(bill: BillRef | None) -> str:
    """Name a bill; empty for none."""
    return "" if bill is None else bill_text(bill.code, bill.number)


def bill_view(ref: BillRef, bill: o.Bill) -> a.BillView:
    """Show a bill."""
    return a.BillView(
        bill=bill_name(ref),
        issuer=bill.issuer,
        issued_ms=bill.issued_ms,
        total_fen=bill.total_fen,
        public_fen=bill.public_fen,
        paid_fen=bill.paid_fen,
        state=bill_state(bill),
        payment=_payment(bill),
        sidecar=bill.sealed.sidecar.sidecar_hash.hex(),
        related=bill_name(bill.related),
        settlement="" if bill.settlement is None else bill.settlement.hex(),
        shares=tuple(_share_view(position) for position in bill.payers),
        owner="none" if bill.owner is None else "bound",
        paper=_paper(bill),
        paper_number="" if bill.paper is None else bill.paper.number,
        entry=_entry(bill),
        refunded_fen=bill.refunded_fen,
    )


def bill_state(bill: o.Bill) -> str:
    """Name the place of a bill on the axis of its issue: the furthest it has come."""
    if bill.bill_type == BillType.RED:
        return "red"
    if bill.is_taken_back:
        return "reversed" if bill.reversed is not None else "voided"
    if bill.announced is not None:
        return "announced"
    return "issued" if bill.supervised is None else "supervised"


def claim_view(key: bytes, claim: o.Claim) -> a.ClaimView:
    """Show a claim."""
    state = o.ClaimState(claim.state)
    reserved_fen = claim.reserved_fen
    return a.ClaimView(
        claim=key.hex(),
        bills=tuple(bill_name(item.bill) for item in claim.bills),
        payer=claim.payer,
        account=claim.account.hex(),
        asked_fen=sum(claim.asked_amounts),
        reserved_fen=reserved_fen if state is o.ClaimState.DECIDED else 0,
        paid_fen=claim.paid_fen,
        state=state.name.lower(),
        expires_ms=claim.expires_ms,
        recovered_fen=sum(sum(recovery.amounts) for recovery in claim.recoveries),
        awaits_documents=claim.awaits_documents,
        appealed=claim.appeal is not None,
    )


def settlement_view(key: bytes, settlement: o.Settlement, at: tuple[int, str]) -> a.SettlementView:
    """Show a settlement as read at (height, state root)."""
    height, state_root = at
    return a.SettlementView(
        height=height,
        state_root=state_root,
        settlement=key.hex(),
        author=key[1:19].decode("ascii"),
        hospital=settlement.hospital,
        total_fen=settlement.total_fen,
        public_fen=settlement.public_fen,
        state=o.SettlementState(settlement.state).name.lower(),
        bill=bill_name(settlement.bill),
    )


def range_view(
    key: bytes, numbers: no.NumberRange, authority: str, highest_used: int | None
) -> a.RangeView:
    """Show a range of numbers; ``key`` is its state key."""
    return a.RangeView(
        holder=numbers.holder,
        code=key[1:9].decode("ascii"),
        first=numbers.first,
        count=numbers.last - numbers.first + 1,
        allotted_by=authority,
        range_id=key[10:].hex(),
        parent="" if numbers.parent is None else numbers.parent.hex(),
        level=numbers.level,
        highest_used=highest_used,
    )


def member_view(record: go.InstitutionRecord) -> a.MemberView:
    """Show an institution."""
    institution = record.institution
    return a.MemberView(
        institution=institution.institution_id,
        kind=institution.kind,
        name=institution.name,
        hosted_by=institution.hosted_by or "",
        state=member_state(record),
        addresses=institution.addresses,
        operator_keys=len(institution.operator_keys),
        encryption_keys=len(institution.encryption_keys),
    )


def member_state(record: go.InstitutionRecord) -> str:
    """Name the standing of an institution."""
    if record.suspended is not None:
        return "suspended"
    return "validator" if record.is_validator else "member"


def account_view(account_id: bytes, account: Account, at: Head) -> a.AccountView:
    """Show an account as read at the last block; keys are in force at its time."""
    return a.AccountView(
        height=at.height,
        state_root=at.state_root.hex(),
        account=account_id.hex(),
        state="enrolled" if account.confirmed is None else "confirmed",
        enrolled_by=account.enroller,
        key_count=len(account.keys),
        keys=tuple(_key_view(key, at.time_ms) for key in account.keys),
    )


def _key_view(key: AccountKey, now_ms: int) -> a.KeyView:
    unready = "delayed" if key.is_confirmed else "waiting"
    return a.KeyView(
        key=key.key_id.hex(),
        scheme="ed25519" if key.scheme == SCHEME_ED25519 else "passkey",
        public_key=key.public_key.hex(),
        seal_key=key.sealing_key.hex(),
        since_ms=key.since_ms,
        acts_from_ms=key.acts_from_ms,
        state="in_force" if key.is_in_force(now_ms) else unready,
    )


def grant_view(key: bytes, grant: o.Grant, *, is_delivered: bool) -> a.GrantView:
    """Show a grant; ``key`` is its state key."""
    return a.GrantView(
        grant=key[20:].hex(),
        account=grant.account.hex(),
        bill=bill_text(key[1:9].decode("ascii"), key[9:19].decode("ascii")),
        reader=grant.reader,
        parts=PARTS_TEXT[Parts(grant.parts)],
        until_ms=grant.until_ms,
        delivered=is_delivered,
    )


def _share_view(position: o.PayerPosition) -> a.ShareView:
    return a.ShareView(
        payer=position.payer,
        state=o.PayerState(position.state).name.lower(),
        reserved_fen=position.reserved_fen,
        paid_fen=position.paid_fen,
        claim="" if position.claim is None else position.claim.hex(),
    )


def _paper(bill: o.Bill) -> str:
    if bill.paper is None:
        return "none"
    return "exchanged" if bill.is_paper_out else "voided"


def _entry(bill: o.Bill) -> str:
    if bill.payer(o.EMPLOYER) is None:
        return "none"
    return "entered" if bill.is_entered else "revoked"


def _payment(bill: o.Bill) -> str:
    if bill.refunded_fen:
        return "refunded"
    if bill.is_paid_in_full:
        return "paid"
    return "part" if bill.paid_fen else "unpaid"
