"""A naive ledger: plain dictionaries, rules written from the domain and not from the code.

`Model.judge` says what the receipt of one operation may be: `Exactly` one code where the domain
leaves no choice (done, repeated, a conflicting ref, the rights), otherwise any of the codes whose
precondition does not hold, because the order of checks is nobody's promise. An operation that
may be done is done in the model at once.

The rules stand in the other modules of this folder, one function per operation, which gives the
set of codes of everything that is wrong, and changes the model only when that set is empty.
"""

import copy
import csv
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from ledgerd.chain.params import Params
from ledgerd.ledger.reject_codes import RejectCode as Code
from ledgerd.primitives.identifiers import client_ref_hash
from tests.naive import office_days
from tests.naive.objects import (
    Account,
    Bill,
    Claim,
    Delivery,
    Grant,
    Member,
    Range,
    Report,
    Settlement,
    Span,
)
from tests.naive.passkeys import is_passkey
from tests.naive.world import Hand, genesis

Codes = frozenset[Code]
FINE: Codes = frozenset((Code.OK,))
TABLE = Path(__file__).parents[1] / "data" / "who_may.csv"
with TABLE.open(encoding="ascii", newline="") as _file:
    WHO_MAY = {row["operation"]: row for row in csv.DictReader(_file)}


@dataclass(frozen=True)
class Who:
    """The author of an operation as the model knows it; kind and role are None for patients."""

    author: str | bytes
    key: bytes
    kind: str | None
    role: str | None
    is_deputy: bool = False

    @property
    def name(self) -> str:
        assert isinstance(self.author, str)
        return self.author

    @property
    def author_bytes(self) -> bytes:
        return self.author if isinstance(self.author, bytes) else self.author.encode()

    @property
    def account(self) -> bytes:
        assert isinstance(self.author, bytes)
        return self.author


Rule = Callable[["Model", Who, Any], set[Code]]
Subject = Callable[[Any], object]


@dataclass(frozen=True)
class _Entry:
    """A rule; ``kind`` of object that it makes; ``is_named`` when its ref names that object."""

    rule: Rule
    subject: Subject
    kind: str
    is_named: bool


RULES: dict[str, _Entry] = {}


def creates(kind: str, subject: Subject) -> Callable[[Rule], Rule]:
    """Enter a rule that makes an object of ``kind`` under its subject and the author's ref."""

    def enter(rule: Rule) -> Rule:
        RULES[_operation_of(rule)] = _Entry(rule, subject, kind, is_named=True)
        return rule

    return enter


def takes(kind: str, subject: Subject) -> Callable[[Rule], Rule]:
    """Enter a rule that makes an object with a name of its own: a bill's number, an account id."""

    def enter(rule: Rule) -> Rule:
        RULES[_operation_of(rule)] = _Entry(rule, subject, kind, is_named=False)
        return rule

    return enter


def moves(subject: Subject) -> Callable[[Rule], Rule]:
    """Enter a rule that moves the state of its subject forward."""

    def enter(rule: Rule) -> Rule:
        name = _operation_of(rule)
        RULES[name] = _Entry(rule, subject, name, is_named=False)
        return rule

    return enter


def _operation_of(rule: Rule) -> str:
    return "".join(word.capitalize() for word in rule.__name__.split("_"))


def wrong(*checks: tuple[object, Code]) -> set[Code]:
    """Gather the codes of all checks of which the condition holds."""
    return {code for is_wrong, code in checks if is_wrong}


@dataclass
class Done:
    """What took effect under one ref."""

    data: bytes
    place: tuple[int, int, int]


@dataclass
class State:
    """Everything that the model remembers."""

    params: Params = field(default_factory=lambda: genesis().params)
    members: dict[str, Member] = field(default_factory=dict)
    accounts: dict[bytes, Account] = field(default_factory=dict)
    tokens: set[tuple[str, str, bytes]] = field(default_factory=set)
    codes: dict[str, tuple[str, Span]] = field(default_factory=dict)
    ranges: dict[tuple[str, bytes], Range] = field(default_factory=dict)
    bills: dict[Any, Bill] = field(default_factory=dict)
    settlements: dict[bytes, Settlement] = field(default_factory=dict)
    grants: dict[tuple[Any, bytes], Grant] = field(default_factory=dict)
    deliveries: dict[tuple[Any, bytes], Delivery] = field(default_factory=dict)
    reports: dict[tuple[Any, bytes], Report] = field(default_factory=dict)
    claims: dict[bytes, Claim] = field(default_factory=dict)
    others: dict[str, dict[Any, Any]] = field(default_factory=dict)
    done: dict[tuple[object, ...], Done] = field(default_factory=dict)

    def of(self, kind: str) -> dict[Any, Any]:
        """Give the objects of a kind that has no field of its own."""
        return self.others.setdefault(kind, {})


