"""What the host found in the contents of batches, and what was wrong with their form.

Rules of this file: a verdict on contents depends on the bytes alone, so it is asked once and
remembered by digest until the low watermark passes it. A refusal for the form holds for one view:
the same batch may be the anchor of a later one.

Source: consensus.md section 3, condition 6.
"""

from dataclasses import dataclass

from consensus.ids import Digest, SequenceNumber, View
from consensus.messages import Batch
from consensus.step import BatchVerdict


@dataclass(frozen=True, slots=True)
class _Question:
    batch: Batch
    verdict: BatchVerdict | None  # None: not answered yet


class Verdicts:
    """Questions asked and answers given."""

    def __init__(self) -> None:
        self._questions: dict[Digest, _Question] = {}
        self._condemned: dict[tuple[View, Digest], SequenceNumber] = {}

    def is_known(self, batch: Batch) -> bool:
        """Say whether this was asked or settled before."""
        return batch.digest in self._questions

    def is_valid(self, batch: Batch) -> bool:
        question = self._questions.get(batch.digest)
        return question is not None and question.verdict is BatchVerdict.VALID

    def ask(self, batch: Batch) -> None:
        """Note that the host was asked."""
        self._questions.setdefault(batch.digest, _Question(batch, None))

    def trust(self, batch: Batch) -> None:
        """Note a batch whose contents are known to be durable here: proposed or voted for."""
        self._questions[batch.digest] = _Question(batch, BatchVerdict.VALID)

    def condemn(self, view: View, batch: Batch) -> None:
        """Note a batch that may not be proposed in this view, whatever its contents are."""
        self._condemned[view, batch.digest] = batch.sequence

    def is_condemned(self, view: View, batch: Batch) -> bool:
        return (view, batch.digest) in self._condemned

    def answer(self, digest: Digest, verdict: BatchVerdict) -> Batch | None:
        """Take an answer; return the batch unless the question is void or answered before."""
        question = self._questions.get(digest)
        if question is None or question.verdict is not None:
            return None
        self._questions[digest] = _Question(question.batch, verdict)
        return question.batch

    def forget(self, up_to: SequenceNumber, keep: Digest) -> None:
        """Drop what lies at or below a height, but for one digest."""
        self._questions = {
            digest: question
            for digest, question in self._questions.items()
            if question.batch.sequence > up_to or digest == keep
        }
        self._condemned = {key: at for key, at in self._condemned.items() if at > up_to}

    def forget_view(self, keep: frozenset[Digest]) -> None:
        """Drop what was asked about proposals of views that are over, but for these digests."""
        self._condemned = {}
        self._questions = {d: question for d, question in self._questions.items() if d in keep}
