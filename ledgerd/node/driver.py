"""The one task that owns the replica: reads the inbox, keeps the deadlines, performs the steps.

Rules: nobody else touches the ``Replica``. Inputs of one round are added into one ``Step``, so
that their records share one fdatasync; the step is performed in its written order and outside of
any timeout. Between two awaits nothing of the replica is half done.

Source: consensus.md sections 3 to 6; style.md section 10.
"""

from collections import deque
from collections.abc import Sequence
from dataclasses import dataclass
from math import inf
from typing import Protocol

import structlog
import trio

from consensus import Digest, Now, Proposal, Record, Replica, Report, Step
from consensus.messages import PrePrepare
from consensus.step import EMPTY
from ledgerd.chain.membership import Limits
from ledgerd.clock import Clock
from ledgerd.node.batch_desk import BatchDesk, BatchLimits
from ledgerd.node.inputs import (
    BlockAdopted,
    BlockExecuted,
    BundlesKnown,
    BundlesOver,
    Input,
    Inputs,
    LinksChanged,
    PeerSaid,
)
from ledgerd.node.tempo import BATCH_S, Agreement, Tempo

PAUSE_MS_MAX = int(BATCH_S * 1_000)  # between proposals while there is something to propose
GATHERING_MS_MAX = 100  # with so few blocks a second, what they cost is little on any machine
PAUSE_TIMEOUT_PART = 4  # nor longer than that part of a timeout
ROUND_INPUT_COUNT_MAX = 128  # inputs before effects are performed: a few milliseconds of work

log = structlog.get_logger()


class Performer(Protocol):
    """Performs the effects of one step, in the order in which ``Step`` lists them."""

    async def perform(self, step: Step) -> None: ...

    @property
    def is_rotation_due(self) -> bool:
        """Say whether the vote log wants to begin anew."""
        ...

    async def rotate(self, records: Sequence[Record]) -> None:
        """Begin the vote log anew with these records."""
        ...


