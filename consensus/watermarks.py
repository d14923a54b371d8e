"""How far blocks are sealed and executed here, and the window above both.

Rules of this file: ``executed`` and the seal only rise. Written by ``checkpointing.py``.

Source: consensus.md section 1 (low watermark); Castro & Liskov 1999, section 4.3.
"""

from consensus.ids import Digest, SequenceNumber
from consensus.messages import StableCertificate
from consensus.quorum import Membership
from consensus.records import ExecutedRecord


class Watermarks:
    """The low watermark and what it is made of.

    Attributes:
        seal: the highest seal known; None before the first of the epoch.
        sealed: its height.
        executed: last height that the host has executed and written.
        low: the lesser of both; no vote at or below it counts any more.
        high: no vote above it is given.
        horizon: nothing above it is kept.
    """

    def __init__(self, membership: Membership) -> None:
        self._window = membership.limits.window
        self._executions: dict[SequenceNumber, ExecutedRecord] = {}  # those above low, and the last
        self.seal: StableCertificate | None = None
        self.sealed = membership.root_sequence
        self.executed = membership.root_sequence
        self._move()

    def _move(self) -> None:
        """Derive the window; a seal without execution does not move it.

        A replica whose window ran ahead of its executor would vote beyond what it can judge.
        """
        self.low = min(self.sealed, self.executed)
        self.high = SequenceNumber(self.low + self._window)
        self.horizon = SequenceNumber(self.low + 2 * self._window)

    def header_hash(self, sequence: SequenceNumber) -> Digest | None:
        """Return what was computed here at this height, while it is kept."""
        execution = self._executions.get(sequence)
        return None if execution is None else execution.header_hash

    def execute(self, execution: ExecutedRecord) -> None:
        """Note an executed block; heights only rise, a snapshot may jump."""
        assert execution.sequence > self.executed
        self.executed = execution.sequence
        self._executions[execution.sequence] = execution
        self._move()
        self._forget()

    def raise_seal(self, seal: StableCertificate) -> None:
        """Note a higher seal."""
        assert seal.sequence > self.sealed
        self.seal = seal
        self.sealed = seal.sequence
        self._move()
        self._forget()

    def executions(self) -> tuple[ExecutedRecord, ...]:
        """Return what a log must hold: the last execution and all that are not sealed."""
        return tuple(self._executions[sequence] for sequence in sorted(self._executions))

    def _forget(self) -> None:
        for sequence in [s for s in self._executions if s <= self.low and s < self.executed]:
            del self._executions[sequence]
