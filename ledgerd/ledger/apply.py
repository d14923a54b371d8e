"""Executing a transaction: every operation gets a receipt, whatever its bytes are.

Rules: `execute_transaction` is total and deterministic. An operation is decoded, looked up (a
replay is answered with its first effect, whatever has changed since), then the transaction, the
rights, and the guards are asked, in this order; only then something is written. Operations fail
alone, in an atomic transaction together.

Source: domain.md section 2; architecture.md section 2.
"""

from msgspec import Struct

from ledgerd.chain.params import Params
from ledgerd.chain.transaction import ReadTransaction, Transaction
from ledgerd.errors import TransactionRejected
from ledgerd.ledger import decoding, queries
from ledgerd.ledger.acting import Act, BlockContext, Effect, refuse
from ledgerd.ledger.authors import (
    actor_of,
    origin_of,
    ref_of,
    require_relying_party,
    require_valid,
)
from ledgerd.ledger.bookkeeping import keep_books
from ledgerd.ledger.handlers import HANDLERS
from ledgerd.ledger.operations import Operation
from ledgerd.ledger.overlay import Overlay
from ledgerd.ledger.receipts import Receipt
from ledgerd.ledger.reject_codes import RejectCode
from ledgerd.ledger.rights import require_right
from ledgerd.ledger.traces import conflict_in, find_trace


class _Scene(Struct, frozen=True):
    """What all operations of one transaction share."""

    transaction: Transaction
    operations: tuple[Operation | None, ...]
    index: int
    overlay: Overlay
    context: BlockContext
    params: Params
    relying_party: bytes | None


def execute_transaction(
    read: ReadTransaction,
    index: int,
    overlay: Overlay,
    context: BlockContext,
    *,
    relying_party: bytes | None = None,
) -> tuple[Receipt, ...]:
    """Execute one transaction of a block on the overlay.

    The authorisation of the transaction was verified before the block was voted for; ``index`` is
    its place in the block, which object origins and event cursors hold; ``relying_party`` is what
    the assertion of a passkey was made for (a hash), None for other schemes.

    Returns:
        One receipt per operation, in their order.
    """
    scene = _Scene(
        transaction=read.transaction,
        operations=decoding.operations_of(read),
        index=index,
        overlay=overlay,
        context=context,
        params=queries.params_of(overlay),
        relying_party=relying_party,
    )
    if not read.transaction.atomic:
        return _execute_all(scene)
    overlay.begin()
    receipts = _execute_all(scene)
    if all(receipt.is_in_force for receipt in receipts):
        overlay.commit()
        return receipts
    overlay.rollback()
    return tuple(_taken_back(receipt) for receipt in receipts)


def _execute_all(scene: _Scene) -> tuple[Receipt, ...]:
    return tuple(_execute(scene, index) for index in range(len(scene.operations)))


def _taken_back(receipt: Receipt) -> Receipt:
    """Give the receipt of an operation whose atomic transaction failed."""
    if receipt.code == RejectCode.OK:
        return _refusal(receipt.operation, RejectCode.ATOMIC_FAILED)
    return receipt


def _execute(scene: _Scene, index: int) -> Receipt:
    operation = scene.operations[index]
    if operation is None:
        return _refusal(index, RejectCode.MALFORMED)
    act = _act(scene, index, operation.client_ref)
    trace = find_trace(act, operation)
    known = conflict_in(act, trace)
    if known is RejectCode.REPEATED:
        assert trace.origin is not None
        return Receipt(
            operation=index,
            code=known,
            object_key=trace.object_key,
            first=trace.origin.position,
            events=(),
        )
    if known is not None:
        return _refusal(index, known)
    return _perform(scene, act, operation)


def _perform(scene: _Scene, act: Act, operation: Operation) -> Receipt:
    index = act.origin.operation
    scene.overlay.begin()
    try:
        require_valid(scene.transaction, act.actor, scene.params, scene.context)
        require_relying_party(scene.relying_party, scene.params)
        require_right(operation, act.actor)
        effect = HANDLERS[type(operation)](act, operation)
        keep_books(act, operation)
    except TransactionRejected as refused:
        scene.overlay.rollback()
        return _refusal(index, RejectCode(refused.code))
    scene.overlay.commit()
    return Receipt(
        operation=index,
        code=RejectCode.OK,
        object_key=effect.object_key,
        first=None,
        events=effect.events,
    )


def _act(scene: _Scene, index: int, client_ref: str) -> Act:
    data = scene.transaction.operations[index]
    actor = actor_of(scene.transaction, scene.overlay)
    return Act(
        state=scene.overlay,
        params=scene.params,
        context=scene.context,
        actor=actor,
        ref=ref_of(actor.author_bytes, client_ref),
        origin=origin_of(actor, data, (scene.context.height, scene.index, index)),
        carry_out=_carry_out,
    )


def _carry_out(act: Act, operation: Operation) -> Effect:
    """Do an operation of a patient for who is the act's actor, unless it is in force already."""
    known = conflict_in(act, find_trace(act, operation))
    if known is not None:
        refuse(RejectCode.ACT_IN_FORCE if known is RejectCode.REPEATED else known)
    effect: Effect = HANDLERS[type(operation)](act, operation)
    return effect


def _refusal(index: int, code: RejectCode) -> Receipt:
    return Receipt(operation=index, code=code, object_key=b"", first=None, events=())
