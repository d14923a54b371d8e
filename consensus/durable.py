"""How a replica is rebuilt from its log, and what a new log segment begins with.

Rules of this file: restoring in any order of idempotent records gives the same state, except that
views are taken as they rise. What contradicts itself is refused: an operator must look.

Source: consensus.md section 6.
"""

from collections.abc import Iterable
from functools import singledispatch

from consensus.errors import RestoreError
from consensus.ids import BatchRef
from consensus.messages import Certificate, Commit, Prepare, VoteKind
from consensus.records import (
    AmnesiaRecord,
    ArmedRecord,
    BatchRecord,
    CertificateRecord,
    CheckpointRecord,
    EnterRecord,
    ExecutedRecord,
    LeaveRecord,
    OpenedRecord,
    Record,
    SealRecord,
    StartedRecord,
    TurnRecord,
    VoteRecord,
)
from consensus.state import State


def restore(records: Iterable[Record], state: State) -> bool:
    """Bring a fresh state to where the log ends.

    Returns:
        whether there was any record at all.

    Raises:
        RestoreError: the log belongs to another chain or epoch, or contradicts itself.
    """
    opened = OpenedRecord(state.membership.chain, state.membership.epoch)
    is_first = True
    for record in records:
        if isinstance(record, OpenedRecord):
            if record != opened:
                raise RestoreError(f"the log is of epoch {record.epoch} or of another chain")
        elif is_first:
            raise RestoreError("a log begins with the record that opens it")
        else:
            _apply(record, state)
        is_first = False
    _resume_tip(state)
    if state.guard.votes() or state.guard.checkpoints() or state.reign.view_change is not None:
        state.guard.was_armed = True  # nothing else signs; older logs do not say it in a record
    return not is_first


@singledispatch
def _apply(record: Record, state: State) -> None:
    """Take one record into the state."""
    raise AssertionError(f"{type(record).__name__} of {state.self_id} has no place")


@_apply.register
def _apply_batch(record: BatchRecord, state: State) -> None:
    state.chain.restore(record.batch)


@_apply.register
def _apply_vote(record: VoteRecord, state: State) -> None:
    vote = record.vote
    if vote.epoch != state.membership.epoch or not state.guard.remember(vote):
        raise RestoreError(f"two votes at sequence {vote.sequence}, view {vote.view}")


@_apply.register
def _apply_checkpoint(record: CheckpointRecord, state: State) -> None:
    if not state.guard.remember(record.checkpoint):
        raise RestoreError(f"two headers signed at height {record.checkpoint.sequence}")


@_apply.register
def _apply_certificate(record: CertificateRecord, state: State) -> None:
    state.proofs.restore(record.certificate)


@_apply.register
def _apply_leave(record: LeaveRecord, state: State) -> None:
    if record.view_change.claim.new_view > state.reign.view:
        state.reign.leave(record.view_change, 0)
        if record.view_change.certificate is not None:
            state.proofs.restore(record.view_change.certificate)


@_apply.register
def _apply_enter(record: EnterRecord, state: State) -> None:
    new_view = record.new_view
    reign = state.reign
    if not reign.can_enter(new_view.view):
        return
    certificate = new_view.certificate
    anchor = state.membership.root
    if certificate is not None:
        anchor = certificate.ref
        state.proofs.restore(certificate)
    reign.enter(new_view, anchor, 0)


@_apply.register
def _apply_turn(record: TurnRecord, state: State) -> None:
    certificate = record.certificate
    if state.ends_term(certificate.view, certificate.sequence):
        state.reign.enter(certificate, certificate.ref, 0)


@_apply.register
def _apply_seal(record: SealRecord, state: State) -> None:
    own = state.marks.header_hash(record.seal.sequence)
    if own is not None and own != record.seal.header_hash:
        raise RestoreError(f"the seal at height {record.seal.sequence} is for another header")
    if record.seal.sequence > state.marks.sealed:
        state.marks.raise_seal(record.seal)


@_apply.register
def _apply_executed(record: ExecutedRecord, state: State) -> None:
    if record.sequence <= state.marks.executed:
        return
    state.marks.execute(record)
    state.chain.decide(BatchRef(record.sequence, record.batch_digest))


@_apply.register
def _apply_armed(_record: ArmedRecord, state: State) -> None:
    state.guard.was_armed = True
    state.guard.started = None


@_apply.register
def _apply_started(record: StartedRecord, state: State) -> None:
    if state.guard.started is None:
        state.guard.started = record


@_apply.register
def _apply_amnesia(_record: AmnesiaRecord, state: State) -> None:
    state.guard.amnesia = True


def _resume_tip(state: State) -> None:
    """Find the last batch prepared in the present view: the highest own prepare of it."""
    reign = state.reign
    prepared = [
        vote
        for vote in state.guard.votes()
        if vote.kind is VoteKind.PREPARE and vote.view == reign.view
    ]
    if reign.active and prepared:
        reign.extend(_ref(prepared[-1]))


def _ref(vote: Prepare | Commit) -> BatchRef:
    return BatchRef(vote.sequence, vote.digest)


def snapshot(state: State) -> tuple[Record, ...]:
    """Return records from which ``restore`` brings a fresh state to this one."""
    records: list[Record] = [OpenedRecord(state.membership.chain, state.membership.epoch)]
    if state.guard.amnesia:
        records.append(AmnesiaRecord(state.membership.epoch))
    if state.guard.was_armed:
        records.append(ArmedRecord(state.membership.epoch))
    if state.guard.started is not None:
        records.append(state.guard.started)
    records.extend(BatchRecord(batch) for batch in state.chain.recorded())
    records.extend(state.marks.executions())
    if state.marks.seal is not None:
        records.append(SealRecord(state.marks.seal))
    proofs = (state.proofs.highest, state.proofs.commit)
    records.extend(CertificateRecord(proof) for proof in proofs if proof is not None)
    if state.reign.view_change is not None:
        records.append(LeaveRecord(state.reign.view_change))
    entry = state.reign.entry
    if entry is not None:
        records.append(TurnRecord(entry) if isinstance(entry, Certificate) else EnterRecord(entry))
    records.extend(VoteRecord(vote) for vote in state.guard.votes())
    records.extend(CheckpointRecord(checkpoint) for checkpoint in state.guard.checkpoints())
    return tuple(records)
