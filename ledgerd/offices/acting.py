"""From a request to its outcome: composed once, durable, signed, submitted, waited for.

Rules: the order is compose, outbox, submit, wait. The same request finds its entry and goes on
from there, whatever failed before. A request with a foreign ``signer`` is composed and handed
back unsigned; the outbox remembers it all the same. What may still happen is never called a
failure.

Source: domain.md section 2; interfaces.md section 4.
"""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Final

import msgspec
import trio

from ledgerd.chain.transaction import (
    AccountAuthor,
    Author,
    InstitutionAuthor,
    Transaction,
    scheme_of_key,
    transaction_id,
)
from ledgerd.errors import ConfigError
from ledgerd.keys.roles import OperatorRole
from ledgerd.keys.signers import OperatorSigner
from ledgerd.ledger.operations import encode_operation
from ledgerd.node.node import OutcomeUnknown
from ledgerd.node.refusals import FINAL_CODES, SubmitRefused
from ledgerd.node.views import OutcomeState, TxOutcome
from ledgerd.offices.drafts import Compose, Draft
from ledgerd.offices.house import House
from ledgerd.offices.mandates import Mandates
from ledgerd.offices.outbox import Outbox, OutboxEntry, entry_name, rows_of
from ledgerd.primitives.canonical import encode
from ledgerd.primitives.hashing import Domain, digest
from ledgerd.rpc.answers import Outcome
from ledgerd.rpc.codes import RpcCode, RpcFailure
from ledgerd.rpc.outcomes import failure_of, outcome_of, raise_if_refused
from ledgerd.rpc.requests import Act
from ledgerd.storage.sealed_store import Entry

__all__ = ("Compose", "Desk", "Draft", "request_digest")

VALID_MS: Final = 3_600_000  # long enough to outlast an hour without quorum, then composed anew
VALID_UNSIGNED_MS: Final = 12 * 3_600_000  # a person signs it within the working day
_COMMITTED: Final = (OutcomeState.COMMITTED, OutcomeState.SEALED)


