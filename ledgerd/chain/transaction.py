"""A transaction: 1 to 256 operations that one author signs once.

Rules of this file: the id covers all but the authorisation. Whether the authorisation holds
follows from the bytes alone, so every node answers alike at any height; whether the key may act
for the author is a question of the state and is asked at execution. Operations are opaque here:
each is the canonical encoding of an operation of the rules, and bytes that are none get a receipt
(``MALFORMED``), they do not make the transaction invalid.

Source: docs/formats.md; domain.md section 2.
"""

from collections.abc import Iterable
from typing import Annotated, Final, Literal

from msgspec import Meta, Struct, field

from ledgerd.errors import DecodeError, VerificationFailed
from ledgerd.primitives.canonical import (
    AccountId,
    Canonical,
    Hash32,
    InstitutionId,
    PublicKey,
    Record,
    TimeMs,
    decode,
    encode,
)
from ledgerd.primitives.hashing import Domain, digest
from ledgerd.primitives.passkeys import ASSERTION_BYTES_MAX, decode_assertion, is_valid_assertion
from ledgerd.primitives.signatures import (
    PUBLIC_KEY_BYTES,
    SIGNATURE_BYTES,
    Signer,
    is_valid_signature,
)
from ledgerd.primitives.tally import TALLY

OPERATION_COUNT_MAX: Final = 256  # one receipt each; fifty are what an office signs together
OPERATION_BYTES_MAX: Final = 8_192  # no ciphertext in a block: an operation is hashes and numbers
TRANSACTION_BYTES_MAX: Final = 262_144  # 256 operations of 1 kB; the membership may say less
SCHEME_ED25519: Final = 1
SCHEME_PASSKEY: Final = 2

Scheme = Literal[1, 2]

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
        scheme: how it is signed; 1 is Ed25519 over the transaction id, 2 a WebAuthn assertion
            whose challenge is the transaction id.
        public_key: the key that signs: 32 bytes, or 33 of a compressed point of P-256. Whether
            it may act for the author is judged at execution.
        valid_until_ms: block time after which it does nothing; at most 24 h ahead of it.
        atomic: operations fail together instead of each alone.
        operations: canonical encodings of operations, in the order of execution.
    """

    chain_id: Hash32
    author: Author
    scheme: Scheme = SCHEME_ED25519
    public_key: PublicKey
    valid_until_ms: TimeMs
    atomic: bool = False
    operations: Annotated[
        tuple[OperationBytes, ...], Meta(min_length=1, max_length=OPERATION_COUNT_MAX)
    ]


class SignedTransaction(Record, tag=2, frozen=True, kw_only=True):
    """The envelope: exactly the bytes that were signed, and the authorisation.

    Attributes:
        body: canonical bytes of a ``Transaction``.
        authorisation: Ed25519 signature over the transaction id, or an ``Assertion``.
    """

    body: Annotated[bytes, Meta(min_length=1, max_length=TRANSACTION_BYTES_MAX)]
    authorisation: Annotated[
        bytes, Meta(min_length=SIGNATURE_BYTES, max_length=ASSERTION_BYTES_MAX)
    ]


class ReadTransaction(Struct, frozen=True, eq=False):
    """A transaction as received, decoded once and passed on as an object.

    Two are the same when id and authorisation are: the bytes that both cover are all there is.

    Attributes:
        transaction_id: digest of the body.
        transaction: the decoded body.
        authorisation: the signature or the assertion; not verified by decoding.
        encoded: canonical bytes of the ``SignedTransaction``.
        opened: what the rules read in the operations, once they have; ``ledger.decoding`` alone
            writes and reads it. It follows from the bytes, so nothing compares or shows it.
    """

    transaction_id: bytes
    transaction: Transaction
    authorisation: bytes
    encoded: bytes
    opened: list[object] = field(default_factory=list)

    def __repr__(self) -> str:
        return f"ReadTransaction({self.transaction_id.hex()})"

    def __eq__(self, other: object) -> bool:
        return isinstance(other, ReadTransaction) and self._names() == other._names()

    def __hash__(self) -> int:
        return hash(self._names())

    def _names(self) -> tuple[bytes, bytes]:
        return self.transaction_id, self.authorisation


def scheme_of_key(public_key: bytes) -> Scheme:
    """Say how a key signs: the two kinds differ in length."""
    return SCHEME_ED25519 if len(public_key) == PUBLIC_KEY_BYTES else SCHEME_PASSKEY


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
        DecodeError: the envelope or the body is not canonical, or out of bounds; key or
            authorisation are none of the scheme.
    """
    signed = decode(data, SignedTransaction, bytes_max=TRANSACTION_BYTES_MAX)
    body = decode(signed.body, Transaction, bytes_max=TRANSACTION_BYTES_MAX)
    _check_scheme(body, signed.authorisation)
    return ReadTransaction(transaction_id(signed.body), body, signed.authorisation, data)


def _check_scheme(body: Transaction, authorisation: bytes) -> None:
    if body.scheme != scheme_of_key(body.public_key):
        raise DecodeError("Transaction: the public key is none of its scheme")
    if body.scheme == SCHEME_PASSKEY:
        decode_assertion(authorisation)
    elif len(authorisation) != SIGNATURE_BYTES:
        raise DecodeError("SignedTransaction: the authorisation is no signature")


def signed_part(read: ReadTransaction) -> tuple[bytes, bytes, bytes]:
    """Give (public key, payload, authorisation), for checking many of them in one call."""
    return read.transaction.public_key, read.transaction_id, read.authorisation


def are_valid_authorisations(parts: Iterable[tuple[bytes, bytes, bytes]]) -> tuple[bool, ...]:
    """Judge many (public key, payload, authorisation): one call for a worker thread's chunk."""
    valid = tuple(
        is_valid_signature(*part) if len(part[0]) == PUBLIC_KEY_BYTES else is_valid_assertion(*part)
        for part in parts
    )
    TALLY.authorisations += len(valid)
    return valid


def relying_party_of(read: ReadTransaction) -> bytes | None:
    """Give the hash of the relying party that a passkey signed for; None for other schemes."""
    if read.transaction.scheme != SCHEME_PASSKEY:
        return None
    return decode_assertion(read.authorisation).relying_party_hash


def verify_authorisation(read: ReadTransaction) -> None:
    """Check that the named key signed the transaction.

    Raises:
        VerificationFailed: it did not.
    """
    if not all(are_valid_authorisations((signed_part(read),))):
        raise VerificationFailed("transaction: the authorisation does not verify")
