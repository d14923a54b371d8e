"""What a chore is about stands in its subject."""

from ledgerd.ledger.fields import BillRef
from ledgerd.ledger.state_keys import bill_key, grant_key
from ledgerd.offices.chore import Chore, ChoreKind, bill_of_key, device_of_key, ref_of

REF = BillRef(code="33010126", number="0000000001")


def test_bill_and_device_are_read_from_the_subject() -> None:
    subject = bill_key(REF.code, REF.number) + b"d" * 32

    assert bill_of_key(subject) == REF
    assert bill_of_key(grant_key(REF.code, REF.number, bytes(16))) == REF
    assert device_of_key(subject) == b"d" * 32


def test_the_ref_of_an_act_names_the_act_and_fits() -> None:
    chore = Chore(kind=ChoreKind.DELIVER_ANEW, author="0" * 18, subject=b"s")

    assert ref_of(chore).startswith("auto/deliver_anew/")
    assert ref_of(chore, "report").startswith("auto/report/")
    assert len(ref_of(chore)) <= 64
