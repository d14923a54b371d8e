"""Is a bundle what it claims to be: pure checks, the authorisations of its transactions last.

Rules: the answer depends on the bytes and the membership alone, so every node answers alike: that
is the condition of a vote. Three outcomes: checked; *invalid*, when the bytes with this digest can
never hold; *unusable*, when only this delivery is bad (sidecars missing, foreign or out of order)
and another delivery of the same digest may be good.

What is known already is not checked again. Transactions that this node took in itself were
verified then; its own bundles do not come through here.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from consensus import Digest
from ledgerd.chain.block_check import verify_bundle_without_authorisations
from ledgerd.chain.bundle import (
    PACKAGE_BYTES_MAX,
    BundlePackage,
    ReadBundle,
    bundle_digest,
    decode_bundle,
)
from ledgerd.chain.transaction import ReadTransaction, signed_part
from ledgerd.chain.trust import Epoch
from ledgerd.errors import DecodeError, VerificationFailed
from ledgerd.ledger.decoding import operations_of
from ledgerd.ledger.fields import SidecarName
from ledgerd.ledger.sidecars import sidecars_of
from ledgerd.node.bundle_book import CheckedBundle
from ledgerd.primitives.canonical import decode, encode
from ledgerd.primitives.hashing import Domain, digest


@dataclass(frozen=True, slots=True)
class InvalidBundle:
    """The bytes with this digest do not hold, whoever delivers them."""

    digest: Digest
    reason: str


@dataclass(frozen=True, slots=True)
class UnusablePackage:
    """This delivery is of no use; nothing is known about its bundle."""

    reason: str


@dataclass(frozen=True, slots=True)
class KnownBundle:
    """Nothing to check: it is known, refused or in a block."""

    digest: Digest


@dataclass(frozen=True, slots=True)
class CheckRules:
    """What a check depends on beside the bytes.

    Attributes:
        is_over: whether a bundle needs no check any more.
    """

    epoch: Epoch
    is_over: Callable[[Digest], bool]


Refused = InvalidBundle | UnusablePackage | KnownBundle
Checked = CheckedBundle | Refused


@dataclass(frozen=True, slots=True)
class OpenedPackage:
    """A package in which everything holds but the authorisations, which are not checked yet.

    Attributes:
        sidecars: by hash, as the operations name them.
    """

    read: ReadBundle = field(repr=False)
    sidecars: dict[bytes, bytes] = field(repr=False)

    @property
    def signed_parts(self) -> list[tuple[bytes, bytes, bytes]]:
        """What the authorisations sign, in the order of the transactions."""
        return [signed_part(transaction) for transaction in self.read.transactions]

    def judged(self, verdicts: Iterable[bool]) -> CheckedBundle | InvalidBundle:
        """Give the outcome once the authorisations are judged, in their order."""
        if not all(verdicts):
            reason = "bundle: an authorisation does not verify"
            return InvalidBundle(Digest(self.read.digest), reason)
        validator, transactions = self.read.bundle.validator, self.read.transactions
        return checked_bundle(self.read.encoded, validator, transactions, self.sidecars)


def read_package(package: bytes) -> BundlePackage | UnusablePackage:
    """Take a package apart; nothing in it is read."""
    try:
        return decode(package, BundlePackage, bytes_max=PACKAGE_BYTES_MAX)
    except DecodeError as error:
        return UnusablePackage(str(error))


def open_package(parts: BundlePackage, rules: CheckRules) -> OpenedPackage | Refused:
    """Check what costs little: all but the authorisations."""
    name = Digest(bundle_digest(parts.bundle))
    if rules.is_over(name):
        return KnownBundle(name)
    try:
        read = decode_bundle(parts.bundle)
        verify_bundle_without_authorisations(read, rules.epoch)
    except (DecodeError, VerificationFailed) as error:
        return InvalidBundle(name, str(error))
    sidecars = by_hash(parts.sidecars)
    names = _names_in(read.transactions)
    if list(sidecars) != _hashes_of(names):
        return UnusablePackage("the sidecars are not those that the operations name")
    if not _have_lengths(names, sidecars):
        return InvalidBundle(name, "an operation names a sidecar with another length than it has")
    return OpenedPackage(read, sidecars)


def sidecar_hashes(transactions: Sequence[ReadTransaction]) -> list[bytes]:
    """List the sidecars that these transactions name, ascending, none twice."""
    return _hashes_of(_names_in(transactions))


def has_exactly_named(read: ReadTransaction, sidecars: Mapping[bytes, bytes]) -> bool:
    """Say whether these, by hash, are all that it names and no other, each as long as it says."""
    names = _names_in((read,))
    return sorted(sidecars) == _hashes_of(names) and _have_lengths(names, sidecars)


def _names_in(transactions: Sequence[ReadTransaction]) -> list[SidecarName]:
    return [name for read in transactions for name in sidecars_of(operations_of(read))]


def _hashes_of(names: Iterable[SidecarName]) -> list[bytes]:
    return sorted({name.sidecar_hash for name in names})


def _have_lengths(names: Iterable[SidecarName], sidecars: Mapping[bytes, bytes]) -> bool:
    return all(len(sidecars[name.sidecar_hash]) == name.sidecar_bytes for name in names)


def by_hash(sidecars: Sequence[bytes]) -> dict[bytes, bytes]:
    """Name sidecars by their hashes, in the order given."""
    return {digest(Domain.SIDECAR, sidecar): sidecar for sidecar in sidecars}


def checked_bundle(
    encoded: bytes, author: int, reads: Sequence[ReadTransaction], sidecars: dict[bytes, bytes]
) -> CheckedBundle:
    """Put together what is known to hold."""
    return CheckedBundle(
        digest=Digest(bundle_digest(encoded)),
        author=author,
        bundle=encoded,
        sidecars=sidecars,
        transactions=tuple(reads),
        valid_until_ms=max(read.transaction.valid_until_ms for read in reads),
        byte_count=len(encoded) + sum(map(len, sidecars.values())),
    )


def read_saved_bundle(encoded: bytes, sidecars: Sequence[bytes]) -> CheckedBundle:
    """Read a bundle from the own bundle log, which took in only what was checked.

    Raises:
        DecodeError: the log holds something else.
    """
    read = decode_bundle(encoded)
    return checked_bundle(encoded, read.bundle.validator, read.transactions, by_hash(sidecars))


def encode_package(bundle: bytes, sidecars: Sequence[bytes]) -> bytes:
    """Put a bundle and its sidecars into the one form in which they travel."""
    named = by_hash(sidecars)
    ordered = tuple(named[name] for name in sorted(named))
    return encode(BundlePackage(bundle=bundle, sidecars=ordered))
