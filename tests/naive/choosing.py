"""Draws the next act: mostly sensible, sometimes by the wrong hand, with a wrong field, or again.

Every operation has a choice, entered in `CHOICES` with its weight by the modules ``choices_*``; it
looks at the model, so that most of what it draws is worth refusing or accepting. A drawn act is
plain data (`Act`): a failing run can be shortened without drawing again.
"""

import random
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import Any, TypeVar

import msgspec

from ledgerd.chain.params import DAY_MS, HOUR_MS
from ledgerd.ledger.operations import encode_operation
from tests.naive.model import Model
from tests.naive.passkeys import ELSEWHERE, POOL, passkey
from tests.naive.world import ACCOUNTS, BY_KIND, KINDS, ROLES, Hand, hand
from tests.unit.ledgerd.ledger.world import CHAIN_ID, hash_of, key_of

_T = TypeVar("_T")
Drawn = tuple[Hand, Any]
Choice = Callable[["Chooser"], Drawn | None]
CHOICES: dict[str, tuple[int, Choice]] = {}
HOT = 10  # the last so many objects of a kind are drawn four times in five


@dataclass(frozen=True)
class Act:
    """One transaction to come: who, what, when, and how it is wrapped."""

    by: Hand
    operations: tuple[bytes, ...]
    after_ms: int = 1_000
    valid_ms: int = HOUR_MS
    chain_id: bytes = CHAIN_ID
    is_atomic: bool = False
    site: str = ""  # where the passkey of its key signs; other keys sign nowhere


def choice(weight: int) -> Callable[[Choice], Choice]:
    def enter(function: Choice) -> Choice:
        CHOICES[function.__name__] = (weight, function)
        return function

    return enter


