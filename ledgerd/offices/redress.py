"""The office of redress: documents, appeals and recovery of claims; assistance.

Rules: what is said in words is sealed to the patient's devices and the payer before it leaves this
node. A patient's act is composed here and signed on the device: whoever does not want this node to
read the documents takes another node.

Source: domain.md sections 3 and 4.
"""

from collections.abc import Sequence

from ledgerd.ledger.assistance_operations import ApplyAssistance, DecideAssistance
from ledgerd.ledger.claim_operations import ClaimItem
from ledgerd.ledger.days import day_of
from ledgerd.ledger.objects import Claim
from ledgerd.ledger.queries import claim_of
from ledgerd.ledger.redress_operations import (
    Appeal,
    RecoverPayment,
    RequestSupplement,
    SupplyDocuments,
)
from ledgerd.offices.acting import Desk, Draft
from ledgerd.offices.documents import Enclosure
from ledgerd.offices.hospital import bill_ref
from ledgerd.offices.letters import LetterBox
from ledgerd.primitives.canonical import encode
from ledgerd.rpc import requests, requests_redress as r
from ledgerd.rpc.answers import Outcome
from ledgerd.rpc.codes import RpcCode, RpcFailure


class Redress:
    """For the own institution, those that this node hosts, and patients."""

    def __init__(self, desk: Desk) -> None:
        self._desk = desk
        self._letters = LetterBox(desk.house)

    async def request_supplement(self, request: r.ClaimRequestSupplement) -> Outcome:
        """Ask the patient of a claim for documents."""

        async def compose(_: bytes) -> Draft:
            letter = self._letter(request.request, self._claim(request.claim))
            operation = RequestSupplement(
                client_ref=request.client_ref,
                claim=bytes.fromhex(request.claim),
                request=letter.document,
            )
            return Draft((operation,), (letter.sidecar,))

        return await self._desk.act(request, compose)

    async def supply(self, request: r.ClaimSupply) -> Outcome:
        """Compose the supply of documents."""

        async def compose(_: bytes) -> Draft:
            claim = self._claim(request.claim)
            letters = [self._letter(text, claim) for text in request.documents]
            operation = SupplyDocuments(
                client_ref=request.client_ref,
                claim=bytes.fromhex(request.claim),
                documents=tuple(letter.document for letter in letters),
            )
            return Draft((operation,), tuple(letter.sidecar for letter in letters))

        return await self._desk.act_of_patient(bytes.fromhex(request.account), request, compose)

    async def appeal(self, request: r.ClaimAppeal) -> Outcome:
        """Compose an appeal."""

        async def compose(_: bytes) -> Draft:
            letter = self._letter(request.reasons, self._claim(request.claim))
            operation = Appeal(
                client_ref=request.client_ref,
                claim=bytes.fromhex(request.claim),
                amounts=request.amounts,
                reasons=letter.document,
            )
            return Draft((operation,), (letter.sidecar,))

        return await self._desk.act_of_patient(bytes.fromhex(request.account), request, compose)

    async def recover(self, request: r.ClaimRecover) -> Outcome:
        """Say what was taken back."""
        operation = RecoverPayment(
            client_ref=request.client_ref,
            claim=bytes.fromhex(request.claim),
            amounts=request.amounts,
        )

        async def compose(_: bytes) -> Draft:
            return Draft((operation,))

        return await self._desk.act(request, compose)

    async def apply(self, request: r.AssistanceApply) -> Outcome:
        """Compose an application for assistance."""
        items = claim_items(request.items)

        async def compose(_: bytes) -> Draft:
            readers = (request.account, request.bureau)
            letter = self._letters.seal(encode(request.reasons), readers)
            operation = ApplyAssistance(
                client_ref=request.client_ref,
                date=day_of(self._desk.house.clock.wall_ms()),
                bureau=request.bureau,
                items=items,
                reasons=letter.document,
            )
            return Draft((operation,), (letter.sidecar,))

        return await self._desk.act_of_patient(bytes.fromhex(request.account), request, compose)

    async def decide(self, request: r.AssistanceDecide) -> Outcome:
        """Decide an application; a reviewer signs."""

        async def compose(_: bytes) -> Draft:
            claim = self._claim(request.application)
            letter = self._letter(request.reasoning, claim) if request.reasoning else None
            operation = DecideAssistance(
                client_ref=request.client_ref,
                application=bytes.fromhex(request.application),
                amounts=request.amounts,
                reasoning=None if letter is None else letter.document,
            )
            return Draft((operation,), () if letter is None else (letter.sidecar,))

        return await self._desk.act(request, compose)

    def _letter(self, text: str, claim: Claim) -> Enclosure:
        return self._letters.seal(encode(text), (claim.account.hex(), claim.payer))

    def _claim(self, key: str) -> Claim:
        claim = claim_of(self._desk.house.state, bytes.fromhex(key))
        if claim is None:
            raise RpcFailure(RpcCode.NOT_FOUND, "no claim of this id", field="claim")
        return claim


def claim_items(items: Sequence[requests.ClaimItem]) -> tuple[ClaimItem, ...]:
    """Make the items of a claim from those of a request.

    Raises:
        RpcFailure: INVALID_PARAMS, one asks for nothing.
    """
    if any(item.amount_fen < 1 for item in items):
        raise RpcFailure(RpcCode.INVALID_PARAMS, "a claim asks for more than 0", field="items")
    return tuple(
        ClaimItem(
            bill=bill_ref(item.bill),
            salt=bytes.fromhex(item.owner_salt),
            amount_fen=item.amount_fen,
        )
        for item in items
    )
