"""Whom a light client believes."""

import msgspec
import pytest

from ledgerd.chain.block import Header
from ledgerd.chain.membership import MembershipRecord, membership_hash
from ledgerd.chain.trust import (
    Epoch,
    EpochChange,
    Freshness,
    SealedHeader,
    first_epoch,
    verify_epoch_change,
    verify_freshness,
    verify_sealed_header,
)
from ledgerd.errors import DecodeError, ProofStale, VerificationFailed
from ledgerd.primitives.canonical import unbounded_fields
from tests.unit.ledgerd.chain.samples import (
    CREATED_MS,
    GENESIS,
    bare_header,
    sample_genesis,
    seal,
)

EPOCH = first_epoch(GENESIS)
HEADER = bare_header()


def header_with(**changes: object) -> Header:
    return msgspec.structs.replace(HEADER, **changes)


def next_record(**changes: object) -> MembershipRecord:
    record = EPOCH.record
    following = msgspec.structs.replace(
        record, epoch=1, root_sequence=1, members=record.members[:3]
    )
    return msgspec.structs.replace(following, **changes)


def change_to(record: MembershipRecord) -> EpochChange:
    last = header_with(next_membership_hash=membership_hash(record))
    return EpochChange(last=seal(last), record=record)


@pytest.mark.parametrize("voters", [(0, 1, 2), (0, 1, 3), (1, 2, 3), (0, 1, 2, 3)])
def test_a_quorum_seals(voters: tuple[int, ...]) -> None:
    verify_sealed_header(seal(HEADER, voters), EPOCH)


@pytest.mark.parametrize("voters", [(), (0,), (0, 1), (0, 0, 1), (1, 0, 2)])
def test_fewer_or_the_same_ones_do_not(voters: tuple[int, ...]) -> None:
    with pytest.raises((VerificationFailed, DecodeError)):
        verify_sealed_header(seal(HEADER, voters), EPOCH)


def test_a_seal_holds_for_its_header_only() -> None:
    other = SealedHeader(header=header_with(state_root=bytes(32)), seal=seal(HEADER).seal)
    with pytest.raises(VerificationFailed, match="another header"):
        verify_sealed_header(other, EPOCH)


@pytest.mark.parametrize(
    ("changes", "text"),
    [
        ({"chain_id": bytes(32)}, "another chain"),
        ({"epoch": 1}, "epoch 1"),
        ({"membership_hash": bytes(32)}, "another membership"),
    ],
)
def test_a_header_of_another_chain_epoch_or_membership_is_refused(
    changes: dict[str, object], text: str
) -> None:
    with pytest.raises(VerificationFailed, match=text):
        verify_sealed_header(seal(header_with(**changes)), EPOCH)


def test_members_of_another_genesis_do_not_seal_here() -> None:
    with pytest.raises(VerificationFailed, match="another chain"):
        verify_sealed_header(seal(HEADER), first_epoch(sample_genesis("other")))


def test_a_seal_that_is_none_is_refused() -> None:
    with pytest.raises(DecodeError, match="seal"):
        verify_sealed_header(SealedHeader(header=HEADER, seal=b"\xc0"), EPOCH)


def test_an_epoch_hands_over_to_the_next() -> None:
    following = verify_epoch_change(change_to(next_record()), EPOCH)
    assert (following.record.epoch, following.membership.root_sequence) == (1, 1)
    assert following.membership.replica_count == 3
    header = header_with(height=2, epoch=1, membership_hash=membership_hash(following.record))
    verify_sealed_header(seal(header, (0, 1, 2)), following)


@pytest.mark.parametrize("changes", [{"epoch": 2}, {"epoch": 0}, {"root_sequence": 2}], ids=str)
def test_only_the_next_record_can_follow(changes: dict[str, int]) -> None:
    with pytest.raises(VerificationFailed, match="not the next one"):
        verify_epoch_change(change_to(next_record(**changes)), EPOCH)


def test_a_record_that_was_not_named_does_not_follow() -> None:
    change = EpochChange(last=seal(HEADER), record=next_record())
    with pytest.raises(VerificationFailed, match="another record"):
        verify_epoch_change(change, EPOCH)


def test_a_record_with_a_bad_key_does_not_follow_although_it_was_named() -> None:
    bad = msgspec.structs.replace(EPOCH.record.members[0], consensus_key=bytes(32))
    with pytest.raises(VerificationFailed, match="acceptable"):
        verify_epoch_change(change_to(next_record(members=(bad,))), EPOCH)


def test_without_wishes_any_age_is_fresh() -> None:
    verify_freshness(HEADER, Freshness())


@pytest.mark.parametrize(("height_min", "stale"), [(0, False), (1, False), (2, True)])
def test_a_height_can_be_asked_for(height_min: int, stale: bool) -> None:
    assert _is_stale(Freshness(height_min=height_min)) is stale


@pytest.mark.parametrize(("age_ms", "stale"), [(0, False), (500, False), (501, True)])
def test_an_age_can_be_asked_for(age_ms: int, stale: bool) -> None:
    now_ms = HEADER.timestamp_ms + age_ms
    assert _is_stale(Freshness(now_ms=now_ms, age_ms_max=500)) is stale


@pytest.mark.parametrize(("height", "stale"), [(0, False), (1, False), (2, True)])
def test_a_trusted_header_makes_older_ones_stale(height: int, stale: bool) -> None:
    trusted = {0: bare_header(0, CREATED_MS), 1: HEADER, 2: bare_header(2)}[height]
    assert _is_stale(Freshness(trusted=trusted)) is stale


def _is_stale(freshness: Freshness) -> bool:
    try:
        verify_freshness(HEADER, freshness)
    except ProofStale:
        return True
    return False


@pytest.mark.parametrize(
    "trusted",
    [
        header_with(state_root=bytes(32)),
        header_with(chain_id=bytes(32)),
        bare_header(0, HEADER.timestamp_ms),
    ],
)
def test_a_header_that_contradicts_the_trusted_one_is_refused(trusted: Header) -> None:
    with pytest.raises(VerificationFailed):
        verify_freshness(HEADER, Freshness(trusted=trusted))


def test_an_age_needs_a_clock() -> None:
    with pytest.raises(AssertionError):
        Freshness(age_ms_max=1)


def test_trust_is_bounded() -> None:
    assert unbounded_fields(SealedHeader) == unbounded_fields(EpochChange) == ()
    assert isinstance(EPOCH, Epoch)
