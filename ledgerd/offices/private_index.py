"""Which bill belongs to which account, as the issuer knows it; sealed, never on chain.

Source: domain.md section 8.
"""

from typing import Final

from ledgerd.ledger.fields import BillRef
from ledgerd.offices.drawer import Drawer
from ledgerd.storage.sealed_store import Entry

ACCOUNT_OF_BILL: Final = "account-of-bill"
BILLS_OF_ACCOUNT: Final = "bills-of-account"
ACCOUNT_BYTES: Final = 16


def remembered(bill: BillRef, account: bytes | None) -> dict[Entry, bytes | None]:
    """Give the entries that remember whose a bill is; none for a patient without account."""
    if account is None:
        return {}
    name = _name(bill)
    return {(ACCOUNT_OF_BILL, name): account, (BILLS_OF_ACCOUNT, account + name): b""}


def forgotten(drawer: Drawer, bill: BillRef) -> tuple[Entry, ...]:
    """Name the entries that go when nobody may know any more whose a bill is."""
    name = _name(bill)
    account = drawer.get(ACCOUNT_OF_BILL, name)
    known = () if account is None else ((BILLS_OF_ACCOUNT, account + name),)
    return ((ACCOUNT_OF_BILL, name), *known)


def account_of_bill(drawer: Drawer, bill: BillRef) -> bytes | None:
    """Say whose bill it is, when this house issued it."""
    return drawer.get(ACCOUNT_OF_BILL, _name(bill))


def bills_of_account(drawer: Drawer, account: bytes) -> tuple[BillRef, ...]:
    """List the bills that this house issued to an account, by code and number."""
    names = sorted(
        key[ACCOUNT_BYTES:].decode("ascii")
        for key, _ in drawer.items(BILLS_OF_ACCOUNT)
        if key.startswith(account)
    )
    return tuple(BillRef(code=name[:8], number=name[8:]) for name in names)


def _name(bill: BillRef) -> bytes:
    return (bill.code + bill.number).encode("ascii")
