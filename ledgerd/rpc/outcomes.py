"""From what the node knows of a transaction to what a caller is told, and back to a refusal.

Rules: an act whose operations were all refused is an error with the reject code as its reason; one
that may still happen is ``outcome_unknown``, never a failure; what was not taken says why. Used by
every method that acts and by the offices.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import trio

from ledgerd.ledger.receipts import Receipt
from ledgerd.ledger.reject_codes import MEANINGS, RejectCode
from ledgerd.node.node import Node, OutcomeUnknown
from ledgerd.node.refusals import RefusalCode, SubmitRefused
from ledgerd.node.submitting import Submission
from ledgerd.node.views import OutcomeState, TxOutcome
from ledgerd.rpc.answers import Outcome, Place, ReceiptView
from ledgerd.rpc.codes import RpcCode, RpcFailure
from ledgerd.rpc.naming import object_text
from ledgerd.rpc.requests import Wait

OF_REFUSAL: Final = {
    RefusalCode.POOL_FULL: RpcCode.POOL_FULL,
    RefusalCode.NO_QUORUM: RpcCode.NO_QUORUM,
    RefusalCode.NOT_SYNCED: RpcCode.NOT_SYNCED,
    RefusalCode.TOO_LARGE: RpcCode.TOO_LARGE,
    RefusalCode.MALFORMED: RpcCode.INVALID_PARAMS,
    RefusalCode.REJECTED: RpcCode.REJECTED,
}


@dataclass(frozen=True, slots=True)
class Waiting:
    """How far and how long a caller waits."""

    wait: Wait
    timeout_s: float


async def submit(node: Node, submission: Submission, waiting: Waiting, origin: int) -> Outcome:
    """Hand a signed transaction of a client to the node and wait for it as asked.

    Raises:
        RpcFailure: not taken, all operations refused, or the outcome is not known in time.
    """
    try:
        tx_id = await node.submit(*submission, origin)
    except SubmitRefused as refusal:
        raise failure_of(refusal) from refusal
    return await _outcome(node, tx_id, waiting)


async def submit_many(
    node: Node, submissions: Sequence[Submission], waitings: Sequence[Waiting], origin: int
) -> list[Outcome | RpcFailure]:
    """Hand many in together and wait for each as asked; the waits run side by side."""
    began = trio.current_time()
    found: list[Outcome | RpcFailure] = []
    answers = await node.submit_many(submissions, origin)
    for answer, waiting in zip(answers, waitings, strict=True):
        left_s = max(0.0, waiting.timeout_s - (trio.current_time() - began))
        try:
            if isinstance(answer, SubmitRefused):
                found.append(failure_of(answer))
            else:
                found.append(await _outcome(node, answer, Waiting(waiting.wait, left_s)))
        except RpcFailure as failure:
            found.append(failure)
    return found


async def _outcome(node: Node, tx_id: bytes, waiting: Waiting) -> Outcome:
    if waiting.wait == "none":
        return outcome_of(node.outcome(tx_id))
    outcome = await wait_for(node, tx_id, waiting)
    raise_if_refused(outcome)
    return outcome_of(outcome)


async def wait_for(node: Node, tx_id: bytes, waiting: Waiting) -> TxOutcome:
    """Wait until a transaction is committed or sealed.

    Raises:
        RpcFailure: OUTCOME_UNKNOWN when the time is over.
    """
    until = OutcomeState.SEALED if waiting.wait == "sealed" else OutcomeState.COMMITTED
    try:
        return await node.wait(tx_id, waiting.timeout_s, until)
    except OutcomeUnknown as unknown:
        why = "not committed yet" if unknown.is_quorum_seen else "no quorum is reachable"
        raise RpcFailure(
            RpcCode.OUTCOME_UNKNOWN, f"{why}; ask for the transaction later", tx_id=tx_id.hex()
        ) from unknown


def outcome_of(known: TxOutcome) -> Outcome:
    """Say what is known of a transaction."""
    receipts = tuple(receipt_view(receipt) for receipt in known.receipts)
    return Outcome(
        state=known.state.value,
        tx_id=known.tx_id.hex(),
        height=known.height,
        object=receipts[0].object if receipts else "",
        receipts=receipts,
    )


def receipt_view(receipt: Receipt) -> ReceiptView:
    """Show one receipt."""
    first = receipt.first
    place = None
    if first is not None:
        place = Place(height=first.height, tx=first.transaction, op=first.operation)
    return ReceiptView(
        op=receipt.operation,
        code=int(receipt.code),
        reason=RejectCode(receipt.code).name,
        object=object_text(receipt.object_key),
        first=place,
    )


def raise_if_refused(known: TxOutcome) -> None:
    """Refuse when nothing of a transaction is in force.

    Raises:
        RpcFailure: REJECTED, with the first operation's code.
    """
    if known.state is OutcomeState.EXPIRED:
        raise rejected(RejectCode.EXPIRED, known.tx_id)
    if known.receipts and not any(receipt.is_in_force for receipt in known.receipts):
        raise rejected(RejectCode(known.receipts[0].code), known.tx_id)


def rejected(code: RejectCode, tx_id: bytes = b"") -> RpcFailure:
    """The refusal of the rules, as an error."""
    return RpcFailure(RpcCode.REJECTED, MEANINGS[code], reason=code.name, tx_id=tx_id.hex())


def failure_of(refusal: SubmitRefused) -> RpcFailure:
    """Why the node did not take a transaction, as an error."""
    refused = [receipt for receipt in refusal.receipts if not receipt.is_in_force]
    if refusal.code is RefusalCode.REJECTED and refused:
        return rejected(RejectCode(refused[0].code))
    failure = RpcFailure(OF_REFUSAL.get(refusal.code, RpcCode.SERVER), str(refusal))
    return failure.after(refusal.retry_after_ms)
