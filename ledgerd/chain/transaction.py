"""A transaction: 1 to 256 operations that one author signs once.

Rules of this file: the id covers all but the authorisation. Whether the authorisation holds
follows from the bytes alone, so every node answers alike at any height; whether the key may act
for the author is a question of the state and is asked at execution. Operations are opaque here:
each is the canonical encoding of an operation of the rules, and bytes that are none get a receipt
(``MALFORMED``), they do not make the transaction invalid.

Source: docs/formats.md; domain.md section 2.
"""

from dataclasses import dataclass
from typing import Annotated, Final, Literal

from msgspec import Meta

from ledgerd.errors import VerificationFailed
from ledgerd.primitives.canonical import (
    AccountId,
    Canonical,
    Hash32,
    InstitutionId,
    Key32,
    Record,
    Signature64,
    TimeMs,
    decode,
    encode,
)
from ledgerd.primitives.hashing import Domain, digest
from ledgerd.primitives.signatures import Signer, is_valid_signature

OPERATION_COUNT_MAX: Final = 256  # one receipt each; fifty are what an office signs together
OPERATION_BYTES_MAX: Final = 8_192  # no ciphertext in a block: an operation is hashes and numbers
TRANSACTION_BYTES_MAX: Final = 262_144  # 256 operations of 1 kB; the membership may say less
SCHEME_ED25519: Final = 1

OperationBytes = Annotated[bytes, Meta(min_length=1, max_length=OPERATION_BYTES_MAX)]


class InstitutionAuthor(Canonical, tag=1, frozen=True):
    """An institution acts, with one of its operator keys."""

    institution_id: InstitutionId


class AccountAuthor(Canonical, tag=2, frozen=True):
    """A patient acts, with a key of the account."""

    account_id: AccountId


Author = InstitutionAuthor | AccountAuthor


class Transaction(Record, tag=1, frozen=True, kw_only=True):
    """What is signed.

    Attributes:
        chain_id: the genesis hash; a transaction of another chain is invalid here.
        author: for whom the operations are done.
        scheme: how it is signed; 1 is Ed25519 over the transaction id.
        public_key: the key that signs. Whether it may act for the author is judged at execution.
        valid_until_ms: block time after which it does nothing; at most 24 h ahead of it.
        atomic: operations fail together instead of each alone.
        operations: canonical encodings of operations, in the order of execution.
    """

    chain_id: Hash32
    author: Author
    scheme: Literal[1] = SCHEME_ED25519
    public_key: Key32
    valid_until_ms: TimeMs
    atomic: bool = False
    operations: Annotated[
        tuple[OperationBytes, ...], Meta(min_length=1, max_length=OPERATION_COUNT_MAX)
    ]


class SignedTransaction(Record, tag=2, frozen=True, kw_only=True):
    """The envelope: exactly the bytes that were signed, and the authorisation.

    Attributes:
        body: canonical bytes of a ``Transaction``.
        authorisation: Ed25519 signature over the transaction id.
    """

    body: Annotated[bytes, Meta(min_length=1, max_length=TRANSACTION_BYTES_MAX)]
    authorisation: Signature64


@dataclass(frozen=True, slots=True)
class ReadTransaction:
    """A transaction as received, decoded once and passed on as an object.

    Attributes:
        transaction_id: digest of the body.
        transaction: the decoded body.
        authorisation: the signature; not verified by decoding.
        encoded: canonical bytes of the ``SignedTransaction``.
    """

    transaction_id: bytes
    transaction: Transaction
    authorisation: bytes
    encoded: bytes


def transaction_id(body: bytes) -> bytes:
    """Name a transaction by the canonical bytes of its body."""
    return digest(Domain.TRANSACTION, body)


def sign_transaction(transaction: Transaction, signer: Signer) -> ReadTransaction:
    """Sign a transaction; ``signer`` must hold the key that the transaction names."""
    body = encode(transaction)
    identifier = transaction_id(body)
    signature = signer.sign(identifier)
    signed = encode(SignedTransaction(body=body, authorisation=signature))
    return ReadTransaction(identifier, transaction, signature, signed)


def decode_transaction(data: bytes) -> ReadTransaction:
    """Read a signed transaction; the authorisation is not verified here.

    Raises:
        DecodeError: the envelope or the body is not canonical, or out of bounds.
    """
    signed = decode(data, SignedTransaction, bytes_max=TRANSACTION_BYTES_MAX)
    body = decode(signed.body, Transaction, bytes_max=TRANSACTION_BYTES_MAX)
    return ReadTransaction(transaction_id(signed.body), body, signed.authorisation, data)


def signed_part(read: ReadTransaction) -> tuple[bytes, bytes, bytes]:
    """Give (public key, payload, signature), for checking many signatures in one call."""
    return read.transaction.public_key, read.transaction_id, read.authorisation


def verify_authorisation(read: ReadTransaction) -> None:
    """Check that the named key signed the transaction.

    Raises:
        VerificationFailed: it did not.
    """
    if not is_valid_signature(*signed_part(read)):
        raise VerificationFailed("transaction: the authorisation does not verify")