@dataclass(frozen=True, slots=True)
class Pacing:
    """When and how much is proposed.

    Attributes:
        batch_interval_ms: proposals are at least so far apart while earlier blocks are at work.
        limits: of the membership record.
        tempo: how fast blocks are executed here.
    """

    batch_interval_ms: int
    limits: Limits
    tempo: Tempo

    def batch_limits(self) -> BatchLimits:
        """Say how much the next batch may hold."""
        return BatchLimits(
            bundle_count_max=self.limits.batch_bundle_count_max,
            bytes_max=self.limits.batch_bytes_max,
            transaction_count_max=self.tempo.batch_count_max,
        )

    def pause_ms(self, work_count: int, agreement: Agreement) -> int:
        """Give the least time between two proposals while ``work_count`` transactions are at work.

        When they last until after another batch could be agreed upon, nothing is gained by
        proposing: what comes meanwhile goes together into one block, which has a fixed cost on
        every node. Where agreement is the longer part, because the way is, batches follow each
        other and keep this node at work. Nobody waits for longer than a full batch takes: a
        primary that is behind with its blocks is not behind with its proposals.
        """
        most_ms = min(PAUSE_MS_MAX, self.limits.request_timeout_ms // PAUSE_TIMEOUT_PART)
        if work_count > self.tempo.per_s * agreement.shortest_ms / 1_000:
            return most_ms
        least_ms = self.batch_interval_ms if work_count else 0
        gathering_ms = min(agreement.gathering_ms, GATHERING_MS_MAX)
        return min(max(least_ms, gathering_ms), most_ms)


class Driver:
    """Drives one replica."""

    def __init__(
        self,
        replica: Replica,
        desk: BatchDesk,
        performer: Performer,
        clock: Clock,
        pacing: Pacing,
    ) -> None:
        self._replica = replica
        self._desk = desk
        self._performer = performer
        self._clock = clock
        self._pacing = pacing
        self._agreement = Agreement()
        self._proposed_ms: float = -inf
        self._report = replica.report()

    def report(self) -> Report:
        """Give the replica as it stood after the last round, for status and metrics."""
        return self._report

    async def run(self, inbox: trio.MemoryReceiveChannel[Inputs]) -> None:
        """Drive until the inbox ends or the replica halts.

        Raises:
            NodeHalted: a seal contradicts the own state.
            StorageError: a log or the store failed; restart recovers.
        """
        step = self._settled(self._replica.start(self._now()))
        self._look_around()
        await self._performer.perform(step)
        while True:
            try:
                inputs = await self._wait_inputs(inbox)
            except trio.EndOfChannel:
                return
            await self._performer.perform(self._react(inputs))
            if self._performer.is_rotation_due:
                await self._performer.rotate(self._replica.durable_records())

    async def _wait_inputs(self, inbox: trio.MemoryReceiveChannel[Inputs]) -> deque[Input]:
        """Wait for news or the deadline; give all that is there.

        Raises:
            trio.EndOfChannel: nothing is there and nothing will come.
        """
        inputs: deque[Input] = deque()
        try:
            inputs.extend(inbox.receive_nowait())
            await trio.lowlevel.checkpoint()
        except trio.WouldBlock:
            wait_ms = max(0, self._deadline_ms() - self._clock.monotonic_ms())
            with trio.move_on_after(wait_ms / 1000):
                inputs.extend(await inbox.receive())
        while len(inputs) < ROUND_INPUT_COUNT_MAX:
            try:
                inputs.extend(inbox.receive_nowait())
            except trio.WouldBlock:
                break
            except trio.EndOfChannel:
                break  # the next round sees the end again
        return inputs

    def _deadline_ms(self) -> float:
        deadline_ms = self._replica.next_deadline()
        if self._replica.can_propose() and self._desk.has_choice():
            return min(deadline_ms, self._proposal_due_ms())
        return deadline_ms

    def _proposal_due_ms(self) -> float:
        """Give the time of the next proposal; work counts while a block is on its way here."""
        is_idle = self._top() <= self._report.executed
        work_count = 0 if is_idle else self._desk.work_count()
        return self._proposed_ms + self._pacing.pause_ms(work_count, self._agreement)

    def _top(self) -> int:
        """Give the last height that is at work; a view begins without a tip."""
        return max(self._report.tip_sequence, self._report.decided)

    def _react(self, inputs: deque[Input]) -> Step:
        step = EMPTY
        for news in inputs:
            step += self._settled(self._take(news, self._now()))
        now = self._now()
        if now.monotonic_ms >= self._replica.next_deadline():
            step += self._settled(self._replica.on_deadline(now))
        self._look_around()
        return step + self._propose()

    def _take(self, news: Input, now: Now) -> Step:
        match news:
            case PeerSaid(message):
                return self._replica.receive(message, now)
            case BundlesKnown(digests):
                return self._owe(digests, now) + self._answer_waiting(now)
            case BundlesOver(digests):
                return self._replica.forgive(digests, now)
            case LinksChanged(down):
                return self._replica.links_changed(down, now)
            case BlockExecuted(batch, header_hash):
                return self._replica.executed(batch.sequence, header_hash, now)
            case BlockAdopted(batch, seal):
                return self._replica.adopt(batch, seal, now) + self._answer_waiting(now)

    def _settled(self, step: Step) -> Step:
        """Answer at once every check whose bundles are at hand; mark what is decided."""
        if not step.decided and not step.checks:
            return step
        total = EMPTY
        open_steps = deque([step])
        while open_steps:
            current = open_steps.popleft()
            total += current
            for decided in current.decided:
                self._desk.decide(decided.batch)
            for batch in current.checks:
                verdict = self._desk.check(batch)
                if verdict is not None:
                    now = self._now()
                    open_steps.append(self._owe(batch.bundle_digests, now))
                    open_steps.append(self._replica.batch_checked(batch.digest, verdict, now))
        return total

    def _answer_waiting(self, now: Now) -> Step:
        step = EMPTY
        for batch, verdict in self._desk.take_answered():
            step += self._owe(batch.bundle_digests, now)
            step += self._replica.batch_checked(batch.digest, verdict, now)
        return step

    def _owe(self, digests: tuple[Digest, ...], now: Now) -> Step:
        """Tell the replica of bundles before anything about their batches: each once."""
        owed = self._desk.take_owed(digests)
        return self._replica.owe(owed, now) if owed else EMPTY

    def _look_around(self) -> None:
        """Take a fresh report; when the view has changed, release what its batches held."""
        before, self._report = self._report.view, self._replica.report()
        self._agreement.note(self._report.decided, self._clock.monotonic_ms())
        if self._report.view != before:
            self._desk.release(self._report.decided)
            self._agreement.give_up()
            _log_view(self._report)

    def _propose(self) -> Step:
        """Propose what waits, if it is time: at once when nothing is at work."""
        now = self._now()
        if not self._replica.can_propose() or now.monotonic_ms < self._proposal_due_ms():
            return EMPTY
        digests = self._desk.choose(self._pacing.batch_limits())
        if not digests:
            return EMPTY
        step = self._replica.propose(Proposal(digests, now.wall_ms), now)
        for send in step.sends:
            if isinstance(send.message, PrePrepare):
                self._desk.mark(digests, send.message.sequence)
                self._agreement.begin(send.message.sequence, now.monotonic_ms)
        step = self._settled(step)
        self._proposed_ms = now.monotonic_ms
        self._look_around()
        return step

    def _now(self) -> Now:
        return Now(monotonic_ms=self._clock.monotonic_ms(), wall_ms=self._clock.wall_ms())


def _log_view(report: Report) -> None:
    """Say whose turn it is, and whether views were left before their term was over."""
    complaint = None if report.complaint is None else report.complaint.value
    log.info(
        "new view",
        view=report.view,
        primary=report.primary,
        left_count=report.left_count,
        last_complaint=complaint,
    )
