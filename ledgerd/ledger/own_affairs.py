"""What an institution decides about itself: its keys, its terminals, where it is reached.

Rules: an admin key of the institution suffices, nobody votes. A new signing key shows that its
holder has it, by signing for this chain, institution and role; an encryption key cannot sign, and
announcing one that nobody holds harms the institution alone.

Source: domain.md sections 1 and 4.
"""

from msgspec.structs import replace

from ledgerd.chain.genesis import EncryptionKey, OperatorKey
from ledgerd.ledger import governance_events as told, state_keys
from ledgerd.ledger.acting import Act, Effect, require
from ledgerd.ledger.admitting import require_host
from ledgerd.ledger.governance_objects import InstitutionRecord, OwnAffair, Terminal
from ledgerd.ledger.governance_operations import (
    AnnounceAddress,
    EncryptionKeyAdded,
    OperatorKeyChange,
    RegisterTerminal,
    RotateOwnKey,
)
from ledgerd.ledger.governance_queries import terminal_of
from ledgerd.ledger.queries import institution_of
from ledgerd.ledger.reject_codes import RejectCode as Code
from ledgerd.primitives.hashing import Domain, digest
from ledgerd.primitives.signatures import is_acceptable_public_key, is_valid_signature
from ledgerd.primitives.wrapping import is_acceptable_encryption_key

OPERATOR_KEYS_MAX = 64  # as in genesis
ENCRYPTION_KEYS_MAX = 16  # as in genesis


def possession_digest(chain_id: bytes, institution: str, role: str, public_key: bytes) -> bytes:
    """Give what a new key signs to show that its holder has it."""
    who = f"{institution} {role} ".encode("ascii")
    return digest(Domain.POSSESSION, chain_id, bytes((len(who),)), who, public_key)


def rotate_own_key(act: Act, op: RotateOwnKey) -> Effect:
    """Add and retire operator keys, or announce the next encryption key."""
    record = _own_record(act)
    if isinstance(op.change, EncryptionKeyAdded):
        changed = _with_encryption_key(record, op.change)
    else:
        changed = _with_operator_keys(act, record, op.change)
    return _put(act, changed, told.OwnKeysChanged(institution=act.institution_id))


def _with_encryption_key(
    record: InstitutionRecord, change: EncryptionKeyAdded
) -> InstitutionRecord:
    keys = record.institution.encryption_keys
    require(len(keys) < ENCRYPTION_KEYS_MAX, Code.TOO_MANY)
    following = keys[-1].number + 1 if keys else 1
    require(change.number == following, Code.KEY_NUMBER_NOT_NEXT)
    is_known = any(key.public_key == change.public_key for key in keys)
    is_good = not is_known and is_acceptable_encryption_key(change.public_key)
    require(is_good, Code.BAD_KEY)
    added = EncryptionKey(number=change.number, public_key=change.public_key)
    institution = replace(record.institution, encryption_keys=(*keys, added))
    return replace(record, institution=institution)


def _with_operator_keys(
    act: Act, record: InstitutionRecord, change: OperatorKeyChange
) -> InstitutionRecord:
    require(change.added is not None or change.retired is not None, Code.BAD_KEY)
    keys = list(record.institution.operator_keys)
    if change.retired is not None:
        old = OperatorKey(role=change.role, public_key=change.retired)
        require(old in keys, Code.NOT_FOUND)
        keys.remove(old)
    if change.added is not None:
        require(len(keys) < OPERATOR_KEYS_MAX, Code.TOO_MANY)
        known = {key.public_key for key in record.institution.operator_keys}
        is_good = change.added not in known and is_acceptable_public_key(change.added)
        require(is_good, Code.BAD_KEY)
        _require_possession(act, change.role, change.added, change.possession)
        keys.append(OperatorKey(role=change.role, public_key=change.added))
    require(any(key.role == "admin" for key in keys), Code.LAST_ADMIN_KEY)
    keys.sort(key=lambda key: (key.role, key.public_key))
    return replace(record, institution=replace(record.institution, operator_keys=tuple(keys)))


def register_terminal(act: Act, op: RegisterTerminal) -> Effect:
    """Register a terminal, or take one out of service."""
    known = terminal_of(act.state, act.institution_id, op.terminal)
    if op.possession is None:
        terminal = act.need(known)
        require(terminal.removed is None, Code.WRONG_STATE)
        changed = replace(terminal, removed=act.origin)
    else:
        require(known is None, Code.BAD_KEY)
        own = _own_record(act).institution.operator_keys
        is_new = all(key.public_key != op.terminal for key in own)
        require(is_new and is_acceptable_public_key(op.terminal), Code.BAD_KEY)
        _require_possession(act, "terminal", op.terminal, op.possession)
        changed = Terminal(registered=act.origin)
    act.state.put(state_keys.terminal_key(act.institution_id, op.terminal), changed)
    event = told.TerminalChanged(
        institution=act.institution_id, terminal=op.terminal, in_service=changed.removed is None
    )
    return Effect(_put_affair(act), (event,))


def announce_address(act: Act, op: AnnounceAddress) -> Effect:
    """Change where the institution is reached."""
    record = _own_record(act)
    is_hosted = record.institution.hosted_by is not None
    require(is_hosted == (op.hosted_by is not None), Code.WRONG_STATE)
    if op.hosted_by is not None:
        require_host(act, op.hosted_by)
    institution = replace(record.institution, addresses=op.addresses, hosted_by=op.hosted_by)
    changed = replace(record, institution=institution)
    return _put(act, changed, told.AddressAnnounced(institution=act.institution_id))


def _require_possession(act: Act, role: str, key: bytes, signature: bytes | None) -> None:
    payload = possession_digest(act.context.chain_id, act.institution_id, role, key)
    is_shown = signature is not None and is_valid_signature(key, payload, signature)
    require(is_shown, Code.POSSESSION_NOT_SHOWN)


def _own_record(act: Act) -> InstitutionRecord:
    return act.need(institution_of(act.state, act.institution_id))


def _put(act: Act, record: InstitutionRecord, event: told.GovernanceEvent) -> Effect:
    act.state.put(state_keys.institution_key(act.institution_id), record)
    return Effect(_put_affair(act), (event,))


def _put_affair(act: Act) -> bytes:
    """Leave the trace by which a replay is recognised."""
    key = state_keys.own_affair_key(act.institution_id, act.ref)
    act.state.put(key, OwnAffair(origin=act.origin))
    return key
