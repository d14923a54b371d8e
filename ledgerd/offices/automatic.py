"""Doing the chores: the acts that the office key performs without being asked by a person.

Rules: every act is a request like a person's, under a ref made of the chore's name, and does not
wait for its block: whether it took effect is seen in the state later.

Source: domain.md sections 3 and 4.
"""

from collections.abc import Awaitable, Callable

from ledgerd.ledger.claim_operations import DeliverKey
from ledgerd.ledger.fields import SidecarName
from ledgerd.ledger.queries import grant_of, params_of
from ledgerd.ledger.state_keys import REF_BYTES
from ledgerd.offices.acting import Desk, Draft
from ledgerd.offices.chores import REPORT, Chore, ChoreKind, bill_of_key, ref_of
from ledgerd.offices.faces import FACE, LINES
from ledgerd.offices.finance import FaceUnsound, Finance, UnreadableBill
from ledgerd.offices.medicare import Medicare
from ledgerd.offices.payer import Payer, Policy
from ledgerd.offices.readers import ReadingRoom
from ledgerd.primitives.sealing import seal_delivery
from ledgerd.rpc import requests as r
from ledgerd.rpc.codes import RpcCode, RpcFailure


class KeyDelivery(r.BillAct, frozen=True, kw_only=True):
    """The issuer's own act: deliver the keys of a grant (hex)."""

    grant: str


class Automatic:
    """Performs chores for the institutions of this house."""

    def __init__(self, desk: Desk, room: ReadingRoom, policy: Policy) -> None:
        self._desk = desk
        self._room = room
        self._policy = policy
        self._finance = Finance(desk, room)
        self._medicare = Medicare(desk, room)
        self._payer = Payer(desk, room)
        self._by_kind: dict[ChoreKind, Callable[[Chore], Awaitable[object]]] = {
            ChoreKind.COUNTERSIGN: self._countersign,
            ChoreKind.DELIVER: self._deliver,
            ChoreKind.BOOK: self._book,
            ChoreKind.DECIDE: self._decide,
            ChoreKind.PAY: self._pay,
        }

    async def perform(self, chore: Chore) -> None:
        """Do one chore, as far as it can be done now.

        Raises:
            RpcFailure: not now; it will be tried again.
            VerificationFailed: something sealed does not open to what was committed.
            DecodeError: something sealed is malformed.
        """
        await self._by_kind[chore.kind](chore)

    async def deliver(self, request: KeyDelivery) -> None:
        """Seal the keys of a grant for its reader and name them on chain.

        Raises:
            RpcFailure: the grant is unknown, a key is not here, or the act is refused.
        """

        async def compose(_: bytes) -> Draft:
            return await self._delivery(request)

        await self._desk.act(request, compose)

    async def _countersign(self, chore: Chore) -> None:
        bill = _bill(chore)
        act = r.BillAct(client_ref=ref_of(chore), author=chore.author, wait="none", bill=bill)
        try:
            await self._finance.countersign(act)
        except FaceUnsound as unsound:
            report = UnreadableBill(
                client_ref=ref_of(chore, REPORT),
                author=chore.author,
                wait="none",
                bill=bill,
                reason=int(unsound.fault),
            )
            await self._finance.report(report)

    async def _deliver(self, chore: Chore) -> None:
        grant = chore.subject[-REF_BYTES:].hex()
        act = KeyDelivery(
            client_ref=ref_of(chore),
            author=chore.author,
            wait="none",
            bill=_bill(chore),
            grant=grant,
        )
        await self.deliver(act)

    async def _delivery(self, request: KeyDelivery) -> Draft:
        house = self._desk.house
        author = request.author or house.own
        ref = bill_of_key(b"b" + (request.bill.code + request.bill.number).encode("ascii"))
        grant_id = bytes.fromhex(request.grant)
        grant = grant_of(house.state, ref, grant_id)
        if grant is None:
            raise RpcFailure(RpcCode.NOT_FOUND, "no grant of this id", field="grant")
        opened = await self._room.open_for_request(ref, author, "delivery")
        parts = [part for part in (FACE, LINES) if grant.parts >> part & 1]
        if not set(parts) <= set(opened.content_keys):
            raise RpcFailure(RpcCode.UNAUTHORISED, "a key of the grant is not here")
        keys = {part: opened.content_keys[part] for part in parts}
        reader = self._room.reader(author, grant.reader, *parts)
        payload = seal_delivery(keys, [reader], house.entropy)
        operation = DeliverKey(
            client_ref=request.client_ref,
            bill=ref,
            grant=grant_id,
            own_delivery=None,
            key_number=reader.reader_key,
            document=SidecarName(
                sidecar_hash=payload.sidecar_hash, sidecar_bytes=len(payload.sidecar)
            ),
        )
        return Draft((operation,), (payload.sidecar,))

    async def _book(self, chore: Chore) -> None:
        act = r.SettleReverse(
            client_ref=ref_of(chore),
            author=chore.author,
            wait="none",
            settlement=chore.subject.hex(),
        )
        await self._medicare.reverse_settlement(act)

    async def _decide(self, chore: Chore) -> None:
        claim = self._payer.claim(chore.subject)
        assert claim is not None
        amounts = await self._payer.opened_amounts(claim, self._policy)
        if sum(amounts) > params_of(self._desk.house.state).auto_decide_fen:
            raise RpcFailure(RpcCode.REJECTED, "a reviewer decides", reason="OFFICE_LIMIT")
        act = r.ClaimDecide(
            client_ref=ref_of(chore),
            author=chore.author,
            wait="none",
            claim=chore.subject.hex(),
            amounts=amounts,
        )
        await self._payer.decide(act)

    async def _pay(self, chore: Chore) -> None:
        claim = self._payer.claim(chore.subject)
        assert claim is not None
        if claim.reserved_fen > params_of(self._desk.house.state).auto_pay_fen:
            raise RpcFailure(RpcCode.REJECTED, "a cashier pays", reason="OFFICE_LIMIT")
        act = r.ClaimPay(
            client_ref=ref_of(chore),
            author=chore.author,
            wait="none",
            claim=chore.subject.hex(),
            amount_fen=claim.reserved_fen,
        )
        await self._payer.pay(act)


def _bill(chore: Chore) -> r.BillRef:
    ref = bill_of_key(chore.subject)
    return r.BillRef(code=ref.code, number=ref.number)
