"""The office of care: visits and prescriptions.

Rules: what is said in words is sealed to the hospital and to the patient's devices, together with
account, salt and the patient's signed consent. A consent that no key of the account signed is
refused here, before anything is sealed; the chain sees a commitment and a hash.

Source: domain.md section 4.
"""

from ledgerd.ledger.care_operations import (
    BookVisit,
    CancelVisit,
    CompleteVisit,
    DispensePrescription,
    Prescribe,
    RegisterVisit,
)
from ledgerd.ledger.days import day_of
from ledgerd.ledger.fields import SealedDocument
from ledgerd.ledger.operations import Operation
from ledgerd.ledger.queries import account_of
from ledgerd.offices.acting import Desk
from ledgerd.offices.drafts import Draft
from ledgerd.offices.letters import LetterBox
from ledgerd.primitives.canonical import encode
from ledgerd.primitives.consent import care_commitment, consent_digest
from ledgerd.primitives.signatures import is_valid_signature
from ledgerd.rpc import requests_care as r
from ledgerd.rpc.answers import Outcome
from ledgerd.rpc.codes import RpcCode, RpcFailure
from ledgerd.rpc.requests import Act

KEY_BYTES = 32  # of Ed25519; a passkey signs transactions only


class Care:
    """For the own hospital and for those that this node hosts."""

    def __init__(self, desk: Desk) -> None:
        self._desk = desk
        self._letters = LetterBox(desk.house)

    async def book(self, request: r.VisitBook) -> Outcome:
        """Book a visit."""
        commitment = _commitment(request)
        letter, sidecars = self._sealed(request)
        operation = BookVisit(
            client_ref=request.client_ref, date=self._today(), visit=commitment, sealed=letter
        )
        return await self._act(request, operation, sidecars)

    async def register(self, request: r.VisitRegister) -> Outcome:
        """Register a patient who came."""
        commitment = _commitment(request)
        letter, sidecars = self._sealed(request)
        operation = RegisterVisit(
            client_ref=request.client_ref,
            date=self._today(),
            booked=_key(request.booked),
            visit=commitment,
            sealed=letter,
            presence=_key(request.presence),
        )
        return await self._act(request, operation, sidecars)

    async def cancel(self, request: r.VisitAct) -> Outcome:
        """Cancel a visit."""
        visit = bytes.fromhex(request.visit)
        return await self._act(request, CancelVisit(client_ref=request.client_ref, visit=visit))

    async def complete(self, request: r.VisitAct) -> Outcome:
        """Complete a visit."""
        visit = bytes.fromhex(request.visit)
        return await self._act(request, CompleteVisit(client_ref=request.client_ref, visit=visit))

    async def prescribe(self, request: r.PrescriptionIssue) -> Outcome:
        """Prescribe at a visit."""
        commitment = _commitment(request)
        letter, sidecars = self._sealed(request)
        operation = Prescribe(
            client_ref=request.client_ref,
            date=self._today(),
            visit=bytes.fromhex(request.visit),
            prescription=commitment,
            sealed=letter,
            times=request.times,
            until_ms=request.until_ms,
        )
        return await self._act(request, operation, sidecars)

    async def dispense(self, request: r.PrescriptionDispense) -> Outcome:
        """Dispense a prescription."""
        letter, sidecars = self._sealed(request)
        operation = DispensePrescription(
            client_ref=request.client_ref,
            prescription=bytes.fromhex(request.prescription),
            sealed=letter,
        )
        return await self._act(request, operation, sidecars)

    def _sealed(self, request: r.CareAct) -> tuple[SealedDocument, tuple[bytes, ...]]:
        self._check_consent(request)
        author = request.author or self._desk.house.own
        content = encode((request.account, request.salt, request.content, request.consent))
        letter = self._letters.seal(content, (author, request.account))
        return letter.document, (letter.sidecar,)

    def _check_consent(self, request: r.CareAct) -> None:
        account = account_of(self._desk.house.state, bytes.fromhex(request.account))
        if account is None:
            raise RpcFailure(RpcCode.NOT_FOUND, "no account of this id", field="account")
        keys = [key.public_key for key in account.keys if len(key.public_key) == KEY_BYTES]
        if not keys and not request.consent:
            return
        signed = consent_digest(_commitment(request), request.content)
        given = bytes.fromhex(request.consent)
        if any(is_valid_signature(key, signed, given) for key in keys):
            return
        text = "no key of the account has signed this consent"
        raise RpcFailure(RpcCode.INVALID_PARAMS, text, field="consent")

    async def _act(
        self, request: Act, operation: Operation, sidecars: tuple[bytes, ...] = ()
    ) -> Outcome:
        async def compose(_: bytes) -> Draft:
            return Draft((operation,), sidecars)

        return await self._desk.act(request, compose)

    def _today(self) -> int:
        return day_of(self._desk.house.clock.wall_ms())


def _commitment(request: r.CareAct) -> bytes:
    return care_commitment(bytes.fromhex(request.account), bytes.fromhex(request.salt))


def _key(text: str | None) -> bytes | None:
    return None if text is None else bytes.fromhex(text)
