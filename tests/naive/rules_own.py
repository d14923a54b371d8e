"""What a member decides alone: keys, terminals, addresses, as domain.md sections 1 and 4 say."""

from typing import Any

from ledgerd.ledger.governance_operations import EncryptionKeyAdded
from ledgerd.ledger.own_affairs import possession_digest
from ledgerd.ledger.reject_codes import RejectCode as Code
from ledgerd.primitives.signatures import is_acceptable_public_key, is_valid_signature
from ledgerd.primitives.wrapping import is_acceptable_encryption_key
from tests.naive.model import Model, Who, creates, wrong
from tests.naive.objects import Member
from tests.unit.ledgerd.ledger.world import CHAIN_ID

OPERATOR_KEYS_MAX = 64
ENCRYPTION_KEYS_MAX = 16


@creates("own affair", lambda _op: None)
def rotate_own_key(model: Model, who: Who, op: Any) -> set[Code]:
    member = model.state.members[who.name]
    if isinstance(op.change, EncryptionKeyAdded):
        return _add_encryption_key(member, op.change)
    return _change_operator_keys(who, member, op.change)


def _add_encryption_key(member: Member, change: Any) -> set[Code]:
    known, key = member.encryption_keys, change.public_key
    is_good = key not in known.values() and is_acceptable_encryption_key(key)
    found = wrong(
        (len(known) >= ENCRYPTION_KEYS_MAX, Code.TOO_MANY),
        (change.number != max(known, default=0) + 1, Code.KEY_NUMBER_NOT_NEXT),
        (not is_good, Code.BAD_KEY),
    )
    if not found:
        known[change.number] = key
    return found


def _change_operator_keys(who: Who, member: Member, change: Any) -> set[Code]:
    roles, added, retired = dict(member.roles), change.added, change.retired
    found = wrong(
        (added is None and retired is None, Code.BAD_KEY),
        (retired is not None and roles.get(retired) != change.role, Code.NOT_FOUND),
    )
    if retired is not None:
        roles.pop(retired, None)
    if added is not None:
        is_good = added not in member.roles and is_acceptable_public_key(added)
        found |= wrong(
            (len(roles) >= OPERATOR_KEYS_MAX, Code.TOO_MANY),
            (not is_good, Code.BAD_KEY),
            (not _is_held(who, change.role, added, change.possession), Code.POSSESSION_NOT_SHOWN),
        )
        roles[added] = change.role
    found |= wrong(("admin" not in roles.values(), Code.LAST_ADMIN_KEY))
    if not found:
        member.roles = roles
    return found


def _is_held(who: Who, role: str, key: bytes, signature: bytes | None) -> bool:
    payload = possession_digest(CHAIN_ID, who.name, role, key)
    return signature is not None and is_valid_signature(key, payload, signature)


@creates("own affair", lambda _op: None)
def register_terminal(model: Model, who: Who, op: Any) -> set[Code]:
    member, key = model.state.members[who.name], op.terminal
    if op.possession is None:
        if key not in member.terminals:
            return {Code.NOT_FOUND}
        found = wrong((not member.terminals[key], Code.WRONG_STATE))
    else:
        is_known = key in member.terminals or key in member.roles
        found = wrong(
            (is_known or not is_acceptable_public_key(key), Code.BAD_KEY),
            (not _is_held(who, "terminal", key, op.possession), Code.POSSESSION_NOT_SHOWN),
        )
    if not found:
        member.terminals[key] = op.possession is not None
    return found


@creates("own affair", lambda _op: None)
def announce_address(model: Model, who: Who, op: Any) -> set[Code]:
    member = model.state.members[who.name]
    host = model.state.members.get(op.hosted_by)
    is_unfit = op.hosted_by is not None and (host is None or not host.is_validator)
    found = wrong(
        ((member.host is None) != (op.hosted_by is None), Code.WRONG_STATE),
        (is_unfit, Code.NOT_A_VALIDATOR),
    )
    if not found:
        member.host, member.addresses = op.hosted_by, op.addresses
    return found
