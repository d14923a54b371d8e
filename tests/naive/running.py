"""Runs random acts on the ledger and on the naive model, and stops where they differ.

A run is a list of acts: a failing one is shortened by leaving acts out as long as it still fails.
"""

import random
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

from ledgerd.chain.transaction import (
    SCHEME_ED25519,
    SCHEME_PASSKEY,
    AccountAuthor,
    Author,
    InstitutionAuthor,
    Transaction,
)
from ledgerd.errors import DecodeError
from ledgerd.ledger.acting import BlockContext
from ledgerd.ledger.apply import execute_transaction
from ledgerd.ledger.genesis_state import genesis_state
from ledgerd.ledger.objects import Bill
from ledgerd.ledger.operations import decode_operation
from ledgerd.ledger.overlay import Overlay
from ledgerd.ledger.receipts import Receipt
from ledgerd.ledger.reject_codes import RejectCode as Code
from tests.naive import everything
from tests.naive.choosing import Act, Chooser
from tests.naive.comparing import bill_ref, differences, is_bill, read
from tests.naive.model import Codes, Model, wrong
from tests.naive.money import breaches
from tests.naive.opening import opening_acts
from tests.naive.passkeys import is_passkey, signed_for
from tests.naive.world import Hand, genesis
from tests.unit.ledgerd.ledger.world import CHAIN_ID, as_read

assert everything.RULES
MALFORMED: Codes = frozenset((Code.MALFORMED,))


SHORTENING_TRIES = 200


class Difference(AssertionError):  # noqa: N818
    """Ledger and model do not agree."""


class Ledger:
    """The ledger under test: a state in memory, a block for each act."""

    def __init__(self) -> None:
        self.state = genesis_state(genesis())
        self.height, self.time_ms = 0, genesis().created_ms
        self.money_checks = 0

    def get(self, key: bytes) -> bytes | None:
        return self.state.get(key)

    def execute(self, act: Act) -> tuple[tuple[Receipt, ...], dict[bytes, bytes]]:
        """Execute an act in the next block; gives receipts and changed values."""
        self.height += 1
        self.time_ms += act.after_ms
        overlay = Overlay(self)
        context = BlockContext(self.height, self.time_ms, CHAIN_ID, 1)
        transaction = _transaction(act, self.time_ms)
        party = signed_for(transaction, act.site) if is_passkey(act.by.public_key) else None
        receipts = execute_transaction(
            as_read(transaction), 0, overlay, context, relying_party=party
        )
        changes = overlay.changes()
        self._check_money(changes)
        self.state.update(changes)
        return receipts, changes

    def _check_money(self, changes: dict[bytes, bytes]) -> None:
        for key, value in changes.items():
            if not is_bill(key):
                continue
            old = self.state.get(key)
            before = None if old is None else read(old, Bill)
            found = breaches(before, read(value, Bill))
            self.money_checks += 1
            if found:
                raise Difference(f"{bill_ref(key)}: {'; '.join(found)}")


def _transaction(act: Act, now_ms: int) -> Transaction:
    who = act.by.author
    author: Author = AccountAuthor(who) if isinstance(who, bytes) else InstitutionAuthor(who)
    return Transaction(
        chain_id=act.chain_id,
        author=author,
        scheme=SCHEME_PASSKEY if is_passkey(act.by.public_key) else SCHEME_ED25519,
        public_key=act.by.public_key,
        valid_until_ms=now_ms + act.valid_ms,
        atomic=act.is_atomic,
        operations=act.operations,
    )


def _is_elsewhere(act: Act, model: Model) -> bool:
    return is_passkey(act.by.public_key) and act.site != model.params.relying_party


