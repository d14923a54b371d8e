"""Acting: an act goes through the node of its author, signed by the key that its role needs.

Rules: the office key signs on the node; every other key signs here, after what is to be signed was
checked to be what was asked for: this chain, this author, this key. The ``client_ref`` is printed
before anything is sent, so that the same command can be repeated.
"""

import secrets
import threading
from dataclasses import dataclass
from typing import Any, Protocol, TypeVar

import msgspec

from ledgerd.chain.transaction import (
    TRANSACTION_BYTES_MAX,
    AccountAuthor,
    Author,
    InstitutionAuthor,
    Transaction,
    sign_transaction,
)
from ledgerd.cli.homes import Home
from ledgerd.cli.output import note
from ledgerd.cli.session import Session
from ledgerd.cli.wallet import Wallet
from ledgerd.errors import VerificationFailed
from ledgerd.keys.roles import OperatorRole
from ledgerd.primitives.canonical import decode
from ledgerd.rpc.answers import Outcome
from ledgerd.rpc.catalogue import TX_SUBMIT
from ledgerd.rpc.fields import WAIT_S_MAX, Params
from ledgerd.rpc.registry import Method
from ledgerd.rpc.requests import Act, TxSubmit

A = TypeVar("A", bound=Act)
P = TypeVar("P", bound=Params)
OFFICE = OperatorRole.OFFICE


class KeyHolder(Protocol):
    """Whoever signs here: an operator key or a patient's device."""

    @property
    def public_key(self) -> bytes: ...
    def sign(self, payload: bytes) -> bytes: ...


def new_ref(act: str) -> str:
    """Make a ``client_ref`` for somebody who gave none."""
    return f"{act}-{secrets.token_hex(8)}"


class HeightsSeen:
    """The highest block of each chain in which an act of this process was committed.

    Nodes apply a block some milliseconds apart: an act that builds on one that another node has
    acknowledged tells its own node to catch up first.
    """

    def __init__(self) -> None:
        self._heights: dict[bytes, int] = {}
        self._lock = threading.Lock()

    def note(self, chain_id: bytes, height: int | None) -> None:
        with self._lock:
            self._heights[chain_id] = max(self._heights.get(chain_id, 0), height or 0)

    def of(self, chain_id: bytes) -> int:
        with self._lock:
            return self._heights.get(chain_id, 0)


SEEN = HeightsSeen()


@dataclass(frozen=True, slots=True)
class Desk:
    """Acts from one home, and from its siblings in a network of one machine."""

    session: Session

    def office(self, method: Method[A, Outcome], request: A) -> Outcome:
        """Let the office key on the author's node act."""
        return self._call(self._home_of(request), method, request)

    def operator(self, method: Method[A, Outcome], request: A, role: OperatorRole) -> Outcome:
        """Act with the author's operator key of a role."""
        if role is OFFICE:
            return self.office(method, request)
        home = self._home_of(request)
        institution = request.author or home.institution
        signer = home.keys.keys_of(institution).signer(role)
        author = InstitutionAuthor(institution_id=institution)
        return self._sign_and_submit(home, method, request, (author, signer))

    def patient(self, method: Method[A, Outcome], request: A, wallet: Wallet) -> Outcome:
        """Act with a patient's device, through the node of this home."""
        author = AccountAuthor(account_id=bytes.fromhex(wallet.account))
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


def perform(
    session: Session, method: Method[A, Outcome], role: OperatorRole, given: dict[str, Any]
) -> Outcome:
    """Make the request of an act from a command's options, act, and print the outcome."""
    request = method.params(timeout_s=min(session.options.timeout_s, WAIT_S_MAX), **given)
    note(f"client_ref {request.client_ref}")
    outcome = Desk(session).operator(method, request, role)
    session.show(outcome)
    return outcome


def perform_for_patient(
    session: Session, method: Method[A, Outcome], wallet: Wallet, given: dict[str, Any]
) -> Outcome:
    """The same, signed by a patient's device."""
    request = method.params(timeout_s=min(session.options.timeout_s, WAIT_S_MAX), **given)
    note(f"client_ref {request.client_ref}")
    outcome = Desk(session).patient(method, request, wallet)
    session.show(outcome)
    return outcome
