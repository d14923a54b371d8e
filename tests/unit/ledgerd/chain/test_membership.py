"""Membership records: order, keys, what consensus is told."""

import msgspec
import pytest

from ledgerd.chain.genesis import genesis_membership
from ledgerd.chain.membership import (
    Limits,
    Member,
    MembershipRecord,
    consensus_membership,
    genesis_root_digest,
    membership_hash,
    validate_membership,
)
from ledgerd.errors import VerificationFailed
from ledgerd.primitives.canonical import decode, encode, unbounded_fields
from tests.unit.ledgerd.chain.samples import CHAIN_ID, CREATED_MS, GENESIS, consensus_signer

RECORD = genesis_membership(GENESIS)


def with_members(*members: Member) -> MembershipRecord:
    return msgspec.structs.replace(RECORD, members=members)


def test_a_record_is_read_again() -> None:
    assert decode(encode(RECORD), MembershipRecord, bytes_max=10_000) == RECORD
    validate_membership(RECORD)


def test_the_hash_covers_limits_too() -> None:
    other = msgspec.structs.replace(RECORD, limits=Limits(clock_drift_ms=5_001))
    assert membership_hash(other) != membership_hash(RECORD)


def test_consensus_gets_keys_in_order_and_the_limits() -> None:
    root = genesis_root_digest(CHAIN_ID)
    membership = consensus_membership(RECORD, CHAIN_ID, root, CREATED_MS)
    assert membership.public_keys == tuple(consensus_signer(n).public_key for n in range(4))
    assert (membership.chain, membership.root_digest) == (CHAIN_ID, root)
    assert (membership.epoch, membership.root_sequence, membership.quorum) == (0, 0, 3)
    assert membership.limits.window == RECORD.limits.window
    assert membership.limits.term == RECORD.limits.term
    assert membership.limits.bundle_count_max == RECORD.limits.batch_bundle_count_max
    assert membership.root_timestamp_ms == CREATED_MS


def test_the_root_digest_depends_on_the_chain() -> None:
    assert genesis_root_digest(CHAIN_ID) != genesis_root_digest(bytes(32))


@pytest.mark.parametrize("members", [RECORD.members[::-1], RECORD.members[:1] * 2])
def test_members_ascend_none_twice(members: tuple[Member, ...]) -> None:
    with pytest.raises(VerificationFailed, match="ascend"):
        validate_membership(with_members(*members))


@pytest.mark.parametrize(
    ("changes", "text"),
    [
        ({"consensus_key": RECORD.members[0].consensus_key}, "key stands twice"),
        ({"consensus_key": bytes(32)}, "not an acceptable"),
        ({"consensus_key": b"\xff" * 32}, "not an acceptable"),
        ({"transport_certificate": RECORD.members[0].transport_certificate}, "certificate"),
    ],
)
def test_keys_and_certificates_are_checked(changes: dict[str, bytes], text: str) -> None:
    last = msgspec.structs.replace(RECORD.members[3], **changes)
    with pytest.raises(VerificationFailed, match=text):
        validate_membership(with_members(*RECORD.members[:3], last))


def test_records_are_bounded() -> None:
    assert unbounded_fields(MembershipRecord) == ()