class Model:
    """The naive ledger at one block time."""

    def __init__(self) -> None:
        self.state = State()
        self.now_ms = genesis().created_ms
        self.place = (0, 0, 0)
        validators = {validator.institution_id for validator in genesis().validators}
        for each in genesis().institutions:
            self.state.members[each.institution_id] = Member.of(
                each, is_validator=each.institution_id in validators
            )

    @property
    def params(self) -> Params:
        return self.state.params

    def saved(self) -> State:
        return copy.deepcopy(self.state)

    def who(self, by: Hand) -> Who | None:
        """Find an author; None when nobody has this name."""
        if isinstance(by.author, bytes):
            known = self.state.accounts.get(by.author)
            return Who(by.author, by.public_key, None, None) if known else None
        member = self.state.members.get(by.author)
        if member is None:
            return None
        return Who(by.author, by.public_key, member.kind, member.role_of(by.public_key))

    def judge(self, by: Hand, operation: Any, data: bytes, problems: set[Code]) -> Codes:
        """Say which receipts are right for an operation, and do it when it may be done.

        ``problems`` are those of the transaction as a whole.
        """
        entry = RULES[type(operation).__name__]
        trace = _trace_of(entry, by, operation)
        known = self.state.done.get(trace)
        if known is not None and known.data == data:
            return frozenset((Code.REPEATED,))
        if known is not None and entry.is_named:
            return frozenset((Code.CONFLICTING_CLIENT_REF,))
        who = self.who(by)
        saved = None if known is None else self.saved()  # looked at, never done: the ref is taken
        early = problems - {Code.RELYING_PARTY_DIFFERS}  # asked when the key is known
        found = early or self._transaction_problems(by, who) or problems
        if not found:
            assert who is not None
            found = _rights(operation, who) or self._guards(entry, who, operation)
        if saved is not None:
            self.state = saved
            return frozenset(found | {Code.CONFLICTING_CLIENT_REF})
        if found:
            return frozenset(found)
        self.state.done[trace] = Done(data, self.place)
        return FINE

    def first_place(self, by: Hand, operation: Any) -> tuple[int, int, int]:
        """Give where the operation took effect that this one repeats."""
        entry = RULES[type(operation).__name__]
        return self.state.done[_trace_of(entry, by, operation)].place

    def _transaction_problems(self, by: Hand, who: Who | None) -> set[Code]:
        if who is None:
            return {Code.UNKNOWN_AUTHOR}
        if isinstance(by.author, str):
            is_suspended = self.state.members[by.author].is_suspended
            return wrong(
                (is_suspended, Code.SUSPENDED),
                (who.role is None, Code.SIGNER_NOT_CURRENT),
                (is_passkey(by.public_key), Code.SCHEME_NOT_SUPPORTED),
            )
        return wrong(
            (by.public_key not in self.state.accounts[by.author].keys, Code.SIGNER_NOT_CURRENT)
        )

    def _guards(self, entry: _Entry, who: Who, operation: Any) -> set[Code]:
        """Ask the rule; an office key is asked last whether it has done enough today."""
        if who.role != "office":
            return entry.rule(self, who, operation)
        books, mine = "office day", (who.author, who.key)
        known = self.state.of(books).get(mine)
        grown = office_days.grown(known, operation, self.now_ms)
        if office_days.is_over(grown, operation, self.params):
            saved = self.saved()
            found = entry.rule(self, who, operation)
            self.state = saved
            return found or {Code.OFFICE_DAY_LIMIT}
        found = entry.rule(self, who, operation)
        if not found:
            self.state.of(books)[mine] = grown
        return found


def _trace_of(entry: _Entry, by: Hand, operation: Any) -> tuple[object, ...]:
    return entry.kind, by.author, operation.client_ref, entry.subject(operation)


def _rights(operation: Any, who: Who) -> set[Code]:
    row = WHO_MAY[type(operation).__name__]
    if who.kind is None:
        return wrong((row["patient"] != "yes", Code.KIND_NOT_ALLOWED))
    cell = row[who.kind]
    if cell == "-":
        return {Code.KIND_NOT_ALLOWED}
    return wrong((cell != "*" and who.role not in cell.split(), Code.ROLE_NOT_ALLOWED))


def ref_of(who: Who, client_ref: str) -> bytes:
    """Hash an author's ref as it stands in the names of objects."""
    author = who.author.encode() if isinstance(who.author, str) else who.author
    return client_ref_hash(author, client_ref)[:16]


def named(kind: bytes, institution: str, date: int, ref: bytes) -> bytes:
    """Give the name of an object that stands under an institution and a day."""
    return kind + institution.encode() + date.to_bytes(4, "big") + ref


def has_duplicates(items: Iterable[object]) -> bool:
    seen = list(items)
    return len(set(seen)) != len(seen)
