"""Acting: an act goes through the node of its author, signed by the key that its role needs.

Rules: the office key signs on the node; every other key signs here, after what is to be signed was
checked to be what was asked for: this chain, this author, this key.
"""

from dataclasses import dataclass
from typing import Protocol, TypeVar

import msgspec

from ledgerd.chain.transaction import (
    TRANSACTION_BYTES_MAX,
    AccountAuthor,
    Author,
    InstitutionAuthor,
    Transaction,
    sign_transaction,
)
from ledgerd.cli.heights import SEEN
from ledgerd.cli.homes import Home
from ledgerd.cli.session import Session
from ledgerd.cli.wallet import Wallet
from ledgerd.errors import VerificationFailed
from ledgerd.keys.roles import OperatorRole
from ledgerd.primitives.canonical import decode
from ledgerd.rpc.answers import Outcome
from ledgerd.rpc.catalogue import TX_SUBMIT
from ledgerd.rpc.registry import Method, P
from ledgerd.rpc.requests import Act, TxSubmit

A = TypeVar("A", bound=Act)


class KeyHolder(Protocol):
    """Whoever signs here: an operator key or a patient's device."""

    @property
    def public_key(self) -> bytes: ...
    def sign(self, payload: bytes) -> bytes: ...


@dataclass(frozen=True, slots=True)
class Desk:
    """Acts from one home, and from its siblings in a network of one machine."""

    session: Session

    def office(self, method: Method[A, Outcome], request: A) -> Outcome:
        """Let the office key on the author's node act."""
        return self._call(self._home_of(request), method, request)

    def operator(self, method: Method[A, Outcome], request: A, role: OperatorRole) -> Outcome:
        """Act with the author's operator key of a role."""
        if role is OperatorRole.OFFICE:
            return self.office(method, request)
        home = self._home_of(request)
        institution = request.author or home.institution
        signer = home.keys.keys_of(institution).signer(role)
        author = InstitutionAuthor(institution_id=institution)
        return self._sign_and_submit(home, method, request, (author, signer))

    def compose(self, method: Method[A, Outcome], request: A, role: OperatorRole) -> Outcome:
        """Let the author's node compose an act for the operator key of a role; nothing is sent."""
        home = self._home_of(request)
        keys = home.keys.keys_of(request.author or home.institution)
        signer = keys.operator_public_key(role).hex()
        return self._call(home, method, msgspec.structs.replace(request, signer=signer))

    def patient(self, method: Method[A, Outcome], request: A, wallet: Wallet) -> Outcome:
        """Act with a patient's device, through the node of this home."""
        author = AccountAuthor(account_id=bytes.fromhex(wallet.author))
        return self._sign_and_submit(self.session.home, method, request, (author, wallet))

    def _home_of(self, request: Act) -> Home:
        home = self.session.home
        return home if request.author is None else home.home_of(request.author)

    def _call(self, home: Home, method: Method[P, Outcome], request: P) -> Outcome:
        asked_here = home.path == self.session.home.path
        target = self.session.target() if asked_here else home.target
        self.session.detail(f"{method.name} through {target.text}")
        if isinstance(request, Act):
            request = msgspec.structs.replace(request, after_height=SEEN.of(home.chain_id))
        outcome = self.session.client(target).call(method, request)
        SEEN.note(home.chain_id, outcome.height)
        return outcome

    def _sign_and_submit(
        self,
        home: Home,
        method: Method[A, Outcome],
        request: A,
        signing: tuple[Author, KeyHolder],
    ) -> Outcome:
        author, holder = signing
        asked = msgspec.structs.replace(request, signer=holder.public_key.hex())
        composed = self._call(home, method, asked)
        if composed.state != "unsigned":
            return composed  # the outbox knows this client_ref: here is its first result
        signed = sign_checked(composed.transaction, home, author, holder)
        submit = TxSubmit(
            transaction=signed.hex(),
            sidecars=composed.sidecars,
            wait=request.wait,
            timeout_s=request.timeout_s,
        )
        outcome = self._call(home, TX_SUBMIT, submit)
        return msgspec.structs.replace(
            outcome, client_ref=request.client_ref, object=outcome.object or composed.object
        )


def sign_checked(transaction: str, home: Home, author: Author, holder: KeyHolder) -> bytes:
    """Sign a composed transaction, if it is what was asked for.

    Raises:
        VerificationFailed: it names another chain, author or key.
        DecodeError: it is no transaction.
    """
    body = decode(bytes.fromhex(transaction), Transaction, bytes_max=TRANSACTION_BYTES_MAX)
    wanted = (home.chain_id, author, holder.public_key)
    if (body.chain_id, body.author, body.public_key) != wanted:
        raise VerificationFailed("the node composed a transaction of another chain, author or key")
    return sign_transaction(body, holder).encoded
