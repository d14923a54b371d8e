"""The load: acts begun at a stated rate, whether the network keeps up or not.

Rules: one thread says when an act is due, many hands carry acts to nodes; a hand that waits for an
answer does not hold up the next act. When all hands are busy an act begins late, and that is
counted. An act is tried again at another node, with the very same bytes, until it is acknowledged,
refused for good, or too old; every attempt is entered into the journal.
"""

import itertools
import queue
import random
import threading
import time
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field

from ledgerd.errors import LedgerdError
from ledgerd.rpc.answers import Outcome
from ledgerd.rpc.catalogue import TX_SUBMIT
from ledgerd.rpc.client import NodeUnreachable, Target, open_client
from ledgerd.rpc.codes import RpcCode, RpcFailure
from ledgerd.rpc.requests import TxSubmit
from tests.chaos.acts import Act
from tests.chaos.journal import ACKNOWLEDGED, REFUSED, UNKNOWN, Journal, Told

HANDS = 256
WAIT_S = 4  # for a commit; then the node says outcome_unknown
ANSWER_S = 2.0  # on top of it, and of what the client itself adds
AGE_S_MAX = 12.0  # an act that is older is not tried again
PAUSE_S = 0.5  # before another attempt
LATE_S = 0.25
IN_FORCE = {"OK", "REPEATED"}
CERTAIN = {
    RpcCode.POOL_FULL, RpcCode.NOT_SYNCED, RpcCode.NO_QUORUM, RpcCode.RATE_LIMITED,
    RpcCode.REJECTED, RpcCode.TOO_LARGE, RpcCode.CONFLICTING_CLIENT_REF, RpcCode.UNAUTHORISED,
}  # fmt: skip
FINAL = {RpcCode.REJECTED, RpcCode.CONFLICTING_CLIENT_REF}


@dataclass
class OpenLoad:
    """Hands acts in at a rate until it is ended.

    Attributes:
        targets: asked each time, for a restarted node has a new cookie; None: not running.
        late: acts that began later than they were due because all hands were busy.
    """

    make: Callable[[], Act]
    targets: dict[str, Callable[[], Target | None]]
    rate: float
    journal: Journal
    rng: random.Random
    hands: int = HANDS
    begun: int = 0
    late: int = 0
    words: Counter[str] = field(default_factory=Counter)
    _due: "queue.Queue[tuple[float, Act] | None]" = field(default_factory=queue.Queue)
    _stop: threading.Event = field(default_factory=threading.Event)
    _threads: list[threading.Thread] = field(default_factory=list)
    _began_s: float = 0.0

    def begin(self) -> None:
        self._began_s = time.monotonic()
        seeds = [self.rng.getrandbits(64) for _ in range(self.hands)]
        for number, seed in enumerate(seeds):
            chance = random.Random(seed)
            hand = threading.Thread(target=self._carry, args=(chance,), name=f"hand-{number}")
            self._threads.append(hand)
        self._threads.append(threading.Thread(target=self._tell_when_due, name="load"))
        for thread in self._threads:
            thread.start()

    def end(self) -> None:
        """Begin nothing more; every attempt under way is answered or given up."""
        self._stop.set()
        for _ in range(self.hands):
            self._due.put(None)
        for thread in self._threads:
            thread.join()

    def elapsed_s(self) -> float:
        return time.monotonic() - self._began_s

    def _tell_when_due(self) -> None:
        for number in itertools.count(1):
            act = self.make()
            due_s = number / self.rate
            left_s = due_s - self.elapsed_s()
            if self._stop.wait(left_s) if left_s > 0 else self._stop.is_set():
                return
            self.begun += 1
            self._due.put((due_s, act))

    def _carry(self, chance: random.Random) -> None:
        while (taken := self._due.get()) is not None:
            due_s, act = taken
            if self._stop.is_set():
                continue
            self.late += self.elapsed_s() - due_s > LATE_S
            self._try_until_told(act, due_s, chance)

    def _try_until_told(self, act: Act, due_s: float, chance: random.Random) -> None:
        names = list(self.targets)
        chance.shuffle(names)
        for name in itertools.cycle(names):
            told, is_final = self._attempt(act, name)
            self.journal.enter(told)
            self.words[f"{told.outcome}: {told.word}"] += 1
            if is_final or self._stop.is_set() or self.elapsed_s() - due_s > AGE_S_MAX:
                return
            self._stop.wait(PAUSE_S)

    def _attempt(self, act: Act, name: str) -> tuple[Told, bool]:
        begun_s = self.elapsed_s()
        said = self._ask(act, name)
        told = Told(
            act.number, act.kind, act.ref, act.bill, name, said.outcome, said.word,
            round(begun_s, 3), round(self.elapsed_s(), 3), said.tx_id, said.height,
        )  # fmt: skip
        return told, said.is_final

    def _ask(self, act: Act, name: str) -> "Said":
        target = self.targets[name]()
        if target is None:
            return Said(REFUSED, "not running")
        request = TxSubmit(
            transaction=act.transaction, sidecars=act.sidecars, wait="committed", timeout_s=WAIT_S
        )
        try:
            with open_client(target, ANSWER_S) as client:
                return said_of(client.call(TX_SUBMIT, request))
        except RpcFailure as error:
            outcome = REFUSED if error.rpc_code in CERTAIN else UNKNOWN
            word = f"{error.rpc_code.label} {error.reason}".strip()
            return Said(outcome, word, is_final=error.rpc_code in FINAL)
        except NodeUnreachable:
            return Said(REFUSED, "unreachable")
        except LedgerdError as error:
            return Said(UNKNOWN, type(error).__name__)


@dataclass(frozen=True)
class Said:
    """An answer, judged."""

    outcome: str
    word: str
    is_final: bool = False
    tx_id: str = ""
    height: int = 0


def said_of(answer: Outcome) -> Said:
    if answer.state not in {"committed", "sealed"} or answer.height is None:
        return Said(UNKNOWN, answer.state)
    reasons = {receipt.reason for receipt in answer.receipts}
    if reasons and reasons <= IN_FORCE:
        word = "REPEATED" if "REPEATED" in reasons else "OK"
        return Said(ACKNOWLEDGED, word, True, answer.tx_id, answer.height)
    return Said(REFUSED, " ".join(sorted(reasons)), True, answer.tx_id, answer.height)
