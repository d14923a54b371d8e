"""The payer's office: decides and pays claims; every medicare bureau and insurer has one.

Rules: the chain holds the limits and the sums; what an office decides by itself is at most what
was asked and what the bills leave, times the share of its policy.

Source: domain.md sections 3 and 4.
"""

from dataclasses import dataclass

from ledgerd.ledger.claim_operations import DecideClaim, PayClaim
from ledgerd.ledger.fields import SealedDocument
from ledgerd.ledger.objects import Bill, Claim
from ledgerd.ledger.queries import account_of, claim_of
from ledgerd.offices.acting import Desk, Draft
from ledgerd.offices.documents import enclose
from ledgerd.offices.readers import ReadingRoom
from ledgerd.primitives.canonical import encode
from ledgerd.primitives.wrapping import DeviceReader, Reader
from ledgerd.rpc import requests as r
from ledgerd.rpc.answers import Outcome
from ledgerd.rpc.codes import RpcCode, RpcFailure


@dataclass(frozen=True, slots=True)
class Policy:
    """What a payer decides without people.

    Attributes:
        is_automatic: decide and pay within the limits of the office key.
        share_permille: of what is asked for and left.
    """

    is_automatic: bool = False
    share_permille: int = 1_000


class Payer:
    """For the own institution and for those that this node hosts."""

    def __init__(self, desk: Desk, room: ReadingRoom) -> None:
        self._desk = desk
        self._room = room

    async def decide(self, request: r.ClaimDecide) -> Outcome:
        """Reserve an amount for each bill of a claim; all 0 refuses it."""

        async def compose(_: bytes) -> Draft:
            reasoning, sidecars = self._reasoning(request)
            operation = DecideClaim(
                client_ref=request.client_ref,
                claim=bytes.fromhex(request.claim),
                amounts=request.amounts,
                reasoning=reasoning,
            )
            return Draft((operation,), sidecars)

        return await self._desk.act(request, compose)

    async def pay(self, request: r.ClaimPay) -> Outcome:
        """Say that what was reserved is paid."""
        if not request.amount_fen:
            text = "a payment is more than 0"
            raise RpcFailure(RpcCode.INVALID_PARAMS, text, field="amount_fen")
        operation = PayClaim(
            client_ref=request.client_ref,
            claim=bytes.fromhex(request.claim),
            amount_fen=request.amount_fen,
        )

        async def compose(_: bytes) -> Draft:
            return Draft((operation,))

        return await self._desk.act(request, compose)

    async def opened_amounts(self, claim: Claim, policy: Policy) -> tuple[int, ...]:
        """Open every bill of a claim and work out what the policy bears of each.

        Raises:
            RpcFailure: a bill is not readable here (yet).
            VerificationFailed: a bill opens to something else than committed.
            DecodeError: its sidecar is malformed.
        """
        amounts = []
        for asked in claim.bills:
            opened = await self._room.open_bill(asked.bill, claim.payer, "claim")
            share = asked.amount_fen * policy.share_permille // 1_000
            amounts.append(min(share, room_fen(opened.record)))
        return tuple(amounts)

    def claim(self, key: bytes) -> Claim | None:
        return claim_of(self._desk.house.state, key)

    def _reasoning(self, request: r.ClaimDecide) -> tuple[SealedDocument | None, tuple[bytes, ...]]:
        claim = self.claim(bytes.fromhex(request.claim))
        if not request.reasoning or claim is None:
            return None, ()
        payer = request.author or self._desk.house.own
        account = account_of(self._desk.house.state, claim.account)
        devices = () if account is None else account.sealing_keys
        readers: list[Reader] = [DeviceReader(key) for key in devices]
        readers.append(self._room.reader(payer, payer, 0))
        enclosed = enclose(encode(request.reasoning), readers, self._desk.house.entropy)
        return enclosed.document, (enclosed.sidecar,)


def room_fen(bill: Bill) -> int:
    """Say what is left of a bill for one more payer."""
    borne_fen = sum(entry.borne_fen for entry in bill.payers)
    return max(0, bill.total_fen - bill.hospital_fen - borne_fen)
