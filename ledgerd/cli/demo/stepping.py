"""Taking steps in the demonstration: each one an act with its block and its time.

Rules: what is refused is refused by the ledger; what it had to refuse and did not ends the run.
"""

import time
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

from ledgerd.cli.demo.cast import Cast
from ledgerd.errors import LedgerdError
from ledgerd.rpc.answers import Outcome
from ledgerd.rpc.codes import RpcCode, RpcFailure


class WentOnWrongly(LedgerdError):  # noqa: N818
    """The ledger accepted what it had to refuse."""


@dataclass(frozen=True)
class Step:
    """One step of the way.

    Attributes:
        height: its block; 0 when the ledger refused it.
    """

    what: str
    height: int
    took_ms: float
    refused: str = ""


@dataclass
class Stepping:
    """Takes steps on a running network and remembers each."""

    network: Path
    now_ms: int
    say: Callable[[str], None]
    steps: list[Step] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.cast = Cast(self.network)

    def step(self, what: str, act: Callable[[], Outcome]) -> str:
        started = time.monotonic()
        outcome = act()
        self._tell(Step(what, outcome.height or 0, 1_000 * (time.monotonic() - started)))
        return outcome.object

    def refused(self, what: str, act: Callable[[], Outcome]) -> None:
        started = time.monotonic()
        try:
            act()
        except RpcFailure as refusal:
            if refusal.rpc_code is not RpcCode.REJECTED:
                raise
            took_ms = 1_000 * (time.monotonic() - started)
            self._tell(Step(what, 0, took_ms, refused=refusal.reason))
            return
        raise WentOnWrongly(what)

    def _tell(self, step: Step) -> None:
        self.steps.append(step)
        where = f"block {step.height:>4}" if step.height else "refused   "
        reason = f": {step.refused}" if step.refused else ""
        self.say(f"  {len(self.steps):>2}  {where}  {step.took_ms:>5.0f} ms  {step.what}{reason}")

    def name(self, name: str) -> str:
        return self.cast.institutions[name]
