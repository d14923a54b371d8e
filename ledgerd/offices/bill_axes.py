"""The further axes of a bill at the counter: owner, voiding, paper, refunds, entries.

Rules: an owner is bound after the person's identity was checked; the salt of the commitment stands
in the face, so only who reads the face can bind. For which unit a bill is entered is sealed for
finance and the patient's devices.

Source: domain.md sections 3 and 4.
"""

from ledgerd.ledger.axis_operations import (
    BindBill,
    EnterBill,
    ExchangePaper,
    RecallPaper,
    RecordRefund,
    RevokeEntry,
    VoidBill,
)
from ledgerd.ledger.operations import Operation
from ledgerd.ledger.queries import account_of, grant_of
from ledgerd.offices.acting import Desk, Draft
from ledgerd.offices.documents import enclose
from ledgerd.offices.faces import owner_salt
from ledgerd.offices.hospital import bill_ref
from ledgerd.offices.private_index import remembered
from ledgerd.offices.readers import ReadingRoom
from ledgerd.primitives.canonical import encode
from ledgerd.primitives.identifiers import BillKey, owner_commitment
from ledgerd.primitives.wrapping import DeviceReader, Reader
from ledgerd.rpc import requests as r, requests_bill as rb
from ledgerd.rpc.answers import Outcome
from ledgerd.rpc.codes import RpcCode, RpcFailure


class BillAxes:
    """For the institutions of this house."""

    def __init__(self, desk: Desk, room: ReadingRoom) -> None:
        self._desk = desk
        self._room = room

    async def bind(self, request: rb.BillBind) -> Outcome:
        """Give a bill its owner, with the salt that stands in its face.

        Raises:
            RpcFailure: no such bill or account, or the face is not readable here.
        """

        async def compose(_: bytes) -> Draft:
            return await self._binding(request)

        return await self._desk.act(request, compose)

    async def _binding(self, request: rb.BillBind) -> Draft:
        house = self._desk.house
        ref, account = bill_ref(request.bill), bytes.fromhex(request.account)
        if account_of(house.state, account) is None:
            raise RpcFailure(RpcCode.NOT_FOUND, "no account of this id", field="account")
        author = request.author or house.own
        opened = await self._room.open_for_request(ref, author, "binding")
        if opened.face is None:
            raise RpcFailure(RpcCode.UNAUTHORISED, "only who reads the face binds its bill")
        salt = owner_salt(opened.face)
        owner = owner_commitment(BillKey(ref.code, ref.number), account, salt)
        operation = BindBill(client_ref=request.client_ref, bill=ref, owner=owner)
        return Draft((operation,), notes=lambda: remembered(ref, account))

    async def void(self, request: r.BillAct) -> Outcome:
        """Take a bill back that is not supervised."""
        return await self._act(
            request, VoidBill(client_ref=request.client_ref, bill=bill_ref(request.bill))
        )

    async def exchange_paper(self, request: rb.BillExchangePaper) -> Outcome:
        """Say that a paper bill was handed out."""
        operation = ExchangePaper(
            client_ref=request.client_ref, bill=bill_ref(request.bill), paper=request.paper
        )
        return await self._act(request, operation)

    async def recall_paper(self, request: r.BillAct) -> Outcome:
        """Say that the paper bill came back."""
        return await self._act(
            request, RecallPaper(client_ref=request.client_ref, bill=bill_ref(request.bill))
        )

    async def refund(self, request: rb.BillRefund) -> Outcome:
        """Record what the patient got back."""
        operation = RecordRefund(
            client_ref=request.client_ref,
            bill=bill_ref(request.bill),
            amount_fen=request.amount_fen,
        )
        return await self._act(request, operation)

    async def enter(self, request: rb.EntryEnter) -> Outcome:
        """Enter a bill for a unit."""

        async def compose(_: bytes) -> Draft:
            return self._entry(request)

        return await self._desk.act(request, compose)

    def _entry(self, request: rb.EntryEnter) -> Draft:
        house = self._desk.house
        author = request.author or house.own
        ref, grant_id = bill_ref(request.bill), bytes.fromhex(request.grant)
        grant = grant_of(house.state, ref, grant_id)
        if grant is None:
            raise RpcFailure(RpcCode.NOT_FOUND, "no grant of this id", field="grant")
        account = account_of(house.state, grant.account)
        devices = () if account is None else account.sealing_keys
        readers: list[Reader] = [DeviceReader(key) for key in devices]
        readers.append(self._room.reader(author, author, 0))
        unit = enclose(encode(request.unit), readers, house.entropy)
        operation = EnterBill(
            client_ref=request.client_ref,
            bill=ref,
            grant=grant_id,
            amount_fen=request.amount_fen,
            unit=unit.document,
        )
        return Draft((operation,), (unit.sidecar,))

    async def revoke_entry(self, request: rb.EntryRevoke) -> Outcome:
        """Take an own entry back."""
        operation = RevokeEntry(
            client_ref=request.client_ref,
            bill=bill_ref(request.bill),
            entry=bytes.fromhex(request.entry),
        )
        return await self._act(request, operation)

    async def _act(self, request: r.Act, operation: Operation) -> Outcome:
        async def compose(_: bytes) -> Draft:
            return Draft((operation,))

        return await self._desk.act(request, compose)
