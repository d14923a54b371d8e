"""Keys, transactions, bundles and batches for tests of the node: plain values, no world."""

from collections.abc import Sequence

from consensus import Batch, Digest, ReplicaId, SequenceNumber, View
from ledgerd.chain.bundle import Bundle, BundlePackage, sign_bundle
from ledgerd.chain.genesis import (
    EncryptionKey,
    Genesis,
    Institution,
    OperatorKey,
    Validator,
    genesis_hash,
)
from ledgerd.chain.membership import Limits
from ledgerd.chain.params import example_params
from ledgerd.chain.transaction import (
    InstitutionAuthor,
    ReadTransaction,
    Transaction,
    are_valid_authorisations,
    decode_transaction,
    sign_transaction,
)
from ledgerd.chain.trust import Epoch, first_epoch
from ledgerd.cli.testnet.layout import places
from ledgerd.ledger.bill_operations import AllotNumbers
from ledgerd.ledger.claim_operations import DeliverKey
from ledgerd.ledger.fields import BillRef, SidecarName
from ledgerd.ledger.operations import Operation, encode_operation
from ledgerd.node.bundle_book import CheckedBundle
from ledgerd.node.checking import (
    Checked,
    CheckRules,
    OpenedPackage,
    UnusablePackage,
    by_hash,
    checked_bundle,
    encode_package,
    open_package,
    read_package,
)
from ledgerd.node.package_queue import NamedPackage, name_package
from ledgerd.primitives.hashing import Domain, digest
from ledgerd.primitives.signatures import Ed25519Signer
from ledgerd.storage.sidecar_store import sidecar_hash

CREATED_MS = 1_700_000_000_000
NOON_MS = CREATED_MS + 60_000
PLACES = tuple(sorted(places(4), key=lambda place: place.institution))
MEMBERS = tuple(place.institution for place in PLACES)
VALIDATOR_SIGNERS = tuple(Ed25519Signer(bytes([index + 1]) * 32) for index in range(4))
OFFICE_SIGNERS = {
    place.kind: Ed25519Signer(bytes([index + 101]) * 32) for index, place in enumerate(PLACES)
}
NAMES = {place.kind: place.institution for place in PLACES}


def genesis() -> Genesis:
    """Four institutions, each a validator with one office key."""
    return Genesis(
        chain_name="sample",
        created_ms=CREATED_MS,
        params=example_params("99"),
        limits=Limits(),
        institutions=tuple(
            Institution(
                institution_id=place.institution,
                kind=place.kind,
                name=place.title,
                area="990000",
                operator_keys=(
                    OperatorKey(role="office", public_key=OFFICE_SIGNERS[place.kind].public_key),
                ),
                encryption_keys=(EncryptionKey(number=1, public_key=bytes([7]) * 32),),
            )
            for place in PLACES
        ),
        validators=tuple(
            Validator(
                institution_id=place.institution,
                consensus_key=VALIDATOR_SIGNERS[index].public_key,
                transport_certificate=bytes([index + 1]) * 8,
            )
            for index, place in enumerate(PLACES)
        ),
    )


CHAIN_ID = genesis_hash(genesis())


def epoch() -> Epoch:
    return first_epoch(genesis())


def allot(number: int, code: str = "99010126") -> AllotNumbers:
    """Ranges of one code have to come in rising order; take another code for independent ones."""
    return AllotNumbers(
        client_ref=f"{code}-{number}",
        holder=NAMES["hospital"],
        code=code,
        first=number * 100,
        count=100,
    )


def naming(sidecar: bytes) -> DeliverKey:
    """An operation that names a sidecar; the rules refuse it, its bytes are wanted all the same."""
    return DeliverKey(
        client_ref="delivery",
        bill=BillRef(code="99010126", number="0000000001"),
        grant=bytes(16),
        own_delivery=None,
        key_number=1,
        document=SidecarName(sidecar_hash=sidecar_hash(sidecar), sidecar_bytes=len(sidecar)),
    )


