"""Doing the chores: the acts that the office key performs without being asked by a person.

Rules: every act is a request like a person's, under a ref made of the chore's name, and does not
wait for its block: whether it took effect is seen in the state later.

Source: domain.md sections 3 and 4.
"""

from collections.abc import Awaitable, Callable

from ledgerd.ledger.authors import ref_of as author_ref
from ledgerd.ledger.queries import params_of, report_of
from ledgerd.offices.acting import Desk
from ledgerd.offices.chore import (
    REPORT,
    REPORT_AGAIN,
    Chore,
    ChoreKind,
    bill_of_key,
    ref_of,
)
from ledgerd.offices.delivering import KeyRoom
from ledgerd.offices.erasures import Erasures
from ledgerd.offices.finance import FaceUnsound, Finance, UnreadableBill
from ledgerd.offices.medicare import Medicare
from ledgerd.offices.payer import Payer, Policy
from ledgerd.offices.readers import ReadingRoom
from ledgerd.rpc import requests as r
from ledgerd.rpc.codes import RpcCode, RpcFailure
from ledgerd.rpc.requests_care import ErasureConfirm


class Automatic:
    """Performs chores for the institutions of this house."""

    def __init__(self, desk: Desk, room: ReadingRoom, policy: Policy) -> None:
        self._desk = desk
        keys = KeyRoom(desk, room)
        self._policy = policy
        self._finance = Finance(desk, room)
        self._medicare = Medicare(desk, room)
        self._payer = Payer(desk, room)
        self._erasures = Erasures(desk)
        self._by_kind: dict[ChoreKind, Callable[[Chore], Awaitable[object]]] = {
            ChoreKind.COUNTERSIGN: self._countersign,
            ChoreKind.DELIVER: keys.perform,
            ChoreKind.STEP_IN: keys.perform,
            ChoreKind.DELIVER_ANEW: keys.perform,
            ChoreKind.DEVICE: keys.perform,
            ChoreKind.BOOK: self._book,
            ChoreKind.DECIDE: self._decide,
            ChoreKind.PAY: self._pay,
            ChoreKind.ERASE: self._erase,
        }

    async def perform(self, chore: Chore) -> None:
        """Do one chore, as far as it can be done now.

        Raises:
            RpcFailure: not now; it will be tried again.
            VerificationFailed: something sealed does not open to what was committed.
            DecodeError: something sealed is malformed.
        """
        await self._by_kind[chore.kind](chore)

    async def _countersign(self, chore: Chore) -> None:
        bill = _bill(chore)
        act = r.BillAct(client_ref=ref_of(chore), author=chore.author, wait="none", bill=bill)
        try:
            await self._finance.countersign(act)
        except FaceUnsound as unsound:
            report = UnreadableBill(
                client_ref=ref_of(chore, self._report_name(chore)),
                author=chore.author,
                wait="none",
                bill=bill,
                reason=int(unsound.fault),
            )
            await self._finance.report(report)

    def _report_name(self, chore: Chore) -> str:
        """Name the report: what was delivered anew and still does not open is reported again."""
        author = chore.author.encode("ascii")
        first = author_ref(author, ref_of(chore, REPORT))
        is_first = report_of(self._desk.house.state, bill_of_key(chore.subject), first) is None
        return REPORT if is_first else REPORT_AGAIN

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

    async def _erase(self, chore: Chore) -> None:
        await self._erasures.let_go(chore.subject)
        act = ErasureConfirm(
            client_ref=ref_of(chore),
            author=chore.author,
            wait="none",
            erasure=chore.subject.hex(),
        )
        await self._erasures.confirm(act)


def _bill(chore: Chore) -> r.BillRef:
    ref = bill_of_key(chore.subject)
    return r.BillRef(code=ref.code, number=ref.number)
