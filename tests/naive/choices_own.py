"""What random administrators do with the keys, terminals and addresses of their own house."""

import hashlib
from typing import Any

from ledgerd.ledger.governance_operations import (
    AnnounceAddress,
    EncryptionKeyAdded,
    OperatorKeyChange,
    RegisterTerminal,
    RotateOwnKey,
)
from ledgerd.ledger.own_affairs import possession_digest
from ledgerd.primitives.signatures import Ed25519Signer
from tests.naive.choosing import Chooser, Drawn, choice
from tests.naive.world import KINDS, ROLES, VALIDATORS
from tests.unit.ledgerd.ledger.world import CHAIN_ID, hash_of, key_of

ADDRESSES = ("198.51.100.7:26656", "203.0.113.9:26656")


def _new_key(g: Chooser, member: str, role: str) -> tuple[bytes, bytes | None]:
    """Make a key and show that it is held; sometimes for another role, or not at all."""
    signer = Ed25519Signer(hashlib.sha256(g.ref("own key").encode()).digest())
    said = role if g.chance(93) else g.pick(ROLES)
    shown = signer.sign(possession_digest(CHAIN_ID, member, said, signer.public_key))
    key = signer.public_key if g.chance(96) else g.pick((bytes(32), key_of(member, role)))
    return key, shown


def _operator_change(g: Chooser, member: str) -> OperatorKeyChange:
    roles = g.model.state.members[member].roles
    if g.chance(12):
        admins = [key for key, role in roles.items() if role == "admin"]
        return OperatorKeyChange(role="admin", retired=g.pick(admins))
    role = g.pick(ROLES)
    spare = [key for key, its in roles.items() if its == role and key != key_of(member, role)]
    retired = g.pick(spare) if spare and g.chance(60) else None
    if g.chance(5):
        retired = g.pick(list(roles))
    added, possession = _new_key(g, member, role)
    if g.chance(5):
        possession = None
    values: dict[str, Any] = {"added": added, "possession": possession}
    if g.chance(20):
        values = {}
    return OperatorKeyChange(role=role, retired=retired, **values)


@choice(3)
def rotate_own_key(g: Chooser) -> Drawn:
    member = g.pick(list(g.model.state.members))
    change: Any = _operator_change(g, member)
    if g.chance(30):
        known = g.model.state.members[member].encryption_keys
        number = max(0, len(known) + (1 if g.chance(85) else g.pick((0, 2))))
        key = hash_of(g.ref("encryption")) if g.chance(92) else bytes(32)
        change = EncryptionKeyAdded(number=number, public_key=key)
    operation = RotateOwnKey(client_ref=g.ref("own"), change=change)
    return g.member_key(member, "admin"), operation


@choice(2)
def register_terminal(g: Chooser) -> Drawn:
    member = g.of_kind(g.pick(("hospital", "hospital", "medicare")))
    key, possession = _new_key(g, member, "terminal")
    known = list(g.model.state.members[member].terminals)
    if g.chance(35) or (known and g.chance(20)):
        key, possession = g.pick(known or [key]), g.pick((None, None, None, possession))
    operation = RegisterTerminal(client_ref=g.ref("own"), terminal=key, possession=possession)
    return g.member_key(member, "admin"), operation


@choice(1)
def announce_address(g: Chooser) -> Drawn:
    member = g.pick(list(g.model.state.members))
    host = g.model.state.members[member].host
    if host is not None or g.chance(5):
        host = g.pick(VALIDATORS) if g.chance(85) else g.pick(sorted(KINDS))
    operation = AnnounceAddress(
        client_ref=g.ref("own"), addresses=ADDRESSES[: g.rng.randrange(3)], hosted_by=host
    )
    return g.member_key(member, "admin"), operation
