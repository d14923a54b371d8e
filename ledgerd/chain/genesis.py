"""Genesis: everything that a ledger starts from, and all that an offline verifier must hold.

Rules of this file: ``genesis.json`` has exactly one form. It is decoded strictly (unknown,
missing, repeated fields refused) and must equal, byte for byte, what `encode_genesis` writes for
the same value; so it cannot be changed in a way that two readers see differently. The chain id is
the hash of the canonical MessagePack encoding of the same value.

Source: docs/formats.md.
"""

from collections.abc import Sequence
from itertools import pairwise
from typing import Annotated, Final, Literal, TypeVar

from msgspec import Meta

import consensus
from ledgerd.chain.block import PROTOCOL_VERSION, Header
from ledgerd.chain.membership import (
    CERTIFICATE_BYTES_MAX,
    MEMBER_COUNT_MAX,
    Limits,
    Member,
    MembershipRecord,
    consensus_membership,
    genesis_root_digest,
    membership_hash,
    validate_membership,
)
from ledgerd.chain.params import Params
from ledgerd.errors import VerificationFailed
from ledgerd.primitives import canonical_json, merkle
from ledgerd.primitives.canonical import (
    U16,
    Canonical,
    InstitutionId,
    Key32,
    Record,
    TimeMs,
    encode,
)
from ledgerd.primitives.hashing import ZERO_HASH, Domain, digest
from ledgerd.primitives.identifiers import is_institution_id
from ledgerd.primitives.signatures import is_acceptable_public_key
from ledgerd.primitives.wrapping import is_acceptable_encryption_key

GENESIS_BYTES_MAX: Final = 16_777_216  # 507 institutions with keys have about 1 MB
INSTITUTION_COUNT_MAX: Final = 10_000
CRYPTO_SUITE_ED25519_SHA256: Final = 1

_Ordered = TypeVar("_Ordered", str, int, tuple[str, bytes])
Kind = Literal["finance", "hospital", "medicare", "insurer", "regulator"]
Role = Literal["office", "clerk", "cashier", "reviewer", "admin", "terminal"]
ChainName = Annotated[
    str, Meta(min_length=1, max_length=64, pattern=r"\A[a-z0-9]([a-z0-9-]*[a-z0-9])?\Z")
]
# Control characters, surrogates and line ends could disguise a name on a terminal.
InstitutionName = Annotated[
    str, Meta(min_length=1, max_length=128, pattern=r"\A[^\x00-\x1f\x7f-\x9f\u2028-\u202f]+\Z")
]
Address = Annotated[str, Meta(min_length=3, max_length=128, pattern=r"\A[0-9A-Za-z.:\[\]-]+\Z")]
AreaCode = Annotated[str, Meta(min_length=6, max_length=6, pattern=r"\A[0-9]{6}\Z")]


class OperatorKey(Canonical, frozen=True, kw_only=True):
    """A key that may sign for an institution, with exactly one role."""

    role: Role
    public_key: Key32


class EncryptionKey(Canonical, frozen=True, kw_only=True):
    """A numbered X25519 key to which sealed payloads are wrapped."""

    number: U16
    public_key: Key32


class Institution(Canonical, frozen=True, kw_only=True):
    """One institution of the beginning.

    Attributes:
        institution_id: unified social credit code, check character right.
        area: six digits, the administrative area that it belongs to.
        hosted_by: the institution whose node it uses; nil when it runs its own or none.
        operator_keys: ascending by (role, key), none twice.
        encryption_keys: ascending by number.
        addresses: ``host:port`` under which its node listens for peers.
    """

    institution_id: InstitutionId
    kind: Kind
    name: InstitutionName
    area: AreaCode
    hosted_by: InstitutionId | None = None
    operator_keys: Annotated[tuple[OperatorKey, ...], Meta(max_length=64)] = ()
    encryption_keys: Annotated[tuple[EncryptionKey, ...], Meta(max_length=16)] = ()
    addresses: Annotated[tuple[Address, ...], Meta(max_length=8)] = ()


class Validator(Canonical, frozen=True, kw_only=True):
    """An institution that decides in epoch 0."""

    institution_id: InstitutionId
    consensus_key: Key32
    transport_certificate: Annotated[bytes, Meta(min_length=1, max_length=CERTIFICATE_BYTES_MAX)]


class Genesis(Record, tag=11, frozen=True, kw_only=True):
    """What everybody agrees on before the first block.

    Attributes:
        chain_name: for people; the chain id is the hash of all of this.
        created_ms: timestamp of height 0.
        crypto_suite: 1 is Ed25519 and SHA-256.
        protocol_version: the rules of height 1.
        limits: constants that decide votes, part of the first membership record.
        institutions: ascending by id, none twice.
        validators: ascending by id, none twice, each one of ``institutions``.
    """

    chain_name: ChainName
    created_ms: TimeMs
    crypto_suite: Literal[1] = CRYPTO_SUITE_ED25519_SHA256
    protocol_version: Literal[1] = 1
    params: Params
    limits: Limits
    institutions: Annotated[
        tuple[Institution, ...], Meta(min_length=1, max_length=INSTITUTION_COUNT_MAX)
    ]
    validators: Annotated[tuple[Validator, ...], Meta(min_length=1, max_length=MEMBER_COUNT_MAX)]


