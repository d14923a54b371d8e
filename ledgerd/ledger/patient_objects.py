"""Objects of the state about patients: accounts, their keys, proxies, presence, acts for others.

Rules: as in ``objects``. An account lists the keys that it has now; what became of each key stands
in a record of its own, which stays when the key is gone.

Source: domain.md sections 1 and 4.
"""

from enum import IntEnum, unique
from typing import Annotated, Final

from msgspec import Meta

from ledgerd.chain.transaction import scheme_of_key
from ledgerd.ledger.fields import SealedDocument
from ledgerd.ledger.objects import KeyedStep, Origin
from ledgerd.ledger.patient_fields import Mandate, ProxyBills, ProxyScope
from ledgerd.primitives.canonical import (
    U8,
    AccountId,
    Bytes16,
    Canonical,
    Hash32,
    InstitutionId,
    Key32,
    PublicKey,
    Record,
    TimeMs,
)

KEYS_MAX: Final = 8  # devices of one person; the ninth replaces one
KEYS_WAITING_MAX: Final = 2  # so that no clerk can fill an account with keys that wait
WAITING_ACT_BYTES_MAX: Final = 8_192


class AccountKey(Canonical, frozen=True, kw_only=True):
    """A key of an account that may act, or that waits until it may.

    Attributes:
        key_id: names its record.
        sealing_key: X25519; keys of bills are sealed to it, also while the key waits.
        acts_from_ms: not before this block time may it act.
        is_confirmed: an existing key added it, or the registrar's reviewer confirmed it.
    """

    key_id: Bytes16
    public_key: PublicKey
    sealing_key: Key32
    since_ms: TimeMs
    acts_from_ms: TimeMs
    is_confirmed: bool

    @property
    def scheme(self) -> int:
        """1 Ed25519, 2 passkey."""
        return scheme_of_key(self.public_key)

    def is_in_force(self, time_ms: int) -> bool:
        """Say whether it may act and not only read."""
        return self.is_confirmed and time_ms >= self.acts_from_ms


class Account(Record, tag=86, frozen=True, kw_only=True):
    """A patient's account; without a key it acts through assisted acts only.

    Attributes:
        enrolled: its key differs from the confirming one.
        confirmed: before it the account can neither claim nor grant.
    """

    registrar: InstitutionId
    enroller: InstitutionId
    keys: Annotated[tuple[AccountKey, ...], Meta(max_length=KEYS_MAX)]
    record: SealedDocument
    enrolled: KeyedStep
    confirmed: Origin | None = None

    @property
    def sealing_keys(self) -> tuple[bytes, ...]:
        """To which everything that the patient may read is sealed."""
        return tuple(key.sealing_key for key in self.keys)

    def key_of(self, public_key: bytes) -> AccountKey | None:
        return next((key for key in self.keys if key.public_key == public_key), None)

    def key_named(self, key_id: bytes) -> AccountKey | None:
        return next((key for key in self.keys if key.key_id == key_id), None)


class KeyRecord(Record, tag=113, frozen=True, kw_only=True):
    """What happened to one key of an account.

    Attributes:
        adder: the institution that added it; None when a key of the account did.
    """

    public_key: PublicKey
    added: KeyedStep
    adder: InstitutionId | None
    confirmed: KeyedStep | None = None
    refused: Origin | None = None
    revoked: Origin | None = None


class Proxy(Record, tag=114, frozen=True, kw_only=True):
    """A person whom the account lets act for it.

    Attributes:
        holder: the account that may act.
        scope: tags of operations.
        bills: only acts about these; empty for all.
        until_ms: it acts before this block time.
    """

    holder: AccountId
    scope: ProxyScope
    bills: ProxyBills
    until_ms: TimeMs
    authorised: KeyedStep
    revoked: Origin | None = None


class Presence(Record, tag=115, frozen=True, kw_only=True):
    """A terminal saw the person: the class of what it checked, never an image or a score.

    Attributes:
        account: whose; None at an enrolment that follows.
        check: 1 face, 2 card, 3 both.
        visit: commitment to the visit that the person came for.
        used: the one act that rested on it.
    """

    account: AccountId | None
    check: U8
    visit: Hash32 | None
    attested: KeyedStep
    used: Origin | None = None


@unique
class ActState(IntEnum):
    """WAITING for a second key, DONE, or REVOKED: before it took effect, or afterwards."""

    WAITING = 1
    DONE = 2
    REVOKED = 3


class ActForAnother(Record, tag=116, frozen=True, kw_only=True):
    """What somebody did for an account.

    Attributes:
        deputy: 16 bytes of the proxy's account, 18 of the assisting institution.
        operation: tag of what was done.
        act: the operation while it waits; empty afterwards.
        object_key: what it created or moved; empty while it waits.
        is_undone: a revocation took the effect back.
    """

    deputy: Annotated[bytes, Meta(min_length=16, max_length=18)]
    mandate: Mandate
    operation: U8
    state: ActState
    act: Annotated[bytes, Meta(max_length=WAITING_ACT_BYTES_MAX)]
    object_key: Annotated[bytes, Meta(max_length=64)]
    made: KeyedStep
    confirmed: KeyedStep | None = None
    revoked: Origin | None = None
    is_undone: bool = False
