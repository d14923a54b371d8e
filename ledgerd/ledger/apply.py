"""Executing a transaction: every operation gets a receipt, whatever its bytes are.

Rules: `execute_transaction` is total and deterministic. An operation is decoded, looked up (a
replay is answered with its first effect, whatever has changed since), then the transaction, the
rights, and the guards are asked, in this order; only then something is written. Operations fail
alone, in an atomic transaction together.

Source: domain.md section 2; architecture.md section 2.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Final

from ledgerd.chain.params import Params
from ledgerd.chain.transaction import InstitutionAuthor, Transaction
from ledgerd.errors import DecodeError, TransactionRejected
from ledgerd.ledger import bill_operations as bo
from ledgerd.ledger import billing, claiming, enrolling, governing, numbering, settling
from ledgerd.ledger import claim_operations as co
from ledgerd.ledger import governance_operations as go
from ledgerd.ledger.acting import Act, Actor, BlockContext, Effect
from ledgerd.ledger.objects import Origin
from ledgerd.ledger.operations import Operation, decode_operation
from ledgerd.ledger.overlay import Overlay
from ledgerd.ledger.queries import account_of, institution_of, params_of
from ledgerd.ledger.receipts import Receipt
from ledgerd.ledger.reject_codes import RejectCode
from ledgerd.ledger.rights import require_right
from ledgerd.ledger.state_keys import REF_BYTES
from ledgerd.ledger.traces import conflict_in, find_trace
from ledgerd.primitives.hashing import Domain, digest
from ledgerd.primitives.identifiers import client_ref_hash

HANDLERS: Final[dict[type[Operation], Callable[[Act, Any], Effect]]] = {
    bo.AllotNumbers: numbering.allot_numbers,
    bo.IssueBill: billing.issue_bill,
    bo.RecordPayment: billing.record_payment,
    bo.Countersign: billing.countersign,
    bo.AnnounceReversal: billing.announce_reversal,
    bo.ReverseBill: billing.reverse_bill,
    bo.ReportUnreadable: billing.report_unreadable,
    bo.Settle: settling.settle,
    bo.ReverseSettle: settling.reverse_settle,
    co.EnrolPatient: enrolling.enrol_patient,
    co.ConfirmPatient: enrolling.confirm_patient,
    co.GrantAccess: enrolling.grant_access,
    co.DeliverKey: enrolling.deliver_key,
    co.FileClaim: claiming.file_claim,
    co.DecideClaim: claiming.decide_claim,
    co.PayClaim: claiming.pay_claim,
    co.WithdrawClaim: claiming.withdraw_claim,
    co.ReleaseExpired: claiming.release_expired,
    go.Propose: governing.propose,
    go.Vote: governing.vote,
}


@dataclass(frozen=True, slots=True)
class _Scene:
    """What all operations of one transaction share."""

    transaction: Transaction
    index: int
    overlay: Overlay
    context: BlockContext
    params: Params


def execute_transaction(
    transaction: Transaction, index: int, overlay: Overlay, context: BlockContext
) -> tuple[Receipt, ...]:
    """Execute one transaction of a block on the overlay.

    The authorisation of the transaction was verified before the block was voted for; ``index`` is
    its place in the block, which object origins and event cursors hold.

    Returns:
        One receipt per operation, in their order.
    """
    scene = _Scene(transaction, index, overlay, context, params_of(overlay))
    if not transaction.atomic:
        return tuple(_execute(scene, i) for i in range(len(transaction.operations)))
    overlay.begin()
    receipts = tuple(_execute(scene, i) for i in range(len(transaction.operations)))
    if all(receipt.is_in_force for receipt in receipts):
        overlay.commit()
        return receipts
    overlay.rollback()
    return tuple(_taken_back(receipt) for receipt in receipts)


def _taken_back(receipt: Receipt) -> Receipt:
    """Give the receipt of an operation whose atomic transaction failed."""
    if receipt.code == RejectCode.OK:
        return _refusal(receipt.operation, RejectCode.ATOMIC_FAILED)
    return receipt


def _execute(scene: _Scene, index: int) -> Receipt:
    data = scene.transaction.operations[index]
    try:
        operation = decode_operation(data)
    except DecodeError:
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
        _require_valid(scene, act.actor)
        require_right(operation, act.actor)
        effect = HANDLERS[type(operation)](act, operation)
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


def _require_valid(scene: _Scene, actor: Actor) -> None:
    """Check what concerns the transaction as a whole."""
    now_ms, until_ms = scene.context.time_ms, scene.transaction.valid_until_ms
    if scene.transaction.chain_id != scene.context.chain_id:
        raise TransactionRejected(RejectCode.WRONG_CHAIN)
    if now_ms > until_ms:
        raise TransactionRejected(RejectCode.EXPIRED)
    if until_ms > now_ms + scene.params.valid_until_ms_max:
        raise TransactionRejected(RejectCode.VALID_TOO_LONG)
    if actor.institution is None and actor.account is None:
        raise TransactionRejected(RejectCode.UNKNOWN_AUTHOR)
    is_current = actor.role is not None or (
        actor.account is not None and actor.signer in actor.account.device_keys
    )
    if not is_current:
        raise TransactionRejected(RejectCode.SIGNER_NOT_CURRENT)


def _act(scene: _Scene, index: int, client_ref: str) -> Act:
    actor = _actor(scene)
    request = digest(
        Domain.REQUEST,
        bytes((len(actor.author_bytes),)),
        actor.author_bytes,
        scene.transaction.operations[index],
    )
    origin = Origin(
        height=scene.context.height,
        transaction=scene.index,
        operation=index,
        request=request[:REF_BYTES],
    )
    ref = client_ref_hash(actor.author_bytes, client_ref)[:REF_BYTES]
    return Act(scene.overlay, scene.params, scene.context, actor, ref, origin)


def _actor(scene: _Scene) -> Actor:
    author, signer = scene.transaction.author, scene.transaction.public_key
    if isinstance(author, InstitutionAuthor):
        author_bytes = author.institution_id.encode("ascii")
        record = institution_of(scene.overlay, author.institution_id)
        if record is None:
            return Actor(author_bytes, signer)
        roles = (k.role for k in record.institution.operator_keys if k.public_key == signer)
        return Actor(author_bytes, signer, record.institution, next(roles, None))
    account = account_of(scene.overlay, author.account_id)
    return Actor(author.account_id, signer, account=account)


def _refusal(index: int, code: RejectCode) -> Receipt:
    return Receipt(operation=index, code=code, object_key=b"", first=None, events=())