def encode_genesis(genesis: Genesis) -> bytes:
    """Write ``genesis.json``; the only form in which `decode_genesis` reads it."""
    return canonical_json.encode(genesis)


def decode_genesis(data: bytes) -> Genesis:
    """Read and check ``genesis.json``.

    Raises:
        DecodeError: not JSON, a field unknown, missing, repeated or out of bounds, or written in
            another form than `encode_genesis` gives.
        VerificationFailed: the contents contradict each other, or a key is not acceptable.
    """
    genesis = canonical_json.decode(data, Genesis, bytes_max=GENESIS_BYTES_MAX)
    validate_genesis(genesis)
    return genesis


def genesis_hash(genesis: Genesis) -> bytes:
    """Give the chain id: the hash that transactions, votes and headers carry."""
    return digest(Domain.GENESIS, encode(genesis))


def genesis_membership(genesis: Genesis) -> MembershipRecord:
    """Give the membership record of epoch 0."""
    members = tuple(
        Member(
            institution_id=validator.institution_id,
            consensus_key=validator.consensus_key,
            transport_certificate=validator.transport_certificate,
        )
        for validator in genesis.validators
    )
    return MembershipRecord(epoch=0, root_sequence=0, members=members, limits=genesis.limits)


def genesis_consensus_membership(genesis: Genesis) -> consensus.Membership:
    """Give what consensus needs of epoch 0."""
    chain_id = genesis_hash(genesis)
    record = genesis_membership(genesis)
    root_digest = genesis_root_digest(chain_id)
    return consensus_membership(record, chain_id, root_digest, genesis.created_ms)


def genesis_header(genesis: Genesis, state_root: bytes) -> Header:
    """Give the header of height 0, on which block 1 builds; it is never sealed.

    ``state_root`` is that of the state which the rules make from the genesis.
    """
    chain_id = genesis_hash(genesis)
    members = membership_hash(genesis_membership(genesis))
    return Header(
        protocol_version=PROTOCOL_VERSION,
        chain_id=chain_id,
        height=0,
        epoch=0,
        previous_hash=ZERO_HASH,
        batch_digest=genesis_root_digest(chain_id),
        timestamp_ms=genesis.created_ms,
        transaction_root=merkle.root(()),
        receipt_root=merkle.root(()),
        state_root=state_root,
        membership_hash=members,
        next_membership_hash=members,
    )


def validate_genesis(genesis: Genesis) -> None:
    """Check what the field bounds cannot say.

    Raises:
        VerificationFailed: an order, a reference, a check character or a key is wrong.
    """
    known = [institution.institution_id for institution in genesis.institutions]
    _require_ascending(known, "institutions")
    hosts = frozenset(i.institution_id for i in genesis.institutions if i.hosted_by is None)
    for institution in genesis.institutions:
        _validate_institution(institution, hosts)
    validate_membership(genesis_membership(genesis))
    if not {v.institution_id for v in genesis.validators} <= set(known):
        raise VerificationFailed("genesis: a validator is not among the institutions")


def _validate_institution(institution: Institution, hosts: frozenset[str]) -> None:
    name = institution.institution_id
    if not is_institution_id(name):
        raise VerificationFailed(f"genesis: {name} has a wrong check character")
    if institution.hosted_by is not None and institution.hosted_by not in hosts:
        raise VerificationFailed(f"genesis: the host of {name} is none, or is hosted itself")
    keys = institution.operator_keys
    _require_ascending([(key.role, key.public_key) for key in keys], f"operator keys of {name}")
    if not all(is_acceptable_public_key(key.public_key) for key in keys):
        raise VerificationFailed(f"genesis: an operator key of {name} is not acceptable")
    if len({key.public_key for key in keys}) != len(keys):
        raise VerificationFailed(f"genesis: an operator key of {name} has two roles")
    numbers = [key.number for key in institution.encryption_keys]
    _require_ascending(numbers, f"encryption keys of {name}")
    if not all(is_acceptable_encryption_key(k.public_key) for k in institution.encryption_keys):
        raise VerificationFailed(f"genesis: an encryption key of {name} is not acceptable")


def _require_ascending(items: Sequence[_Ordered], what: str) -> None:
    if any(not a < b for a, b in pairwise(items)):
        raise VerificationFailed(f"genesis: {what} must ascend, none twice")
