"""Genesis: one text, one hash, nothing that contradicts itself."""

import msgspec
import pytest

from ledgerd.chain.genesis import (
    EncryptionKey,
    Genesis,
    Institution,
    OperatorKey,
    decode_genesis,
    encode_genesis,
    genesis_consensus_membership,
    genesis_hash,
    genesis_header,
    genesis_membership,
    validate_genesis,
)
from ledgerd.chain.membership import genesis_root_digest, membership_hash
from ledgerd.errors import DecodeError, VerificationFailed
from ledgerd.primitives import merkle
from ledgerd.primitives.canonical import decode, encode, unbounded_fields
from ledgerd.primitives.state_tree import EMPTY_ROOT
from tests.unit.ledgerd.chain.samples import (
    CREATED_MS,
    GENESIS,
    clerk_signer,
    institution,
    institution_id,
    sample_genesis,
)

TEXT = encode_genesis(GENESIS)


def with_institution(**changes: object) -> Genesis:
    first = msgspec.structs.replace(GENESIS.institutions[0], **changes)
    return msgspec.structs.replace(GENESIS, institutions=(first, *GENESIS.institutions[1:]))


def test_the_file_is_read_again() -> None:
    assert decode_genesis(TEXT) == GENESIS


def test_the_canonical_bytes_are_read_again() -> None:
    assert decode(encode(GENESIS), Genesis, bytes_max=100_000) == GENESIS


def test_no_byte_of_the_file_can_be_changed_and_leave_the_chain_the_same() -> None:
    step = 3  # every third byte: the file has some thousand
    damaged = [
        TEXT[:place] + bytes((TEXT[place] ^ 0x01,)) + TEXT[place + 1 :]
        for place in range(0, len(TEXT), step)
    ]
    assert "the same" not in {_outcome(data) for data in damaged}


def _outcome(data: bytes) -> str:
    try:
        genesis = decode_genesis(data)
    except (DecodeError, VerificationFailed):
        return "refused"
    return "the same" if genesis_hash(genesis) == genesis_hash(GENESIS) else "another chain"


@pytest.mark.parametrize(
    ("old", "new"),
    [
        (b'"chain_name": "sample",', b'"chain_name": "sample",\n  "note": "",'),
        (b'"chain_name": "sample",\n', b""),
        (b'"chain_name": "sample"', b'"chain_name": "Sample"'),
        (b'"created_ms": 17', b'"created_ms": -17'),
        (b'"crypto_suite": 1', b'"crypto_suite": 2'),
        (b'"protocol_version": 1', b'"protocol_version": 2'),
        (b'"kind": "finance"', b'"kind": "bank"'),
        (b'"role": "clerk"', b'"role": "root"'),
        (b"Sample institution 0", b"Sample\\ninstitution 0"),
        (b'"window": 16', b'"window": 17'),
        (b'"window": 16', b'"window": 16.0'),
        (b"127.0.0.1:7000", b"127.0.0.1 7000"),
    ],
)
def test_the_file_is_strict(old: bytes, new: bytes) -> None:
    assert old in TEXT
    with pytest.raises(DecodeError):
        decode_genesis(TEXT.replace(old, new, 1))


def test_a_name_may_be_chinese() -> None:
    genesis = with_institution(name="示例财政局")
    assert decode_genesis(encode_genesis(genesis)) == genesis


@pytest.mark.parametrize("name", ["a\x00", "a\u202eb", "a\u2028b", "a\x9b", ""])
def test_a_name_cannot_disguise_itself(name: str) -> None:
    with pytest.raises(DecodeError):
        decode_genesis(encode_genesis(with_institution(name=name)))


@pytest.mark.parametrize(
    ("changes", "text"),
    [
        ({"institution_id": institution_id(0)[:17] + "A"}, "check character"),
        ({"hosted_by": institution_id(0)}, "host"),
        ({"hosted_by": institution_id(7)}, "host"),
        ({"operator_keys": (OperatorKey(role="clerk", public_key=bytes(32)),)}, "not acceptable"),
        ({"operator_keys": GENESIS.institutions[0].operator_keys * 2}, "ascend"),
        ({"encryption_keys": GENESIS.institutions[0].encryption_keys * 2}, "ascend"),
        ({"encryption_keys": (EncryptionKey(number=1, public_key=bytes(32)),)}, "encryption key"),
        (
            {
                "operator_keys": tuple(
                    OperatorKey(role=role, public_key=clerk_signer(9).public_key)  # type: ignore[arg-type]
                    for role in ("admin", "clerk")
                )
            },
            "two roles",
        ),
    ],
    ids=lambda item: item if isinstance(item, str) else "",
)
def test_an_institution_that_contradicts_itself_is_refused(
    changes: dict[str, object], text: str
) -> None:
    with pytest.raises(VerificationFailed, match=text):
        validate_genesis(with_institution(**changes))


@pytest.mark.parametrize("institutions", [GENESIS.institutions[::-1], GENESIS.institutions * 2])
def test_institutions_ascend_none_twice(institutions: tuple[Institution, ...]) -> None:
    with pytest.raises(VerificationFailed, match="ascend"):
        validate_genesis(msgspec.structs.replace(GENESIS, institutions=institutions))


def test_a_validator_must_be_an_institution() -> None:
    with pytest.raises(VerificationFailed, match="not among"):
        validate_genesis(
            msgspec.structs.replace(GENESIS, institutions=(institution(0), institution(1)))
        )


def test_an_institution_may_be_hosted() -> None:
    validate_genesis(with_institution(hosted_by=institution_id(1)))


def test_a_host_is_not_hosted_itself() -> None:
    first, second, *others = GENESIS.institutions
    circle = (
        msgspec.structs.replace(first, hosted_by=second.institution_id),
        msgspec.structs.replace(second, hosted_by=first.institution_id),
    )
    with pytest.raises(VerificationFailed, match="hosted itself"):
        validate_genesis(msgspec.structs.replace(GENESIS, institutions=(*circle, *others)))


def test_another_name_is_another_chain() -> None:
    assert genesis_hash(sample_genesis("other")) != genesis_hash(GENESIS)


def test_the_first_header_builds_on_nothing() -> None:
    header = genesis_header(GENESIS, EMPTY_ROOT)
    record = membership_hash(genesis_membership(GENESIS))
    assert (header.height, header.epoch, header.previous_hash) == (0, 0, bytes(32))
    assert (header.chain_id, header.timestamp_ms) == (genesis_hash(GENESIS), CREATED_MS)
    assert header.batch_digest == genesis_root_digest(header.chain_id)
    assert header.transaction_root == header.receipt_root == merkle.root(())
    assert header.membership_hash == header.next_membership_hash == record


def test_consensus_starts_on_the_first_header() -> None:
    membership = genesis_consensus_membership(GENESIS)
    header = genesis_header(GENESIS, EMPTY_ROOT)
    assert membership.root_digest == header.batch_digest
    assert membership.root_timestamp_ms == header.timestamp_ms


def test_genesis_is_bounded() -> None:
    assert unbounded_fields(Genesis) == ()
