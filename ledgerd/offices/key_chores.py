"""Chores of delivering keys: which an event makes, and whether one is still wanted.

Rules: as in ``chores``. The owner's account is known here only for bills that this house issued or
bound; the chain does not tell it.

Source: domain.md sections 3 and 4.
"""

from collections.abc import Iterator
from typing import Final

from ledgerd.ledger import axis_events as x, events as e, state_keys
from ledgerd.ledger.authors import ref_of as author_ref
from ledgerd.ledger.fields import BillRef, UnreadableReason
from ledgerd.ledger.patient_events import PatientKeyAdded
from ledgerd.ledger.queries import (
    account_of,
    bill_of,
    bureau_of_settlement,
    delivery_of,
    grant_of,
    report_of,
)
from ledgerd.offices.chore import Chore, ChoreKind, bill_of_key, device_of_key, ref_of
from ledgerd.offices.house import House
from ledgerd.offices.private_index import account_of_bill, bills_of_account
from ledgerd.offices.readers import ReadingRoom

FACE_ONLY: Final = 1
KeyEvent = e.AccessGranted | e.UnreadableReported | x.BillBound | PatientKeyAdded


class KeyChores:
    """The part of the book of chores that is about keys."""

    def __init__(self, house: House, room: ReadingRoom) -> None:
        self._house = house
        self._room = room

    def chores_of(self, event: KeyEvent) -> Iterator[Chore]:
        """Give the chores of one event, for the institutions of this house."""
        match event:
            case e.AccessGranted():
                yield from self._of_grant(event)
            case e.UnreadableReported(bill=bill, reason=reason):
                if reason == UnreadableReason.DOES_NOT_OPEN:
                    subject = state_keys.report_key(bill.code, bill.number, event.report)
                    yield from self._chore(ChoreKind.DELIVER_ANEW, event.issuer, subject)
            case x.BillBound(bill=bill, binder=binder):
                account = account_of_bill(self._house.drawer, bill)
                if account is not None and self._house.is_ours(binder):
                    yield from self._of_devices(bill, binder, self._devices(account))
            case PatientKeyAdded(account=account, key=key):
                added = self._device(account, key)
                for bill in bills_of_account(self._house.drawer, account):
                    yield from self._of_devices(bill, self._server(bill), added)

    def is_wanted(self, chore: Chore) -> bool:
        """Ask the state whether the keys are still to be delivered."""
        ref, last = bill_of_key(chore.subject), chore.subject[-state_keys.REF_BYTES :]
        match chore.kind:
            case ChoreKind.DELIVER_ANEW:
                report = report_of(self._house.state, ref, last)
                return report is not None and report.answered is None
            case ChoreKind.DEVICE:
                return self._is_device_waiting(chore, ref)
            case _:
                return self._is_grant_waiting(ref, last)

    def _of_grant(self, event: e.AccessGranted) -> Iterator[Chore]:
        subject = state_keys.grant_key(event.bill.code, event.bill.number, event.grant)
        yield from self._chore(ChoreKind.DELIVER, event.issuer, subject)
        for reader in self._other_readers(event):
            if reader not in (event.issuer, event.reader):
                yield from self._chore(ChoreKind.STEP_IN, reader, subject)

    def _other_readers(self, event: e.AccessGranted) -> Iterator[str]:
        """Give who else can show on chain that it reads what is granted."""
        bill = bill_of(self._house.state, event.bill)
        if bill is None:
            return
        if bill.settlement is not None:
            yield bureau_of_settlement(bill.settlement)
        if bill.supervisor is not None and event.parts == FACE_ONLY:
            yield bill.supervisor
        for delivery in self._room.deliveries(event.bill):
            if delivery.reader is not None and event.parts & ~delivery.parts == 0:
                yield delivery.reader

    def _is_grant_waiting(self, ref: BillRef, grant_id: bytes) -> bool:
        grant = grant_of(self._house.state, ref, grant_id)
        bill = bill_of(self._house.state, ref)
        now_ms = self._house.node.reads.head().time_ms
        if grant is None or bill is None or not grant.is_in_force(now_ms):
            return False
        if bill.erased & grant.parts:
            return False
        return all(delivery.grant != grant_id for delivery in self._room.deliveries(ref))

    def _is_device_waiting(self, chore: Chore, ref: BillRef) -> bool:
        bill = bill_of(self._house.state, ref)
        account_id = account_of_bill(self._house.drawer, ref)
        if bill is None or bill.erased or account_id is None:
            return False
        if device_of_key(chore.subject) not in self._devices(account_id):
            return False
        delivery = author_ref(chore.author.encode("ascii"), ref_of(chore))
        return delivery_of(self._house.state, ref, delivery) is None

    def _of_devices(
        self, bill: BillRef, author: str, devices: tuple[bytes, ...]
    ) -> Iterator[Chore]:
        for device in devices:
            subject = state_keys.bill_key(bill.code, bill.number) + device
            yield from self._chore(ChoreKind.DEVICE, author, subject)

    def _server(self, ref: BillRef) -> str:
        """Say who serves the owner's devices: the issuer, else who bound the bill."""
        bill = bill_of(self._house.state, ref)
        if bill is None:
            return ""
        if self._house.is_ours(bill.issuer):
            return bill.issuer
        return bill.binder or ""

    def _devices(self, account_id: bytes) -> tuple[bytes, ...]:
        account = account_of(self._house.state, account_id)
        return () if account is None else account.sealing_keys

    def _device(self, account_id: bytes, key: bytes) -> tuple[bytes, ...]:
        account = account_of(self._house.state, account_id)
        named = None if account is None else account.key_named(key)
        return () if named is None else (named.sealing_key,)

    def _chore(self, kind: ChoreKind, author: str, subject: bytes) -> Iterator[Chore]:
        if self._house.is_ours(author):
            yield Chore(kind=kind, author=author, subject=subject)
