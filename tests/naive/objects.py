"""What the naive model remembers of each object: plain fields, no behaviour but sums."""

from dataclasses import dataclass, field
from typing import Any

PUBLIC_PAYERS = ("medicare", "aid")


@dataclass
class Member:
    """An institution; ``roles`` by operator key, ``terminals`` that it registered by key.

    A terminal is True while it is in service. ``encryption_keys`` by number.
    """

    kind: str
    roles: dict[bytes, str]
    is_validator: bool = False
    is_suspended: bool = False
    host: str | None = None
    addresses: tuple[str, ...] = ()
    encryption_keys: dict[int, bytes] = field(default_factory=dict)
    terminals: dict[bytes, bool] = field(default_factory=dict)

    @classmethod
    def of(cls, institution: Any, *, is_validator: bool) -> "Member":
        return cls(
            kind=institution.kind,
            roles={key.public_key: key.role for key in institution.operator_keys},
            is_validator=is_validator,
            host=institution.hosted_by,
            addresses=institution.addresses,
            encryption_keys={key.number: key.public_key for key in institution.encryption_keys},
        )

    def role_of(self, key: bytes) -> str | None:
        return self.roles.get(key) or ("terminal" if self.terminals.get(key) else None)

    def keys_of(self, *roles: str) -> list[bytes]:
        known = [*self.roles, *(key for key in self.terminals if key not in self.roles)]
        return [key for key in known if self.role_of(key) in roles]


@dataclass
class Account:
    """A patient's account; ``keys`` sign for it."""

    registrar: str
    enroller: str
    enrolling_key: bytes
    keys: dict[bytes, "Key"]
    is_confirmed: bool = False

    def may_act(self, key: bytes, now_ms: int) -> bool:
        its = self.keys.get(key)
        return its is not None and its.may_act(now_ms)


@dataclass
class Key:
    """A key of an account; ``adder`` is the key that added it for an institution."""

    name: bytes
    acts_from_ms: int = 0
    is_confirmed: bool = True
    adder: bytes = b""

    def may_act(self, now_ms: int) -> bool:
        return self.is_confirmed and now_ms >= self.acts_from_ms


@dataclass
class Span:
    """Numbers that are handed out upwards: below ``next`` they are, but for those that came back.

    Numbers that an allotment left out are as if they were handed out.
    """

    next: int
    returned: set[int] = field(default_factory=set)

    def is_free(self, first: int, last: int) -> bool:
        return all(n >= self.next or n in self.returned for n in range(first, last + 1))

    def take(self, first: int, last: int) -> None:
        self.returned -= set(range(first, last + 1))
        self.next = max(self.next, last + 1)

    def give_back(self, first: int, last: int) -> None:
        self.returned |= set(range(first, last + 1))
        while self.next - 1 in self.returned:
            self.next -= 1
            self.returned.remove(self.next)


@dataclass
class Range:
    """Numbers of a holder; what is handed on of them is taken out of ``span``."""

    holder: str
    first: int
    last: int
    span: Span
    parent: Span
    level: int = 1
    used: int = -1

    @property
    def was_handed_on(self) -> bool:
        return self.span.next != self.first or bool(self.span.returned)


@dataclass
class Payer:
    """What one payer has to do with one bill."""

    state: str
    reserved: int = 0
    paid: int = 0
    claim: bytes | None = None
    recovered: int = 0
    is_appealed: bool = False


@dataclass
class Bill:
    """One bill and what happened to it."""

    issuer: str
    is_red: bool
    date: int
    issued_ms: int
    total: int
    public: int
    hospital: int
    position: int
    owner: bytes | None
    settlement: bytes | None
    supervisor: str | None = None
    announced_by: bytes | None = None
    is_reversed: bool = False
    paid: int = 0
    payments: int = 0
    payers: dict[str, Payer] = field(default_factory=dict)
    is_voided: bool = False
    binder: str | None = None
    paper: str = "none"
    refunded: int = 0
    refunds: int = 0
    related: Any = None
    cases_open: int = 0
    erased: int = 0
    voided_ms: int | None = None
    reversed_ms: int | None = None
    file: str = "open"

    @property
    def is_taken_back(self) -> bool:
        return self.is_reversed or self.is_voided

    @property
    def is_entered(self) -> bool:
        its = self.payers.get("employer")
        return its is not None and its.state == "paid"

    @property
    def due(self) -> int:
        return self.total - self.public - self.hospital

    @property
    def was_filed(self) -> bool:
        return any(payer.claim is not None for payer in self.payers.values())

    @property
    def has_open_claim(self) -> bool:
        return any(payer.state in {"filed", "decided"} for payer in self.payers.values())

    def borne_by(self, *, public: bool) -> int:
        return sum(
            payer.reserved + payer.paid
            for name, payer in self.payers.items()
            if (name in PUBLIC_PAYERS) == public
        )


@dataclass
class Settlement:
    """What public funds bear of one total."""

    bureau: str
    hospital: str
    total: int
    public: int
    hospital_part: int
    made_ms: int
    reversed_ms: int | None = None
    state: str = "open"


@dataclass
class Grant:
    """Consent that a reader sees parts of a bill."""

    account: bytes
    reader: str
    parts: int
    until_ms: int
    purpose: int = 0
    is_revoked: bool = False

    def is_in_force(self, now_ms: int) -> bool:
        return not self.is_revoked and now_ms < self.until_ms


@dataclass
class Delivery:
    """Keys handed on; without grant and reader to the devices of the owner."""

    reader: str | None
    parts: int
    grant: bytes | None


@dataclass
class Report:
    """A reader's word that a bill does not open."""

    reader: str
    parts: int
    is_answered: bool = False


@dataclass
class Claim:
    """A request for money for some bills; ``asked`` for now, ``amounts`` once it is decided."""

    account: bytes
    payer: str
    slot: str
    bills: list[tuple[Any, int]]
    expires_ms: int
    asked: list[int]
    state: str = "filed"
    amounts: list[int] = field(default_factory=list)
    decided_by: bytes = b""
    is_appealed: bool = False
    deciders: list[bytes] = field(default_factory=list)
    supplement_until_ms: int | None = None
    supplements: int = 0
    recoveries: int = 0
    payouts: list[int] = field(default_factory=list)

    @property
    def is_open(self) -> bool:
        return self.state in {"filed", "decided"}