def signed(
    *operations: Operation,
    kind: str = "finance",
    until_ms: int = NOON_MS + 3_600_000,
    chain_id: bytes = CHAIN_ID,
) -> ReadTransaction:
    signer = OFFICE_SIGNERS[kind]
    transaction = Transaction(
        chain_id=chain_id,
        author=InstitutionAuthor(NAMES[kind]),
        public_key=signer.public_key,
        valid_until_ms=until_ms,
        operations=tuple(encode_operation(operation) for operation in operations),
    )
    return sign_transaction(transaction, signer)


def bundle_bytes(*reads: ReadTransaction, author: int = 0, sequence: int = 1) -> bytes:
    bundle = Bundle(
        chain_id=CHAIN_ID,
        epoch=0,
        validator=author,
        sequence=sequence,
        transactions=tuple(read.encoded for read in reads),
    )
    return sign_bundle(bundle, VALIDATOR_SIGNERS[author])


def package(*reads: ReadTransaction, author: int = 0, sidecars: tuple[bytes, ...] = ()) -> bytes:
    return encode_package(bundle_bytes(*reads, author=author), sidecars)


def named_package(peer: str, *reads: ReadTransaction, author: int = 0) -> NamedPackage:
    body = package(*reads, author=author)
    parts = read_package(body)
    assert isinstance(parts, BundlePackage)
    return name_package(peer, parts, len(body))


def checked(
    *reads: ReadTransaction, author: int = 0, sequence: int = 1, sidecars: tuple[bytes, ...] = ()
) -> CheckedBundle:
    encoded = bundle_bytes(*reads, author=author, sequence=sequence)
    return checked_bundle(encoded, author, reads, by_hash(sidecars))


def numbered(number: int, author: int = 0, until_ms: int = NOON_MS + 3_600_000) -> CheckedBundle:
    """A bundle that differs from all of other numbers."""
    return checked(signed(allot(number), until_ms=until_ms), author=author, sequence=number + 1)


def batch(
    *digests: Digest, sequence: int = 1, parent: bytes | None = None, proposer: int = 2
) -> Batch:
    return Batch(
        epoch=0,
        sequence=SequenceNumber(sequence),
        parent_digest=Digest(parent or epoch().membership.root_digest),
        proposed_in_view=View(1),
        proposer=ReplicaId(proposer),
        timestamp_ms=NOON_MS + sequence,
        bundle_digests=digests,
    )


def some_digest(number: int) -> Digest:
    return Digest(digest(Domain.BUNDLE, number.to_bytes(4, "big")))


def forged(read: ReadTransaction) -> ReadTransaction:
    """The same transaction under an authorisation that does not hold."""
    flipped = bytes([read.encoded[-1] ^ 1])
    return decode_transaction(read.encoded[:-1] + flipped)


class StillClock:
    """Stands where the test puts it."""

    def __init__(self, wall_ms: int = NOON_MS, monotonic_ms: int = 1_000) -> None:
        self.wall = wall_ms
        self.monotonic = monotonic_ms

    def wall_ms(self) -> int:
        return self.wall

    def monotonic_ms(self) -> int:
        return self.monotonic


class NothingStored:
    """No block holds any bundle."""

    def holds(self, _digest: Digest) -> bool:
        return False

    def byte_count(self, digests: Sequence[Digest]) -> int:
        raise AssertionError(f"{len(digests)} bundles were thought to stand in blocks")


def check_package(package: bytes, rules: CheckRules) -> Checked:
    """Check one package in one go, as an intake does it in slices."""
    parts = read_package(package)
    opened = parts if isinstance(parts, UnusablePackage) else open_package(parts, rules)
    if not isinstance(opened, OpenedPackage):
        return opened
    return opened.judged(are_valid_authorisations(opened.signed_parts))
