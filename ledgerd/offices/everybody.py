"""What every institution's node does: compose for patients, govern, release, open bills.

Rules: a patient's act is composed here and signed on the patient's device; this node sees nothing
but what will stand on chain. A bill is opened for the first institution of this house that may
read it, and every opening is in the audit log.

Source: domain.md section 4.
"""

from ledgerd.chain.genesis import EncryptionKey, Institution, OperatorKey
from ledgerd.ledger.claim_operations import (
    ClaimItem,
    FileClaim,
    GrantAccess,
    ReleaseExpired,
    WithdrawClaim,
)
from ledgerd.ledger.days import day_of
from ledgerd.ledger.fields import BillRef, Purpose
from ledgerd.ledger.governance_operations import Admission, Propose
from ledgerd.ledger.operations import Operation
from ledgerd.ledger.queries import bill_of
from ledgerd.offices.acting import Desk, Draft
from ledgerd.offices.faces import owner_salt, shown
from ledgerd.offices.hospital import bill_ref
from ledgerd.offices.private_index import bills_of_account
from ledgerd.offices.readers import ReadingRoom
from ledgerd.rpc import answers as a, requests as r
from ledgerd.rpc.codes import RpcCode, RpcFailure
from ledgerd.rpc.cursors import bytes_of, text_of
from ledgerd.rpc.queries import BillGet, BillsOfAccount
from ledgerd.rpc.views_of_state import bill_view

PARTS = {"face": 1, "face_and_lines": 3}


class Everybody:
    """The acts that need no particular kind of institution."""

    def __init__(self, desk: Desk, room: ReadingRoom) -> None:
        self._desk = desk
        self._room = room

    async def grant(self, request: r.GrantGive) -> a.Outcome:
        """Compose the owner's consent."""
        operation = GrantAccess(
            client_ref=request.client_ref,
            bill=bill_ref(request.bill),
            salt=bytes.fromhex(request.owner_salt),
            reader=request.reader,
            parts=1 if request.parts == "face" else 3,
            purpose=Purpose[request.purpose.upper()],
            until_ms=request.until_ms,
        )
        return await self._of_patient(request.account, request, operation)

    async def file_claim(self, request: r.ClaimFile) -> a.Outcome:
        """Compose a claim."""
        items = tuple(
            ClaimItem(
                bill=bill_ref(item.bill),
                salt=bytes.fromhex(item.owner_salt),
                amount_fen=item.amount_fen,
            )
            for item in request.items
        )
        if any(item.amount_fen < 1 for item in items):
            text = "a claim asks for more than 0"
            raise RpcFailure(RpcCode.INVALID_PARAMS, text, field="items")
        operation = FileClaim(
            client_ref=request.client_ref,
            date=self._today(),
            payer=request.payer,
            items=items,
        )
        return await self._of_patient(request.account, request, operation)

    async def withdraw_claim(self, request: r.ClaimAct) -> a.Outcome:
        """Compose the withdrawal of an own claim."""
        if request.account is None:
            text = "a claim is withdrawn by its patient: name the account"
            raise RpcFailure(RpcCode.INVALID_PARAMS, text, field="account")
        operation = WithdrawClaim(client_ref=request.client_ref, claim=bytes.fromhex(request.claim))
        return await self._of_patient(request.account, request, operation)

    async def release_claim(self, request: r.ClaimAct) -> a.Outcome:
        """Release a claim whose time is over, for an institution or for a patient."""
        operation = ReleaseExpired(
            client_ref=request.client_ref, claim=bytes.fromhex(request.claim)
        )
        if request.account is not None:
            return await self._of_patient(request.account, request, operation)
        return await self._act(request, operation)

    async def propose_member(self, request: r.MemberAdd) -> a.Outcome:
        """Propose the admission of an institution that a validator hosts."""
        keys = [
            OperatorKey(role=key.role, public_key=bytes.fromhex(key.public_key))
            for key in request.operator_keys
        ]
        keys.sort(key=lambda key: (key.role, key.public_key))
        candidate = Institution(
            institution_id=request.institution,
            kind=request.kind,
            name=request.name,
            area=request.area,
            hosted_by=request.hosted_by,
            operator_keys=tuple(keys),
            encryption_keys=(
                EncryptionKey(number=1, public_key=bytes.fromhex(request.encryption_key)),
            ),
        )
        operation = Propose(
            client_ref=request.client_ref,
            date=self._today(),
            subject=Admission(candidate=candidate),
        )
        return await self._act(request, operation)

    async def open_bill(self, request: BillGet) -> a.BillOpened:
        """Open a bill for the first institution of this house that may read it."""
        opened = await self._room.open_for_house(
            BillRef(code=request.code, number=request.number), "request"
        )
        salt = "" if opened.face is None else owner_salt(opened.face).hex()
        return a.BillOpened(
            bill=f"{request.code}-{request.number}",
            face=() if opened.face is None else shown(opened.face),
            lines=() if opened.lines is None else shown(opened.lines),
            owner_salt=salt,
        )

    async def bills_of(self, request: BillsOfAccount) -> a.Bills:
        """List the bills that this house issued to an account."""
        house = self._desk.house
        known = bills_of_account(house.drawer, bytes.fromhex(request.account))
        after = (bytes_of(request.cursor) or b"").decode("ascii", "replace")
        names = [ref for ref in known if ref.code + ref.number > after]
        page, rest = names[: request.limit], names[request.limit :]
        head = house.node.reads.head()
        found = ((ref, bill_of(house.state, ref)) for ref in page)
        last = (page[-1].code + page[-1].number).encode("ascii") if page and rest else None
        return a.Bills(
            height=head.height,
            state_root=head.state_root.hex(),
            bills=tuple(bill_view(ref, bill) for ref, bill in found if bill is not None),
            next=text_of(last),
        )

    async def _act(self, request: r.Act, operation: Operation) -> a.Outcome:
        async def compose(_: bytes) -> Draft:
            return Draft((operation,))

        return await self._desk.act(request, compose)

    async def _of_patient(self, account: str, request: r.Act, operation: Operation) -> a.Outcome:
        async def compose(_: bytes) -> Draft:
            return Draft((operation,))

        return await self._desk.act_of_patient(bytes.fromhex(account), request, compose)

    def _today(self) -> int:
        return day_of(self._desk.house.clock.wall_ms())
