"""Acts for a patient by somebody else: the patient's operations, wrapped with the mandate.

Rules: what is done is composed as for the patient; only then it is wrapped, so no other office
knows of mandates. The form that the person signed is sealed for the institution and the registrar.

Source: domain.md section 4.
"""

import dataclasses
from dataclasses import dataclass

from ledgerd.chain.transaction import AccountAuthor, Author, InstitutionAuthor
from ledgerd.ledger.operations import encode_operation
from ledgerd.ledger.patient_fields import AssistedMandate, Mandate, ProxyMandate
from ledgerd.ledger.patient_operations import ActFor
from ledgerd.ledger.queries import account_of
from ledgerd.offices.documents import enclose
from ledgerd.offices.drafts import Draft
from ledgerd.offices.house import House
from ledgerd.offices.readers import ReadingRoom
from ledgerd.primitives.canonical import encode
from ledgerd.primitives.wrapping import InstitutionReader
from ledgerd.rpc import requests as r
from ledgerd.rpc.codes import RpcCode, RpcFailure


@dataclass(frozen=True, slots=True)
class Mandates:
    """Wraps the acts of one house."""

    house: House

    def author(self, request: r.Act) -> Author:
        """Say who signs an act for another: the proxy's account, or an institution of this house.

        Raises:
            RpcFailure: the mandate names neither a proxy nor a presence, or the house is not here.
        """
        mandate = request.mandate
        assert mandate is not None
        if mandate.holder is not None and mandate.proxy is not None:
            return AccountAuthor(bytes.fromhex(mandate.holder))
        if mandate.presence is None:
            text = "a mandate is a holder with a proxy, or a presence with a form"
            raise RpcFailure(RpcCode.INVALID_PARAMS, text, field="mandate")
        author = request.author or self.house.own
        self.house.keys_of(author)
        return InstitutionAuthor(author)

    def wrapped(self, account: bytes, request: r.Act, draft: Draft) -> Draft:
        """Wrap what was composed for a patient."""
        mandate, sidecars = self._mandate(account, request)
        operations = tuple(
            ActFor(
                client_ref=operation.client_ref,
                account=account,
                mandate=mandate,
                act=encode_operation(operation),
            )
            for operation in draft.operations
        )
        return dataclasses.replace(
            draft, operations=operations, sidecars=(*sidecars, *draft.sidecars)
        )

    def _mandate(self, account: bytes, request: r.Act) -> tuple[Mandate, tuple[bytes, ...]]:
        asked = request.mandate
        assert asked is not None
        if asked.proxy is not None:
            return ProxyMandate(bytes.fromhex(asked.proxy)), ()
        assert asked.presence is not None
        enclosed = enclose(
            encode(bytes.fromhex(asked.form)), self._readers(account, request), self.house.entropy
        )
        return (
            AssistedMandate(bytes.fromhex(asked.presence), enclosed.document),
            (enclosed.sidecar,),
        )

    def _readers(self, account: bytes, request: r.Act) -> list[InstitutionReader]:
        author = request.author or self.house.own
        record = account_of(self.house.state, account)
        if record is None:
            raise RpcFailure(RpcCode.NOT_FOUND, "no account of this id", field="account")
        room = ReadingRoom(self.house)
        return [room.reader(author, name, 0) for name in dict.fromkeys((author, record.registrar))]
