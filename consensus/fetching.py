"""Asking others for batches and new views, and answering when they ask.

Rules of this file: an answer is believed only as far as it proves itself: a batch by the digest
that was asked for, its ancestors by being named as parents. Each question goes to another replica
every period until it is answered or void. Answers are limited per replica and period, in number
and in bytes: a small question may have an answer of a window of full batches.

Source: consensus.md section 2, last rows of the table.
"""

from dataclasses import dataclass
from typing import Final

from consensus.faults import Fault, FaultKind
from consensus.ids import DIGEST_BYTES, Digest, ReplicaId, View
from consensus.messages import (
    Batch,
    BatchReply,
    CertificateReply,
    FetchBatch,
    FetchCertificate,
    FetchNewView,
    Message,
    NewView,
)
from consensus.reign import view_opened_by
from consensus.state import State
from consensus.step import EMPTY, Send, Step
from consensus.timers import Now

ANSWERS_MAX: Final = 32  # per replica and status period: two windows, asked one by one
# Of batches, per replica and status period; the answer that reaches it is still given, so that a
# window of the largest batches (2.1 MiB) comes whole.
ANSWER_BYTES_MAX: Final = 4 << 20


@dataclass(slots=True)
class _Question:
    attempt: int
    asked_ms: int


@dataclass(slots=True)
class _Quota:
    since_ms: int
    count: int
    byte_count: int


class Fetching:
    """Open questions of this replica, and how much each other one has asked."""

    def __init__(self, state: State) -> None:
        self._state = state
        self._questions: dict[Digest, _Question] = {}
        self._views_asked_ms: dict[ReplicaId, int] = {}
        self._quotas: dict[ReplicaId, _Quota] = {}

    def need(self, digests: tuple[Digest, ...], now: Now) -> Step:
        """Ask for these batches and for no others."""
        if not digests and not self._questions:
            return EMPTY  # as nearly always
        self._questions = {d: q for d, q in self._questions.items() if d in digests}
        step = EMPTY
        for digest in digests:
            step += self._ask(digest, now)
        return step

    def _ask(self, digest: Digest, now: Now) -> Step:
        state = self._state
        self_id = state.self_id
        others = state.membership.replica_count - 1
        if self_id is None or others == 0:
            return EMPTY
        question = self._questions.get(digest)
        if question is None:
            question = self._questions[digest] = _Question(0, now.monotonic_ms)
        elif now.monotonic_ms - question.asked_ms < state.config.timing.status_ms:
            return EMPTY
        target = (self_id + 1 + question.attempt % others) % state.membership.replica_count
        question.attempt += 1
        question.asked_ms = now.monotonic_ms
        message = FetchBatch(self_id, state.membership.epoch, digest)
        return Step(sends=(Send(message, ReplicaId(target)),))

    def on_batch_reply(self, reply: BatchReply) -> Step:
        """Take in a batch that was asked for, and its ancestors."""
        if not reply.batches or reply.batches[0].digest not in self._questions:
            return EMPTY
        state = self._state
        child: Batch | None = None
        for batch in reply.batches:
            if child is not None and batch.ref != child.parent:
                return Step(faults=(Fault(reply.replica, FaultKind.UNFOUNDED_REPLY),))
            if batch.sequence > state.chain.decided.sequence:
                state.chain.add(batch)
            child = batch
        return EMPTY

    def ask_for_view(self, view: View, sender: ReplicaId, now: Now) -> Step:
        """Ask somebody who votes in a view that is not open here for the proof that opened it."""
        state = self._state
        reign = state.reign
        is_open_here = view < reign.view or (view == reign.view and reign.active)
        if is_open_here or state.self_id is None or sender == state.self_id:
            return EMPTY
        asked_ms = self._views_asked_ms.get(sender)
        if asked_ms is not None and now.monotonic_ms - asked_ms < state.config.timing.status_ms:
            return EMPTY
        self._views_asked_ms[sender] = now.monotonic_ms
        message = FetchNewView(state.self_id, state.membership.epoch, view)
        return Step(sends=(Send(message, sender),))

    def on_fetch(self, fetch: FetchBatch | FetchCertificate | FetchNewView, now: Now) -> Step:
        """Answer a question, if the answer is known and the asker's quota allows it."""
        self_id = self._state.self_id
        if self_id is None or fetch.epoch != self._state.membership.epoch:
            return EMPTY
        answer = self._answer(fetch, self_id)
        if answer is None or not self._grant(fetch.replica, byte_count_of(answer), now):
            return EMPTY
        return Step(sends=(Send(answer, fetch.replica),))

    def _answer(
        self, fetch: FetchBatch | FetchCertificate | FetchNewView, self_id: ReplicaId
    ) -> Message | None:
        state = self._state
        match fetch:
            case FetchBatch():
                batches = state.chain.ancestry(fetch.digest, state.membership.limits.window)
                return BatchReply(self_id, fetch.epoch, batches) if batches else None
            case FetchCertificate():
                commit = state.proofs.commit
                return None if commit is None else CertificateReply(self_id, commit)
            case _:
                # A later view than the one asked for serves the asker better still.
                entry = state.reign.entry
                if entry is None or view_opened_by(entry) < fetch.view:
                    return None
                return entry if isinstance(entry, NewView) else CertificateReply(self_id, entry)

    def _grant(self, replica: ReplicaId, byte_count: int, now: Now) -> bool:
        quota = self._quotas.get(replica)
        period_ms = self._state.config.timing.status_ms
        if quota is None or now.monotonic_ms - quota.since_ms >= period_ms:
            quota = self._quotas[replica] = _Quota(now.monotonic_ms, 0, 0)
        if quota.count >= ANSWERS_MAX or quota.byte_count >= ANSWER_BYTES_MAX:
            return False
        quota.count += 1
        quota.byte_count += byte_count
        return True


def byte_count_of(answer: Message) -> int:
    """Return about how long an answer is, as far as a question can make it long."""
    if not isinstance(answer, BatchReply):
        return 0
    return sum(DIGEST_BYTES * len(batch.bundle_digests) for batch in answer.batches)
