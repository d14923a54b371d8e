"""A bundle: transactions that one validator passes on, signed by it. Batches order bundles.

Rules of this file: the digest covers every byte of the bundle, its signature too, so one digest
names one string of bytes. Whether a bundle is valid follows from its bytes and the membership of
its epoch. Sidecars travel beside a bundle, never inside: none of their bytes reach a block.

Source: docs/formats.md.
"""

from dataclasses import dataclass
from typing import Annotated, Final

from msgspec import Meta

from ledgerd.chain.transaction import TRANSACTION_BYTES_MAX, ReadTransaction, decode_transaction
from ledgerd.errors import VerificationFailed
from ledgerd.primitives.canonical import U8, U32, U63, Hash32, Record, Signature64, decode, encode
from ledgerd.primitives.hashing import Domain, digest
from ledgerd.primitives.sealing import SIDECAR_BYTES_MAX
from ledgerd.primitives.signatures import Signer, is_valid_signature

BUNDLE_BYTES_MAX: Final = 4_194_304  # hard limit of the format; the membership says less
BUNDLE_TRANSACTION_COUNT_MAX: Final = 4_096
PACKAGE_SIDECAR_COUNT_MAX: Final = 8_192
PACKAGE_BYTES_MAX: Final = 33_554_432  # a bundle with its sidecars in one frame

TransactionBytes = Annotated[bytes, Meta(min_length=1, max_length=TRANSACTION_BYTES_MAX)]
SidecarBytes = Annotated[bytes, Meta(min_length=1, max_length=SIDECAR_BYTES_MAX)]


class Bundle(Record, tag=3, frozen=True, kw_only=True):
    """What the validator signs.

    Attributes:
        chain_id: the genesis hash.
        epoch: membership in which ``validator`` is an index.
        validator: index of the replica that passes the transactions on.
        sequence: counted by that validator, so that equal contents give different bundles.
        transactions: canonical bytes of ``SignedTransaction``, in the order of execution.
    """

    chain_id: Hash32
    epoch: U32
    validator: U8
    sequence: U63
    transactions: Annotated[
        tuple[TransactionBytes, ...], Meta(min_length=1, max_length=BUNDLE_TRANSACTION_COUNT_MAX)
    ]


class SignedBundle(Record, tag=4, frozen=True, kw_only=True):
    """The envelope: the bytes of a ``Bundle`` and the validator's signature over their digest."""

    body: Annotated[bytes, Meta(min_length=1, max_length=BUNDLE_BYTES_MAX)]
    signature: Signature64


class BundlePackage(Record, tag=5, frozen=True, kw_only=True):
    """A bundle on its way, with the sidecars that its operations name.

    Attributes:
        bundle: canonical bytes of a ``SignedBundle``.
        sidecars: in ascending order of their hash, none twice.
    """

    bundle: Annotated[bytes, Meta(min_length=1, max_length=BUNDLE_BYTES_MAX)]
    sidecars: Annotated[tuple[SidecarBytes, ...], Meta(max_length=PACKAGE_SIDECAR_COUNT_MAX)]


@dataclass(frozen=True, slots=True)
class ReadBundle:
    """A bundle as received, its transactions decoded once.

    Attributes:
        digest: of ``encoded``; what batches order.
        payload: what ``signature`` signs.
        encoded: canonical bytes of the ``SignedBundle``.
    """

    digest: bytes
    bundle: Bundle
    transactions: tuple[ReadTransaction, ...]
    payload: bytes
    signature: bytes
    encoded: bytes


def bundle_digest(encoded: bytes) -> bytes:
    """Name a bundle by all of its bytes."""
    return digest(Domain.BUNDLE, encoded)


def bundle_author(encoded: bytes) -> int:
    """Read the index of the validator that a signed bundle names; nothing is verified here.

    Raises:
        DecodeError: the bundle is not canonical or out of bounds.
    """
    signed = decode(encoded, SignedBundle, bytes_max=BUNDLE_BYTES_MAX)
    return decode(signed.body, Bundle, bytes_max=BUNDLE_BYTES_MAX).validator


def sign_bundle(bundle: Bundle, signer: Signer) -> bytes:
    """Sign a bundle with the validator's consensus key; gives the bytes of a ``SignedBundle``."""
    body = encode(bundle)
    return encode(SignedBundle(body=body, signature=signer.sign(_payload(body))))


def decode_bundle(encoded: bytes, *, bytes_max: int = BUNDLE_BYTES_MAX) -> ReadBundle:
    """Read a signed bundle and all of its transactions; no signature is verified here.

    Raises:
        DecodeError: the bundle or one of its transactions is not canonical or out of bounds.
    """
    signed = decode(encoded, SignedBundle, bytes_max=bytes_max)
    bundle = decode(signed.body, Bundle, bytes_max=bytes_max)
    return ReadBundle(
        digest=bundle_digest(encoded),
        bundle=bundle,
        transactions=tuple(decode_transaction(data) for data in bundle.transactions),
        payload=_payload(signed.body),
        signature=signed.signature,
        encoded=encoded,
    )


def verify_bundle_signature(read: ReadBundle, public_key: bytes) -> None:
    """Check that the validator with this consensus key passed the bundle on.

    Raises:
        VerificationFailed: it did not.
    """
    if not is_valid_signature(public_key, read.payload, read.signature):
        raise VerificationFailed("bundle: the validator's signature does not verify")


def _payload(body: bytes) -> bytes:
    """Give what the validator signs: its own domain, so that it can never pass as a vote."""
    return digest(Domain.BUNDLE_BODY, body)