@dataclass
class Pair:
    """The ledger and the model, side by side.

    Attributes:
        done: every operation that took effect, and by whom.
        codes: how often each code was answered.
        drawn: how often what kind of act was drawn.
        verdicts: how often each operation was accepted or refused.
    """

    ledger: Ledger = field(default_factory=Ledger)
    model: Model = field(default_factory=Model)
    done: list[tuple[Hand, bytes]] = field(default_factory=list)
    codes: Counter[Code] = field(default_factory=Counter)
    verdicts: Counter[tuple[str, bool]] = field(default_factory=Counter)
    drawn: Counter[str] = field(default_factory=Counter)
    operations: int = 0

    def act(self, act: Act) -> None:
        """Do one act on both sides.

        Raises:
            Difference: a receipt or a changed object is not what the model expects.
        """
        receipts, changes = self.ledger.execute(act)
        self.model.now_ms = self.ledger.time_ms
        saved = self.model.saved() if act.is_atomic else None
        judged = [self._judge(act, index) for index in range(len(act.operations))]
        if saved is not None and not all(codes <= _IN_FORCE for codes in judged):
            self.model.state = saved
            judged = [_FAILED if codes == _OK else codes for codes in judged]
        for receipt, expected in zip(receipts, judged, strict=True):
            self._check(act, receipt, expected)
        if not any(receipt.code is Code.OK for receipt in receipts) and changes:
            raise Difference(f"refused or repeated, but changed {sorted(changes)}")
        found = differences(self.model.state, changes)
        if found:
            raise Difference("; ".join(found))

    def _judge(self, act: Act, index: int) -> Codes:
        data = act.operations[index]
        try:
            operation = decode_operation(data)
        except DecodeError:
            return MALFORMED
        self.model.place = (self.ledger.height, 0, index)
        problems = wrong(
            (act.chain_id != CHAIN_ID, Code.WRONG_CHAIN),
            (act.valid_ms < 0, Code.EXPIRED),
            (act.valid_ms > self.model.params.valid_until_ms_max, Code.VALID_TOO_LONG),
            (_is_elsewhere(act, self.model), Code.RELYING_PARTY_DIFFERS),
        )
        return self.model.judge(act.by, operation, data, problems)

    def _check(self, act: Act, receipt: Receipt, expected: Codes) -> None:
        data = act.operations[receipt.operation]
        self.operations += 1
        self.codes[receipt.code] += 1
        name = "?" if expected == MALFORMED else type(decode_operation(data)).__name__
        if receipt.code not in expected:
            names = sorted(code.name for code in expected)
            raise Difference(f"{name}: the model expects {names}, the ledger {receipt.code.name}")
        self.verdicts[name, receipt.code is Code.OK] += 1
        if receipt.code is Code.OK:
            self.done.append((act.by, data))
        if receipt.code is Code.REPEATED:
            first = receipt.first
            assert first is not None
            place = (first.height, first.transaction, first.operation)
            if place != self.model.first_place(act.by, decode_operation(data)):
                raise Difference(f"{name}: a receipt names another place as the first")

    def replay(self) -> None:
        """Do again whatever took effect: it must change nothing, whatever has changed since.

        Raises:
            Difference: a replay was not answered as one, or changed the state.
        """
        for by, data in self.done:
            receipts, changes = self.ledger.execute(Act(by, (data,), 1))
            if changes or receipts[0].code is not Code.REPEATED:
                name = type(decode_operation(data)).__name__
                raise Difference(f"{name}: a replay gave {receipts[0].code.name}")


_OK: Codes = frozenset((Code.OK,))
_FAILED: Codes = frozenset((Code.ATOMIC_FAILED,))
_IN_FORCE: Codes = frozenset((Code.OK, Code.REPEATED))


def run_seeds(seeds: Iterable[int], count: int) -> None:
    """Run one seed after the other.

    Raises:
        Difference: of the first seed that shows one.
    """
    for seed in seeds:
        run(random.Random(seed), count)


def run(rng: random.Random, count: int) -> Pair:
    """Draw and do so many operations, then replay whatever took effect.

    Raises:
        Difference: with the shortest list of acts found that shows it.
    """
    pair = Pair()
    chooser, opening = Chooser(rng, pair.model), opening_acts()
    pair.drawn = chooser.drawn
    acts: list[Act] = []
    effective: list[Act] = []
    try:
        while pair.operations < count:
            acts.append(opening.pop(0) if opening else chooser.next_act())
            before = len(pair.done)
            pair.act(acts[-1])
            if len(pair.done) > before:
                effective.append(acts[-1])
        pair.replay()
    except Difference as difference:
        story = [*effective, *acts[-1:]]
        if failure_of(story) != str(difference):
            story = acts
        raise Difference(f"{difference}\n{told(shortest(story, str(difference)))}") from difference
    return pair


def failure_of(acts: Sequence[Act]) -> str | None:
    """Do a list of acts; gives what differs, or None."""
    pair = Pair()
    try:
        for act in acts:
            pair.act(act)
        pair.replay()
    except Difference as difference:
        return str(difference)
    return None


def shortest(acts: list[Act], difference: str) -> list[Act]:
    """Leave out acts, in ever smaller pieces, as long as the rest shows the same difference."""
    size, tries = len(acts) // 2, SHORTENING_TRIES
    while size and tries:
        start = 0
        while start < len(acts) and tries:
            tries -= 1
            fewer = acts[:start] + acts[start + size :]
            if failure_of(fewer) == difference:
                acts = fewer
            else:
                start += size
        size //= 2
    return acts


def told(acts: Iterable[Act]) -> str:
    """Show acts one a line."""
    lines = []
    for act in acts:
        names = []
        for data in act.operations:
            try:
                names.append(repr(decode_operation(data)))
            except DecodeError:
                names.append("malformed")
        lines.append(f"{act.by.author!r} {act.by.public_key.hex()[:6]} +{act.after_ms}: {names}")
    return "\n".join(lines)
