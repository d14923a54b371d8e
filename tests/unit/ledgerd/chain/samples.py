"""Sample values for tests of the chain: four synthetic validators, and blocks they seal."""

from collections.abc import Iterable
from dataclasses import dataclass

import consensus
from consensus.codec import encode_batch, encode_seal
from consensus.signing import checkpoint_payload
from ledgerd.chain.block import (
    Block,
    Header,
    TransactionReceipts,
    header_hash,
    next_timestamp_ms,
    receipt_root,
    transaction_root,
)
from ledgerd.chain.bundle import Bundle, decode_bundle, sign_bundle
from ledgerd.chain.genesis import (
    EncryptionKey,
    Genesis,
    Institution,
    OperatorKey,
    Validator,
    genesis_hash,
    genesis_header,
)
from ledgerd.chain.membership import Limits
from ledgerd.chain.params import example_params
from ledgerd.chain.transaction import (
    InstitutionAuthor,
    ReadTransaction,
    Transaction,
    sign_transaction,
)
from ledgerd.chain.trust import SealedHeader
from ledgerd.primitives.canonical import encode
from ledgerd.primitives.hashing import ZERO_HASH
from ledgerd.primitives.identifiers import institution_check_character
from ledgerd.primitives.signatures import Ed25519Signer
from ledgerd.primitives.state_tree import EMPTY_ROOT
from ledgerd.primitives.wrapping import encryption_public_key

CREATED_MS = 1_700_000_000_000
KINDS = ("finance", "hospital", "insurer", "medicare")


def institution_id(number: int) -> str:
    """Give a synthetic credit code with a right check character."""
    first17 = f"1200000000000000{number}"
    return first17 + institution_check_character(first17)


def seed(number: int) -> bytes:
    return bytes((number,)) * 32


def consensus_signer(number: int) -> Ed25519Signer:
    return Ed25519Signer(seed(number + 1))


def clerk_signer(number: int) -> Ed25519Signer:
    return Ed25519Signer(seed(number + 101))


def institution(number: int) -> Institution:
    return Institution(
        institution_id=institution_id(number),
        kind=KINDS[number],  # type: ignore[arg-type]
        name=f"Sample institution {number}",
        area="000000",
        operator_keys=(OperatorKey(role="clerk", public_key=clerk_signer(number).public_key),),
        encryption_keys=(
            EncryptionKey(number=1, public_key=encryption_public_key(seed(number + 201))),
        ),
        addresses=(f"127.0.0.1:{7000 + number}",),
    )


def validator(number: int) -> Validator:
    return Validator(
        institution_id=institution_id(number),
        consensus_key=consensus_signer(number).public_key,
        transport_certificate=b"sample certificate %d" % number,
    )


def sample_genesis(name: str = "sample") -> Genesis:
    return Genesis(
        chain_name=name,
        created_ms=CREATED_MS,
        params=example_params("00"),
        limits=Limits(),
        institutions=tuple(institution(number) for number in range(4)),
        validators=tuple(validator(number) for number in range(4)),
    )


GENESIS = sample_genesis()
CHAIN_ID = genesis_hash(GENESIS)


def sample_transaction(number: int = 0, *, operations: tuple[bytes, ...] = ()) -> ReadTransaction:
    signer = clerk_signer(1)
    transaction = Transaction(
        chain_id=CHAIN_ID,
        author=InstitutionAuthor(institution_id(1)),
        public_key=signer.public_key,
        valid_until_ms=CREATED_MS + 60_000,
        operations=operations or (encode(("sample operation", number)),),
    )
    return sign_transaction(transaction, signer)


def sample_bundle(transactions: Iterable[ReadTransaction], *, sequence: int = 1) -> bytes:
    bundle = Bundle(
        chain_id=CHAIN_ID,
        epoch=0,
        validator=2,
        sequence=sequence,
        transactions=tuple(transaction.encoded for transaction in transactions),
    )
    return sign_bundle(bundle, consensus_signer(2))


def seal(header: Header, voters: Iterable[int] = (0, 1, 3)) -> SealedHeader:
    """Seal a header with the keys of these validators."""
    digest = consensus.Digest(header_hash(header))
    height = consensus.SequenceNumber(header.height)
    payload = checkpoint_payload(consensus.Digest(header.chain_id), header.epoch, height, digest)
    signatures = tuple(
        (consensus.ReplicaId(voter), consensus_signer(voter).sign(payload)) for voter in voters
    )
    certificate = consensus.StableCertificate(header.epoch, height, digest, signatures)
    return SealedHeader(header=header, seal=encode_seal(certificate))


@dataclass(frozen=True)
class SampleBlock:
    """A block of height 1 with two bundles of two transactions, and its receipts."""

    block: Block
    receipts: tuple[bytes, ...]
    transactions: tuple[ReadTransaction, ...]

    @property
    def header(self) -> Header:
        return self.block.header


def sample_block(state_root: bytes = EMPTY_ROOT) -> SampleBlock:
    transactions = tuple(sample_transaction(number) for number in range(4))
    bundles = (
        sample_bundle(transactions[:2], sequence=1),
        sample_bundle(transactions[2:], sequence=2),
    )
    previous = genesis_header(GENESIS, EMPTY_ROOT)
    batch = consensus.Batch(
        epoch=0,
        sequence=consensus.SequenceNumber(1),
        parent_digest=consensus.Digest(previous.batch_digest),
        proposed_in_view=consensus.View(1),
        proposer=consensus.ReplicaId(2),
        timestamp_ms=CREATED_MS + 1_000,
        bundle_digests=tuple(consensus.Digest(decode_bundle(bundle).digest) for bundle in bundles),
    )
    receipts = tuple(
        encode(
            TransactionReceipts(
                transaction_id=transaction.transaction_id, receipts=(encode(("sample", 0)),)
            )
        )
        for transaction in transactions
    )
    header = Header(
        protocol_version=1,
        chain_id=CHAIN_ID,
        height=1,
        epoch=0,
        previous_hash=header_hash(previous),
        batch_digest=batch.digest,
        timestamp_ms=next_timestamp_ms(previous, batch.timestamp_ms),
        transaction_root=transaction_root([read.encoded for read in transactions]),
        receipt_root=receipt_root(receipts),
        state_root=state_root,
        membership_hash=previous.membership_hash,
        next_membership_hash=previous.next_membership_hash,
    )
    block = Block(header=header, batch=encode_batch(batch), bundles=bundles)
    return SampleBlock(block, receipts, transactions)


def bare_header(height: int = 1, timestamp_ms: int = CREATED_MS + 1_000) -> Header:
    """Give a header with the sample chain's id and membership and nothing behind its roots."""
    previous = genesis_header(GENESIS, EMPTY_ROOT)
    return Header(
        protocol_version=1,
        chain_id=CHAIN_ID,
        height=height,
        epoch=0,
        previous_hash=ZERO_HASH,
        batch_digest=ZERO_HASH,
        timestamp_ms=timestamp_ms,
        transaction_root=ZERO_HASH,
        receipt_root=ZERO_HASH,
        state_root=EMPTY_ROOT,
        membership_hash=previous.membership_hash,
        next_membership_hash=previous.membership_hash,
    )
