"""Builders of operations on the further axes of a bill, each with a ref of its own."""

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
from ledgerd.ledger.bill_operations import AnnounceReversal, ReverseBill
from ledgerd.ledger.claim_operations import GrantAccess
from ledgerd.ledger.days import DAY_MS
from ledgerd.ledger.fields import BillRef, Purpose
from tests.unit.ledgerd.ledger.world import (
    ANNA,
    FINANCE,
    HOSPITAL,
    World,
    bill_ref,
    document,
    owner_of,
    range_id,
    salt_of,
    sealed_parts,
)


def bind(bill: BillRef, ref: str = "bind") -> BindBill:
    return BindBill(client_ref=ref, bill=bill, owner=owner_of(bill, ANNA))


def void(bill: BillRef, ref: str = "void") -> VoidBill:
    return VoidBill(client_ref=f"{ref} {bill.number}", bill=bill)


def exchange(bill: BillRef, ref: str = "paper") -> ExchangePaper:
    return ExchangePaper(client_ref=f"{ref} {bill.number}", bill=bill, paper="P-0001")


def recall(bill: BillRef, ref: str = "recall") -> RecallPaper:
    return RecallPaper(client_ref=f"{ref} {bill.number}", bill=bill)


def refund(bill: BillRef, amount_fen: int, ref: str = "refund") -> RecordRefund:
    return RecordRefund(client_ref=f"{ref} {bill.number}", bill=bill, amount_fen=amount_fen)


def enter(bill: BillRef, grant: bytes, amount_fen: int, ref: str = "enter") -> EnterBill:
    return EnterBill(
        client_ref=f"{ref} {bill.number}",
        bill=bill,
        grant=grant,
        amount_fen=amount_fen,
        unit=document("unit"),
    )


def unenter(bill: BillRef, entry: bytes, ref: str = "unenter") -> RevokeEntry:
    return RevokeEntry(client_ref=f"{ref} {bill.number}", bill=bill, entry=entry)


def revoke(bill: BillRef, grant: bytes, ref: str = "revoke") -> RevokeAccess:
    return RevokeAccess(client_ref=f"{ref} {bill.number}", bill=bill, grant=grant)


def announce(bill: BillRef) -> AnnounceReversal:
    return AnnounceReversal(client_ref=f"announce {bill.number}", bill=bill)


def reverse(world: World, bill: BillRef, red: int = 900) -> ReverseBill:
    return ReverseBill(
        client_ref=f"reverse {bill.number}",
        bill=bill,
        red=bill_ref(red),
        range_id=range_id("range 1"),
        issue_date=world.today,
        owner=owner_of(bill_ref(red), ANNA),
        sealed=sealed_parts("red"),
    )


def entry_grant(world: World, bill: BillRef, **changes: object) -> bytes:
    """Let Anna grant finance the entry of a bill; gives the id of the grant."""
    values: dict[str, object] = {
        "client_ref": f"entry grant {bill.number}",
        "bill": bill,
        "salt": salt_of(bill),
        "reader": FINANCE,
        "parts": 3,
        "purpose": Purpose.ENTRY,
        "until_ms": world.time_ms + DAY_MS,
    }
    return world.must(ANNA, "device", GrantAccess(**{**values, **changes}))[-16:]


def entered(world: World, bill: BillRef, amount_fen: int) -> bytes:
    """Enter a bill for a unit; gives the id of the entry."""
    grant = entry_grant(world, bill)
    return world.must(FINANCE, "clerk", enter(bill, grant, amount_fen))[-16:]


def taken_back(world: World, bill: BillRef, red: int = 900) -> None:
    """Reverse a bill on which nothing was filed."""
    world.must(HOSPITAL, "cashier", reverse(world, bill, red))
