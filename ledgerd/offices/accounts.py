"""The office of accounts: keys, proxies, presence, and what was done for patients.

Rules: whatever a patient may do alone is composed here and signed on the patient's device;
whatever an institution may do is signed by its own key. Nothing here knows who a person is.

Source: domain.md section 4.
"""

from typing import TypeVar

from ledgerd.ledger.days import day_of
from ledgerd.ledger.fields import BillRef
from ledgerd.ledger.operations import Operation
from ledgerd.ledger.patient_fields import PresenceCheck
from ledgerd.ledger.patient_operations import (
    AddPatientKey,
    AttestPresence,
    AuthoriseProxy,
    ConfirmAssisted,
    ConfirmPatientKey,
    RefuseKey,
    RevokeAssisted,
    RevokePatientKey,
    RevokeProxy,
)
from ledgerd.offices.acting import Desk
from ledgerd.offices.drafts import Draft
from ledgerd.rpc import requests_patients as r
from ledgerd.rpc.answers import Outcome
from ledgerd.rpc.requests import Act

K = TypeVar("K", ConfirmPatientKey, RefuseKey, RevokePatientKey)


class Accounts:
    """For patients through this node, and for the institutions of this house."""

    def __init__(self, desk: Desk) -> None:
        self._desk = desk

    async def add_key(self, request: r.PatientAddKey) -> Outcome:
        """Give an account a further key."""
        operation = AddPatientKey(
            client_ref=request.client_ref,
            account=bytes.fromhex(request.account),
            device_key=bytes.fromhex(request.key),
            sealing_key=bytes.fromhex(request.seal_key),
        )
        return await self._act(request, operation)

    async def confirm_key(self, request: r.KeyAct) -> Outcome:
        """Confirm a key that an institution added."""
        return await self._act(request, self._of_key(ConfirmPatientKey, request))

    async def refuse_key(self, request: r.KeyAct) -> Outcome:
        """Refuse a key that waits."""
        return await self._act(request, self._of_key(RefuseKey, request))

    async def revoke_key(self, request: r.KeyAct) -> Outcome:
        """Take a key from its account."""
        return await self._act(request, self._of_key(RevokePatientKey, request))

    def _of_key(self, type_: type[K], request: r.KeyAct) -> K:
        return type_(
            client_ref=request.client_ref,
            account=bytes.fromhex(request.account),
            key=bytes.fromhex(request.key),
        )

    async def give_proxy(self, request: r.ProxyGive) -> Outcome:
        """Let somebody act for an account."""
        operation = AuthoriseProxy(
            client_ref=request.client_ref,
            account=bytes.fromhex(request.account),
            holder=bytes.fromhex(request.holder),
            scope=tuple(sorted({r.SCOPE_TAGS[name] for name in request.scope})),
            bills=tuple(BillRef(code=bill.code, number=bill.number) for bill in request.bills),
            until_ms=request.until_ms,
        )
        return await self._act(request, operation)

    async def revoke_proxy(self, request: r.ProxyRevoke) -> Outcome:
        """End a proxy."""
        operation = RevokeProxy(
            client_ref=request.client_ref,
            account=bytes.fromhex(request.account),
            proxy=bytes.fromhex(request.proxy),
        )
        return await self._act(request, operation)

    async def attest(self, request: r.PresenceAttest) -> Outcome:
        """Attest that a person stands at a terminal."""
        operation = AttestPresence(
            client_ref=request.client_ref,
            date=day_of(self._desk.house.clock.wall_ms()),
            account=None if request.account is None else bytes.fromhex(request.account),
            check=PresenceCheck[request.check.upper()].value,
            visit=None if request.visit is None else bytes.fromhex(request.visit),
        )
        return await self._act_of_house(request, operation)

    async def confirm_assisted(self, request: r.AssistedAct) -> Outcome:
        """Let an assisted act take effect with a second key."""
        operation = ConfirmAssisted(
            client_ref=request.client_ref,
            account=bytes.fromhex(request.account),
            act=bytes.fromhex(request.act),
        )
        return await self._act_of_house(request, operation)

    async def revoke_assisted(self, request: r.AssistedAct) -> Outcome:
        """Take back what a clerk did."""
        operation = RevokeAssisted(
            client_ref=request.client_ref,
            account=bytes.fromhex(request.account),
            act=bytes.fromhex(request.act),
        )
        return await self._act(request, operation)

    async def _act(self, request: r.AccountAct, operation: Operation) -> Outcome:
        """Act for the account by its own key, unless an institution was named to act."""
        if not request.by_patient:
            return await self._act_of_house(request, operation)

        async def compose(_: bytes) -> Draft:
            return Draft((operation,))

        account = bytes.fromhex(request.account)
        return await self._desk.act_of_patient(account, request, compose)

    async def _act_of_house(self, request: Act, operation: Operation) -> Outcome:
        async def compose(_: bytes) -> Draft:
            return Draft((operation,))

        return await self._desk.act(request, compose)
