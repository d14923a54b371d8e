"""The hospital's office: issues bills, records payments, reverses, delivers keys.

Rules: a bill's content is checked before anything is taken or sealed. Readers of a bill: issuer,
patient's devices and the competent medicare bureau both parts, finance the face.

Source: domain.md sections 3 and 4.
"""

from ledgerd.ledger.bill_operations import (
    AnnounceReversal,
    IssueBill,
    RecordPayment,
    ReverseBill,
)
from ledgerd.ledger.days import day_of
from ledgerd.ledger.fields import BillRef, BillType, PublicPosition
from ledgerd.ledger.operations import Operation
from ledgerd.ledger.queries import account_of
from ledgerd.offices.acting import Desk, Draft
from ledgerd.offices.content import public_fen, require_sound
from ledgerd.offices.enrolling import Enrolment
from ledgerd.offices.faces import face_leaves, line_leaves, restamped
from ledgerd.offices.numbers import NumberDesk, TakenNumber
from ledgerd.offices.private_index import account_of_bill, remembered
from ledgerd.offices.readers import OpenedBill, ReadingRoom
from ledgerd.offices.sealing_bills import BillSealer, Circle, SealedBill
from ledgerd.rpc import requests as r
from ledgerd.rpc.answers import Outcome
from ledgerd.rpc.codes import RpcCode, RpcFailure


class Hospital(Enrolment):
    """For the own hospital and for those that this node hosts."""

    def __init__(self, desk: Desk, room: ReadingRoom, numbers: NumberDesk) -> None:
        super().__init__(desk, room)
        self._sealer = BillSealer(desk.house, room)
        self._numbers = numbers

    async def issue(self, request: r.BillIssue) -> Outcome:
        """Issue a bill: the next number, sealed content, the payment with it when given."""
        require_sound(request.content)

        async def compose(taken: bytes) -> Draft:
            return self._bill(request, taken)

        return await self._desk.act(request, compose)

    async def pay(self, request: r.BillPay) -> Outcome:
        """Record what the patient paid."""
        operation = RecordPayment(
            client_ref=request.client_ref,
            bill=bill_ref(request.bill),
            amount_fen=request.amount_fen,
        )
        return await self._act(request, operation)

    async def announce_reversal(self, request: r.BillAct) -> Outcome:
        """Announce that a bill will be reversed."""
        ref = bill_ref(request.bill)
        return await self._act(request, AnnounceReversal(client_ref=request.client_ref, bill=ref))

    async def reverse(self, request: r.BillAct) -> Outcome:
        """Reverse a bill by a red one, which repeats its content under a new number."""

        async def compose(taken: bytes) -> Draft:
            author = request.author or self._desk.house.own
            opened = await self._room.open_for_request(bill_ref(request.bill), author, "reversal")
            return self._red_bill(request, opened, taken)

        return await self._desk.act(request, compose)

    async def _act(self, request: r.Act, operation: Operation) -> Outcome:
        async def compose(_: bytes) -> Draft:
            return Draft((operation,))

        return await self._desk.act(request, compose)

    def _bill(self, request: r.BillIssue, taken: bytes) -> Draft:
        author = request.author or self._desk.house.own
        account = self._account(request.account)
        number = self._numbers.take(author, taken)
        circle = Circle(author, request.medicare, account)
        try:
            sealed = self._sealer.seal(
                number.bill,
                circle,
                BillType.BLUE,
                lambda stamp: (
                    face_leaves(request.content, stamp),
                    line_leaves(request.content),
                ),
            )
        except RpcFailure:
            self._numbers.give_back(author, number)
            raise
        operations: list[Operation] = [self._issue(request, number, sealed)]
        if request.paid_fen:
            paid = RecordPayment(
                client_ref=request.client_ref, bill=number.bill, amount_fen=request.paid_fen
            )
            operations.append(paid)
        return self._draft_of(tuple(operations), number, sealed, account)

    def _issue(self, request: r.BillIssue, number: TakenNumber, sealed: SealedBill) -> IssueBill:
        return IssueBill(
            client_ref=request.client_ref,
            bill=number.bill,
            range_id=number.range_id,
            issue_date=day_of(self._desk.house.clock.wall_ms()),
            total_fen=request.content.money.total_fen,
            public_fen=public_fen(request.content.money),
            public=PublicPosition[request.public.upper()],
            owner=sealed.owner,
            sealed=sealed.parts,
            settlement=bytes.fromhex(request.settlement) if request.settlement else None,
        )

    def _red_bill(self, request: r.BillAct, opened: OpenedBill, taken: bytes) -> Draft:
        face, lines = opened.face, opened.lines
        if face is None or lines is None:
            raise RpcFailure(RpcCode.UNAUTHORISED, "only its issuer can reverse a bill")
        author = opened.reader
        account = account_of_bill(self._desk.house.drawer, opened.ref)
        number = self._numbers.take(author, taken)
        try:
            sealed = self._sealer.seal(
                number.bill,
                Circle(author, None, account),
                BillType.RED,
                lambda stamp: (restamped(face, stamp), list(lines.content.leaves)),
            )
        except RpcFailure:
            self._numbers.give_back(author, number)
            raise
        operation = ReverseBill(
            client_ref=request.client_ref,
            bill=opened.ref,
            red=number.bill,
            range_id=number.range_id,
            issue_date=day_of(self._desk.house.clock.wall_ms()),
            owner=sealed.owner,
            sealed=sealed.parts,
        )
        return self._draft_of((operation,), number, sealed, account)

    def _draft_of(
        self,
        operations: tuple[Operation, ...],
        number: TakenNumber,
        sealed: SealedBill,
        account: bytes | None,
    ) -> Draft:
        entries = remembered(number.bill, account)
        return Draft(
            operations=operations,
            sidecars=(sealed.sidecar,),
            taken=number.encoded,
            notes=lambda: {**entries, **self._numbers.notes(number)},
        )

    def _account(self, text: str | None) -> bytes | None:
        if text is None:
            return None
        account = bytes.fromhex(text)
        if account_of(self._desk.house.state, account) is None:
            raise RpcFailure(RpcCode.NOT_FOUND, "no account of this id", field="account")
        return account


def bill_ref(named: r.BillRef) -> BillRef:
    """Take a bill's name from a request."""
    return BillRef(code=named.code, number=named.number)
