"""What owners and readers do besides granting: revoke, report, show in part, check.

Rules: a bill is opened for the first institution of this house that may read it; every opening is
in the audit log. A shared file holds the fields that were asked for, and nothing else.

Source: domain.md sections 3 and 4.
"""

from ledgerd.ledger.axis_operations import RevokeAccess
from ledgerd.ledger.bill_operations import ReportUnreadable
from ledgerd.ledger.fields import BillRef, UnreadableReason
from ledgerd.ledger.shared_bill import FACE, LINES, SharedFields, show_fields
from ledgerd.offices.acting import Desk, Draft
from ledgerd.offices.checking import CheckDesk
from ledgerd.offices.hospital import bill_ref
from ledgerd.offices.readers import ReadingRoom
from ledgerd.primitives.canonical import encode
from ledgerd.rpc import answers_bill as ab, requests_bill as rb
from ledgerd.rpc.answers import Outcome
from ledgerd.rpc.codes import RpcCode, RpcFailure


class Consent:
    """For every institution of this house."""

    def __init__(self, desk: Desk, room: ReadingRoom) -> None:
        self._desk = desk
        self._room = room
        self._checks = CheckDesk(desk.house, room)

    async def revoke_grant(self, request: rb.GrantRevoke) -> Outcome:
        """Compose the end of a grant for the patient's signature."""
        operation = RevokeAccess(
            client_ref=request.client_ref,
            bill=BillRef(code=request.code, number=request.number),
            grant=bytes.fromhex(request.grant),
        )

        async def compose(_: bytes) -> Draft:
            return Draft((operation,))

        return await self._desk.act_of_patient(bytes.fromhex(request.account), request, compose)

    async def report(self, request: rb.BillReport) -> Outcome:
        """Report that a bill does not open, or holds other sums."""
        ref = bill_ref(request.bill)
        author = request.author or self._desk.house.own
        operation = ReportUnreadable(
            client_ref=request.client_ref,
            bill=ref,
            reason=UnreadableReason[request.reason.upper()],
            own_delivery=self._room.own_delivery(ref, author),
        )

        async def compose(_: bytes) -> Draft:
            return Draft((operation,))

        return await self._desk.act(request, compose)

    async def share(self, request: rb.BillShare) -> ab.ShownFields:
        """Show chosen fields of a bill, with salts and ways.

        Raises:
            RpcFailure: it is not readable here, or has no such field.
        """
        ref = BillRef(code=request.code, number=request.number)
        opened = await self._room.open_for_house(ref, "share")
        parts = {
            part: content
            for part, content in ((FACE, opened.face), (LINES, opened.lines))
            if content is not None
        }
        try:
            fields = show_fields(parts, request.fields)
        except KeyError:
            text = "the bill has no such field that is readable here"
            raise RpcFailure(RpcCode.NOT_FOUND, text, field="fields") from None
        return ab.ShownFields(fields=encode(SharedFields(fields=fields)).hex())

    async def check(self, request: rb.BillCheck) -> ab.CheckAnswer:
        """Check the five elements of a printed bill; raises like `CheckDesk.check`."""
        return await self._checks.check(request)