class Desk:
    """Carries out acts for the offices of one house."""

    def __init__(self, house: House) -> None:
        self.house = house
        self._outbox = Outbox(house.drawer)
        self._turns: dict[Entry, trio.Lock] = {}

    async def act(self, request: Act, compose: Compose) -> Outcome:
        """Carry out a request of an institution of this house.

        Raises:
            RpcFailure: refused, conflicting, not taken, or outcome unknown.
        """
        author = request.author or self.house.own
        self.house.keys_of(author)
        return await self.act_as(InstitutionAuthor(author), request, compose)

    async def act_of_patient(self, account: bytes, request: Act, compose: Compose) -> Outcome:
        """Compose for a patient, whose device signs.

        Raises:
            RpcFailure: as `act`; also when the request names no signer.
        """
        if request.mandate is not None:
            return await self._act_for(account, request, compose)
        if request.signer is None:
            text = "a patient's act is signed by a device: name its key"
            raise RpcFailure(RpcCode.INVALID_PARAMS, text, field="signer")
        return await self.act_as(AccountAuthor(account), request, compose)

    async def _act_for(self, account: bytes, request: Act, compose: Compose) -> Outcome:
        """Compose for a patient and wrap it for who acts in the patient's name."""
        mandates = Mandates(self.house)

        async def compose_for(taken: bytes) -> Draft:
            return mandates.wrapped(account, request, await compose(taken))

        return await self.act_as(mandates.author(request), request, compose_for)

    async def act_as(self, author: Author, request: Act, compose: Compose) -> Outcome:
        """Carry out a request for an author."""
        async with self._turn(entry_name(author, request.client_ref)):
            entry, is_new = await self._entry(author, request, compose)
            if entry.authorisation is None:
                known = self.house.node.outcome(entry.tx_id)
                if known.state not in _COMMITTED:
                    return _unsigned(entry, request)
            else:
                await self._submit(author, request, entry, is_new)
        return await self._wait(request, entry.tx_id)

    async def _entry(
        self, author: Author, request: Act, compose: Compose
    ) -> tuple[OutboxEntry, bool]:
        """Find the entry of a request, or compose it and make it durable."""
        wanted = request_digest(request)
        found = self._outbox.find(author, request.client_ref)
        if found is not None and not self._is_without_effect(found):
            if found.request != wanted:
                text = "another request stands under this client_ref"
                raise RpcFailure(RpcCode.CONFLICTING_CLIENT_REF, text, field="client_ref")
            return found, False
        draft = await compose(b"" if found is None else found.taken)
        entry = self._signed(author, request, draft)
        name = entry_name(author, request.client_ref)
        await self.house.drawer.write(lambda: {**draft.notes(), **rows_of(name, entry)})
        return entry, True

    def _is_without_effect(self, entry: OutboxEntry) -> bool:
        """Say whether an entry can never take effect, so that its ref is free."""
        if entry.is_refused:
            return True
        known = self.house.node.outcome(entry.tx_id)
        if known.state in _COMMITTED:
            return not any(receipt.is_in_force for receipt in known.receipts)
        if known.state is OutcomeState.PENDING:
            return False
        return entry.valid_until_ms < self.house.node.reads.head().time_ms

    def _signed(self, author: Author, request: Act, draft: Draft) -> OutboxEntry:
        now_ms = max(self.house.clock.wall_ms(), self.house.node.reads.head().time_ms)
        signer = None if request.signer is not None else self._office_signer(author)
        public_key = bytes.fromhex(request.signer or "") if signer is None else signer.public_key
        transaction = Transaction(
            chain_id=self.house.chain_id,
            author=author,
            scheme=scheme_of_key(public_key),
            public_key=public_key,
            valid_until_ms=now_ms + (VALID_UNSIGNED_MS if signer is None else VALID_MS),
            operations=tuple(encode_operation(operation) for operation in draft.operations),
        )
        body = encode(transaction)
        return OutboxEntry(
            request=request_digest(request),
            body=body,
            authorisation=None if signer is None else signer.sign(transaction_id(body)),
            sidecars=draft.sidecars,
            valid_until_ms=transaction.valid_until_ms,
            taken=draft.taken,
        )

    def _office_signer(self, author: Author) -> OperatorSigner:
        assert isinstance(author, InstitutionAuthor)
        try:
            return self.house.keys_of(author.institution_id).signer(OperatorRole.OFFICE)
        except ConfigError as error:
            text = "no office key of this institution is on this node: name a signer"
            raise RpcFailure(RpcCode.UNAUTHORISED, text, field="signer") from error

    async def _submit(
        self,
        author: Author,
        request: Act,
        entry: OutboxEntry,
        is_new: bool,  # noqa: FBT001
    ) -> None:
        try:
            await self.house.node.submit(entry.signed, entry.sidecars)
        except SubmitRefused as refusal:
            # What was sent before may still be in a bundle somewhere: only new bytes are dead.
            if is_new and refusal.code in FINAL_CODES:
                await self._outbox.mark_refused(author, request.client_ref, entry)
            raise failure_of(refusal) from refusal

    async def _wait(self, request: Act, tx_id: bytes) -> Outcome:
        known = await self._wait_node(request, tx_id)
        raise_if_refused(known)
        return msgspec.structs.replace(outcome_of(known), client_ref=request.client_ref)

    async def _wait_node(self, request: Act, tx_id: bytes) -> TxOutcome:
        if request.wait == "none":
            return self.house.node.outcome(tx_id)
        until = OutcomeState.SEALED if request.wait == "sealed" else OutcomeState.COMMITTED
        try:
            return await self.house.node.wait(tx_id, request.timeout_s, until)
        except OutcomeUnknown as unknown:
            why = "not committed yet" if unknown.is_quorum_seen else "no quorum is reachable"
            text = f"{why}; ask for the transaction later"
            raise RpcFailure(RpcCode.OUTCOME_UNKNOWN, text, tx_id=tx_id.hex()) from unknown

    @asynccontextmanager
    async def _turn(self, name: Entry) -> AsyncIterator[None]:
        """Let one request at a time work under one ref."""
        lock = self._turns.setdefault(name, trio.Lock())
        try:
            async with lock:
                yield
        finally:
            if not lock.statistics().tasks_waiting and not lock.locked():
                self._turns.pop(name, None)


def request_digest(request: Act) -> bytes:
    """Digest what is asked, without how long the caller waits for it."""
    plain = msgspec.structs.replace(request, wait="none", timeout_s=0)
    name = type(request).__name__.encode("ascii")
    return digest(Domain.OUTBOX, name, b"\0", msgspec.msgpack.encode(plain))


def _unsigned(entry: OutboxEntry, request: Act) -> Outcome:
    return Outcome(
        state="unsigned",
        tx_id=entry.tx_id.hex(),
        client_ref=request.client_ref,
        transaction=entry.body.hex(),
        sidecars=tuple(sidecar.hex() for sidecar in entry.sidecars),
    )