class Chooser:
    """A stream of acts from one source of randomness, looking at one model."""

    def __init__(self, rng: random.Random, model: Model) -> None:
        self.rng, self.model = rng, model
        self._serial = 0
        self.drawn: Counter[str] = Counter()  # how often what kind of act was drawn
        self._past: list[Drawn] = []
        self._names = list(CHOICES)
        self._weights = [CHOICES[name][0] for name in self._names]

    # What the choices draw with.

    def ref(self, what: str) -> str:
        self._serial += 1
        return f"{what} {self._serial}"

    def fresh(self, what: str = "fresh") -> bytes:
        return hash_of(self.ref(what))

    def chance(self, percent: int) -> bool:
        return self.rng.randrange(100) < percent

    def pick(self, items: Sequence[_T]) -> _T:
        return items[self.rng.randrange(len(items))]

    def hot(self, items: Sequence[_T]) -> _T | None:
        """Draw one of many, mostly of the newest."""
        if not items:
            return None
        return self.pick(items[-HOT:] if self.chance(80) else items)

    def of_kind(self, kind: str) -> str:
        return self.pick(BY_KIND[kind])

    def amount(self, top: int) -> int:
        """Draw an amount: all, nothing, one more, or something between."""
        drawn = self.rng.randrange(8)
        if drawn < 4:
            return top
        return (0, 1, top + 1, self.rng.randrange(top + 1))[drawn - 4]

    def positive(self, top: int) -> int:
        return max(1, self.amount(top))

    def member_key(self, member: str, *roles: str) -> Hand:
        """Draw a current key of a member with one of these roles, or a guess when it has none."""
        keys = self.model.state.members[member].keys_of(*roles)
        return Hand(member, self.pick(keys)) if keys else hand(member, roles[0])

    def patient(self, account: bytes | None = None) -> Hand:
        if account is None:
            account = self.pick(ACCOUNTS[:3] if self.chance(90) else ACCOUNTS)
        known = self.model.state.accounts.get(account)
        return Hand(account, self.pick(list(known.keys))) if known and known.keys else hand(account)

    # The next act.

    def next_act(self) -> Act:
        if self._past and self.chance(10):
            by, operation = self._again()
        else:
            by, operation = self._fresh_act()
            self.drawn["fresh"] += 1
        self._past.append((by, operation))
        operations = [encode_operation(operation)]
        is_atomic = False
        if self.chance(2):
            more = [self._fresh_act() for _ in range(self.rng.randrange(1, 3))]
            operations += [encode_operation(other) for _, other in more]
            is_atomic = self.chance(50)
        act = Act(by, tuple(operations), self._pause_ms(), is_atomic=is_atomic, site=self._site())
        return self._spoilt(act) if self.chance(1) else act

    def _fresh_act(self) -> Drawn:
        while True:
            name = self.rng.choices(self._names, self._weights)[0]
            drawn = CHOICES[name][1](self)
            if drawn is None:
                continue
            by, operation = drawn
            if self.chance(8):
                by = self._other_hand(by)
            if self.chance(6):
                operation = self.with_other_field(operation)
            return by, operation

    def _again(self) -> Drawn:
        """Repeat an act as it was, under another ref, or with another body under its ref."""
        by, operation = before = self.hot(self._past) or self._past[-1]
        drawn = self.rng.randrange(5)
        if drawn == 0:
            operation = msgspec.structs.replace(operation, client_ref=self.ref("again"))
        elif drawn == 1:
            operation = self.with_other_field(operation)
        elif drawn == 2 and isinstance(by.author, str):
            by = hand(by.author, self.pick(ROLES))
        self.drawn["duplicate" if (by, operation) == before else "near-duplicate"] += 1
        return by, operation

    def _site(self) -> str:
        """Draw where a passkey signs: at the ledger's site, sometimes at another one."""
        return self.model.params.relying_party if self.chance(90) else ELSEWHERE

    def _pause_ms(self) -> int:
        drawn = self.rng.randrange(400)
        if drawn == 0:
            return self.rng.randrange(3 * DAY_MS)
        if drawn < 12:
            return self.rng.randrange(4 * HOUR_MS)
        return self.rng.randrange(1, 60_000)

    def _other_hand(self, by: Hand) -> Hand:
        drawn = self.rng.randrange(6)
        if isinstance(by.author, bytes) or drawn == 0:
            return hand(self.pick(sorted(KINDS)), self.pick(ROLES))
        if drawn == 1:
            return self.patient(self.pick(ACCOUNTS))
        if drawn == 2:
            return replace(by, public_key=key_of(self.pick(sorted(KINDS)), self.pick(ROLES)))
        if drawn == 3:
            return self.member_key(self.of_kind(KINDS.get(by.author, "hospital")), *ROLES)
        if drawn == 4 and self.chance(20):
            return replace(by, public_key=passkey(self.rng.randrange(POOL)))
        return hand(by.author, self.pick(ROLES))

    def with_other_field(self, operation: Any) -> Any:
        """Change one field to another value of its type."""
        name = self.pick([name for name in type(operation).__struct_fields__ if name != "version"])
        value = getattr(operation, name)
        other = self._other_value(value)
        changed = msgspec.structs.replace(operation, **{name: other})
        try:
            return msgspec.convert(msgspec.to_builtins(changed, builtin_types=(bytes,)),
                                   type(operation))  # fmt: skip
        except msgspec.ValidationError:
            return operation

    def _other_value(self, value: Any) -> Any:
        match value:
            case bool():
                return not value
            case int():
                return max(0, int(value) + self.pick((-1, 1, 100, -100)))
            case bytes():
                place = self.rng.randrange(len(value)) if value else 0
                return value[:place] + bytes([value[place] ^ 1]) + value[place + 1 :]
            case str() if value in KINDS:
                return self.pick(sorted(KINDS))
            case tuple() if value:
                return value[:-1] if self.chance(50) else (*value, value[-1])
        return value

    def _spoilt(self, act: Act) -> Act:
        drawn = self.rng.randrange(5)
        if drawn == 0:
            return replace(act, chain_id=hash_of("another chain"))
        if drawn == 1:
            return replace(act, valid_ms=-1)
        if drawn == 2:
            return replace(act, valid_ms=self.model.params.valid_until_ms_max + 1)
        data = bytearray(act.operations[0])
        data[self.rng.randrange(len(data))] ^= 1 << self.rng.randrange(8)
        return replace(act, operations=(bytes(data), *act.operations[1:]))
