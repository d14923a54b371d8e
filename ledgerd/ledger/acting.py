"""One operation on its way through the rules: who acts, on what state, under which limits.

Rules: a rule refuses by raising ``TransactionRejected`` before it has written anything; ``apply``
turns that into a receipt, nobody else catches it. What is made anew for every operation is a struct
of msgspec: one of seven fields costs a tenth of what a frozen dataclass does.

Source: domain.md sections 2 and 4.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, NoReturn, TypeVar

from msgspec import Struct

from ledgerd.chain.genesis import Institution, Role
from ledgerd.chain.params import Params
from ledgerd.errors import TransactionRejected
from ledgerd.ledger.events import Event
from ledgerd.ledger.objects import KeyedStep, Origin
from ledgerd.ledger.overlay import Overlay
from ledgerd.ledger.patient_objects import Account
from ledgerd.ledger.reject_codes import RejectCode

_T = TypeVar("_T")


def refuse(code: RejectCode) -> NoReturn:
    """Refuse the operation."""
    raise TransactionRejected(code)


def require(condition: bool, code: RejectCode) -> None:  # noqa: FBT001
    """Refuse the operation unless a condition holds."""
    if not condition:
        raise TransactionRejected(code)


@dataclass(frozen=True, slots=True)
class BlockContext:
    """The block under execution.

    Attributes:
        height: of this block.
        time_ms: its header's timestamp; the only time that rules know.
        chain_id: the genesis hash.
        protocol_version: which rules apply.
    """

    height: int
    time_ms: int
    chain_id: bytes
    protocol_version: int


class Actor(Struct, frozen=True):
    """Who does it: an institution with the role of the signing key, or a patient's account.

    Attributes:
        author_bytes: 18 ASCII bytes of an institution, or 16 of an account.
        signer: public key that signed.
        role: of the signing key; None for accounts.
        deputy: author bytes of who acts for the account; None when it acts itself.
        is_suspended: the institution may do nothing.
    """

    author_bytes: bytes
    signer: bytes
    institution: Institution | None = None
    role: Role | None = None
    account: Account | None = None
    is_suspended: bool = False
    deputy: bytes | None = None

    @property
    def institution_name(self) -> str | None:
        """The id of the acting institution; None for an account, whose bytes are no text."""
        return None if self.institution is None else self.institution.institution_id


class Act(Struct, frozen=True):
    """One operation in its place.

    Attributes:
        ref: first half of H(author | client_ref).
        origin: what the objects keep of this operation.
        carry_out: does an operation of a patient for who is the actor of the act given; None
            where nothing is done for others.
    """

    state: Overlay
    params: Params
    context: BlockContext
    actor: Actor
    ref: bytes
    origin: Origin
    carry_out: "Callable[[Act, Any], Effect] | None" = None

    @property
    def institution_id(self) -> str:
        """The acting institution; ``rights`` let no account come here."""
        assert self.actor.institution is not None
        return self.actor.institution.institution_id

    @property
    def signer(self) -> bytes:
        return self.actor.signer

    def keyed_step(self) -> KeyedStep:
        return KeyedStep(origin=self.origin, signer=self.signer, time_ms=self.context.time_ms)

    def confirmed_account(self) -> bytes:
        """Give the acting account's id, or refuse because it, or its key, is not confirmed."""
        account = self.actor.account
        assert account is not None
        require(account.confirmed is not None, RejectCode.ACCOUNT_NOT_CONFIRMED)
        if self.actor.deputy is None:
            key = account.key_of(self.signer)
            assert key is not None
            require(key.is_in_force(self.context.time_ms), RejectCode.KEY_WAITING)
        return self.actor.author_bytes

    def need(self, found: _T | None) -> _T:
        """Give what was looked up, or refuse because it does not exist."""
        if found is None:
            refuse(RejectCode.NOT_FOUND)
        return found

    def require_office_amount(self, amount_fen: int, limit_fen: int) -> None:
        """Refuse an office key above its limit; people with other roles are not limited."""
        if self.actor.role == "office":
            require(amount_fen <= limit_fen, RejectCode.OFFICE_LIMIT)


class Effect(Struct, frozen=True):
    """What an accepted operation did.

    Attributes:
        object_key: state key of the object that it created or moved.
    """

    object_key: bytes
    events: tuple[Event, ...]
