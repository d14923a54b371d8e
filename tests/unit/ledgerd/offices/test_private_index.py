"""Which bill belongs to which account."""

from ledgerd.ledger.fields import BillRef
from ledgerd.offices.drawer import Drawer
from ledgerd.offices.private_index import account_of_bill, bills_of_account, remembered
from ledgerd.storage.memory import MemoryStore
from ledgerd.storage.sealed_store import SealedStore

ANNA, BERT = b"a" * 16, b"b" * 16


def bill(number: int) -> BillRef:
    return BillRef(code="33010126", number=f"{number:010d}")


async def test_bills_are_found_by_account_and_accounts_by_bill() -> None:
    drawer = Drawer(SealedStore(MemoryStore(), bytes(32)))
    for number, account in ((2, ANNA), (1, ANNA), (3, BERT)):
        entries = remembered(bill(number), account)
        await drawer.write(lambda entries=entries: entries)

    assert bills_of_account(drawer, ANNA) == (bill(1), bill(2))
    assert account_of_bill(drawer, bill(3)) == BERT
    assert account_of_bill(drawer, bill(4)) is None


def test_a_patient_without_account_is_not_remembered() -> None:
    assert remembered(bill(1), None) == {}
