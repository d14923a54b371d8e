"""The finance office: allots numbers, countersigns what it has opened and checked.

Rules: finance countersigns only after it has opened the face and the identities hold; what it
cannot open, or what holds other sums, it reports.

Source: domain.md section 3.
"""

from ledgerd.errors import DecodeError, VerificationFailed
from ledgerd.ledger.bill_operations import AllotNumbers, Countersign, ReportUnreadable
from ledgerd.ledger.fields import BillRef, UnreadableReason
from ledgerd.offices.acting import Desk, Draft
from ledgerd.offices.faces import require_face
from ledgerd.offices.hospital import bill_ref
from ledgerd.offices.readers import ReadingRoom
from ledgerd.rpc import requests as r
from ledgerd.rpc.answers import Outcome
from ledgerd.rpc.codes import RpcCode, RpcFailure


class UnreadableBill(r.BillAct, frozen=True, kw_only=True):
    """The office's own act: report a bill that does not open (1) or has other sums (2)."""

    reason: int


class FaceUnsound(RpcFailure):
    """A face that does not open or does not hold.

    Attributes:
        fault: what the office would report.
    """

    def __init__(self, fault: UnreadableReason) -> None:
        text = "the face does not open, or its sums do not hold: it is not countersigned"
        super().__init__(RpcCode.REJECTED, text, reason="FACE_UNSOUND")
        self.fault = fault


class Finance:
    """For the own bureau of finance and for those that this node hosts."""

    def __init__(self, desk: Desk, room: ReadingRoom) -> None:
        self._desk = desk
        self._room = room

    async def allot(self, request: r.NumbersAllot) -> Outcome:
        """Hand a range of numbers to a holder."""
        operation = AllotNumbers(
            client_ref=request.client_ref,
            holder=request.holder,
            code=request.code,
            first=request.first,
            count=request.count,
            parent=None if request.parent is None else bytes.fromhex(request.parent),
        )

        async def compose(_: bytes) -> Draft:
            return Draft((operation,))

        return await self._desk.act(request, compose)

    async def countersign(self, request: r.BillAct) -> Outcome:
        """Open the face, check it, put the bill under supervision.

        Raises:
            FaceUnsound: nothing was sent.
            RpcFailure: as every act.
        """
        ref = bill_ref(request.bill)

        async def compose(_: bytes) -> Draft:
            fault = await self.fault_in(ref, request.author or self._desk.house.own)
            if fault is not None:
                raise FaceUnsound(fault)
            return Draft((Countersign(client_ref=request.client_ref, bill=ref),))

        return await self._desk.act(request, compose)

    async def fault_in(self, ref: BillRef, reader: str) -> UnreadableReason | None:
        """Open a face and say what is wrong with it.

        Raises:
            RpcFailure: no such bill, or its bytes are not here.
        """
        try:
            opened = await self._room.open_bill(ref, reader, "supervision")
        except (VerificationFailed, DecodeError):
            return UnreadableReason.DOES_NOT_OPEN
        except RpcFailure as failure:
            if failure.rpc_code is not RpcCode.UNAUTHORISED:
                raise
            return UnreadableReason.DOES_NOT_OPEN
        if opened.face is None:
            return UnreadableReason.DOES_NOT_OPEN
        try:
            require_face(opened.face, ref, opened.record)
        except VerificationFailed:
            return UnreadableReason.SUMS_DIFFER
        return None

    async def report(self, request: UnreadableBill) -> Outcome:
        """Report a bill that cannot be countersigned."""
        operation = ReportUnreadable(
            client_ref=request.client_ref,
            bill=bill_ref(request.bill),
            reason=UnreadableReason(request.reason),
        )

        async def compose(_: bytes) -> Draft:
            return Draft((operation,))

        return await self._desk.act(request, compose)
