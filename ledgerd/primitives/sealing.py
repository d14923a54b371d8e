"""Sealing: what only its readers can open, and what everybody can check without opening it.

Rules of this file. A payload has parts; a part is a Merkle tree of salted leaves, one per field or
line, so one field can be shown and proved and none can be guessed from its hash. Each part is
compressed and encrypted with a content key of its own; the chain holds the root and the hash of
the content key (the cipher alone does not bind its key), the *sidecar* holds everything that is
opaque. Content keys are wrapped per reader. A patient's device is not named beside its wrap: it
tries each, so that nobody else can tell whose bill it is. Randomness is an argument.

What is opened here is personal data: nothing of it appears in a repr or an exception text.

Source: domain.md section 3; docs/formats.md.
"""

import zlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from itertools import pairwise
from typing import Annotated, Final

from msgspec import Meta
from nacl import bindings
from nacl.exceptions import CryptoError

from ledgerd.errors import VerificationFailed
from ledgerd.primitives import merkle
from ledgerd.primitives.canonical import Canonical, Hash32, Record, decode, encode
from ledgerd.primitives.hashing import Domain, digest
from ledgerd.primitives.wrapping import Entropy, Reader, Wrap, wrap_keys

PART_COUNT_MAX: Final = 8
PART_BYTES_MAX: Final = 1_048_576  # opened; a bill of 4 000 lines has about 600 kB
SIDECAR_BYTES_MAX: Final = 2_097_152
LEAF_COUNT_MAX: Final = 8_192
LEAF_BYTES_MAX: Final = 1_048_000
WRAP_COUNT_MAX: Final = 64
NONCE_BYTES: Final = 24
KEY_BYTES: Final = 32
DOCUMENT_PATH: Final = "document"
_COMPRESSION_LEVEL: Final = 6

LeafPath = Annotated[str, Meta(min_length=1, max_length=96, pattern=r"\A[!-~]+\Z")]
LeafValue = Annotated[bytes, Meta(max_length=LEAF_BYTES_MAX)]


class PartLeaf(Canonical, frozen=True):
    """One field or line of a part.

    Attributes:
        path: its name, printable ASCII without blanks, for example ``items/03``.
        value: canonical bytes of the field.
    """

    path: LeafPath
    value: LeafValue

    def __repr__(self) -> str:
        return f"PartLeaf({self.path!r}, {len(self.value)} bytes)"


class PartContent(Record, tag=20, frozen=True, kw_only=True):
    """What is encrypted: the salts' seed and the leaves, ascending by path, none twice."""

    seed: Hash32
    leaves: Annotated[tuple[PartLeaf, ...], Meta(min_length=1, max_length=LEAF_COUNT_MAX)]

    def __repr__(self) -> str:
        return f"PartContent({len(self.leaves)} leaves)"


class EncryptedPart(Canonical, frozen=True):
    """One part under its content key: XChaCha20-Poly1305 of the compressed content."""

    nonce: Annotated[bytes, Meta(min_length=NONCE_BYTES, max_length=NONCE_BYTES)]
    ciphertext: Annotated[bytes, Meta(min_length=16, max_length=SIDECAR_BYTES_MAX)]


class Sidecar(Record, tag=21, frozen=True, kw_only=True):
    """Everything opaque of a payload; named by its hash, never in a block.

    Attributes:
        parts: none when only keys are delivered.
        wraps: content keys, each set for one reader.
    """

    parts: Annotated[tuple[EncryptedPart, ...], Meta(max_length=PART_COUNT_MAX)]
    wraps: Annotated[tuple[Wrap, ...], Meta(max_length=WRAP_COUNT_MAX)]


class PartCommitment(Canonical, frozen=True):
    """What the chain holds of a part.

    Attributes:
        root: Merkle root over the salted leaves.
        key_commitment: hash of the content key.
    """

    root: Hash32
    key_commitment: Hash32


class FieldProof(Record, tag=22, frozen=True, kw_only=True):
    """One field shown with its salt, and the way to the part's root."""

    path: LeafPath
    value: LeafValue
    salt: Hash32
    way: merkle.MerkleProof

    def __repr__(self) -> str:
        return f"FieldProof({self.path!r}, {len(self.value)} bytes)"


@dataclass(frozen=True, slots=True)
class SealedPayload:
    """A payload ready to be sent.

    Attributes:
        sidecar: canonical bytes of a ``Sidecar``.
        sidecar_hash: its name on chain.
        commitments: one per part, in order; what the operation carries.
        content_keys: one per part; whoever holds one can open that part.
    """

    sidecar: bytes = field(repr=False)
    sidecar_hash: bytes
    commitments: tuple[PartCommitment, ...]
    content_keys: tuple[bytes, ...] = field(repr=False)


class OpenedPart:
    """A part in the open, proved against its commitment.

    Attributes:
        content: seed and leaves.
    """

    def __init__(self, content: PartContent) -> None:
        self.content = content
        self._index_of = {leaf.path: index for index, leaf in enumerate(content.leaves)}

    def __repr__(self) -> str:
        return f"OpenedPart({len(self._index_of)} leaves)"

    def get(self, path: str) -> bytes | None:
        """Give the value under a path, or None when the part has no such leaf."""
        index = self._index_of.get(path)
        return None if index is None else self.content.leaves[index].value


def seal_payload(
    parts: Sequence[Sequence[PartLeaf]], readers: Sequence[Reader], entropy: Entropy
) -> SealedPayload:
    """Commit to parts and encrypt each for its readers.

    Args:
        parts: leaves of each part, in any order, no path twice within a part.
        readers: who may open which parts.
        entropy: gives so many bytes from the system's generator.
    """
    assert 0 < len(parts) <= PART_COUNT_MAX
    encrypted, commitments, keys = [], [], []
    for index, leaves in enumerate(parts):
        key = entropy(KEY_BYTES)
        content = _part_content(leaves, entropy(32))
        commitment = PartCommitment(_part_root(content), key_commitment(key))
        encrypted.append(_encrypt(index, content, commitment, key, entropy(NONCE_BYTES)))
        commitments.append(commitment)
        keys.append(key)
    wraps = tuple(wrap_keys(keys, reader, entropy) for reader in readers)
    sidecar = encode(Sidecar(parts=tuple(encrypted), wraps=wraps))
    assert len(sidecar) <= SIDECAR_BYTES_MAX
    return SealedPayload(sidecar, sidecar_hash(sidecar), tuple(commitments), tuple(keys))


def seal_document(content: bytes, readers: Sequence[Reader], entropy: Entropy) -> SealedPayload:
    """Seal one opaque document (a calculation, an enrolment, reasoning): one part, one leaf."""
    return seal_payload([[PartLeaf(DOCUMENT_PATH, content)]], readers, entropy)


def seal_delivery(
    content_keys: Mapping[int, bytes], readers: Sequence[Reader], entropy: Entropy
) -> SealedPayload:
    """Give keys of a payload that is already on chain to further readers: wraps only.

    ``content_keys`` maps part indexes to keys; parts that are not delivered are left out.
    """
    keys = [content_keys.get(index, b"") for index in range(max(content_keys) + 1)]
    wraps = tuple(wrap_keys(keys, reader, entropy) for reader in readers)
    sidecar = encode(Sidecar(parts=(), wraps=wraps))
    return SealedPayload(sidecar, sidecar_hash(sidecar), (), ())


def sidecar_hash(sidecar: bytes) -> bytes:
    """Name a sidecar by all of its bytes."""
    return digest(Domain.SIDECAR, sidecar)


def key_commitment(content_key: bytes) -> bytes:
    """Commit to a content key."""
    assert len(content_key) == KEY_BYTES
    return digest(Domain.CONTENT_KEY, content_key)


def decode_sidecar(data: bytes) -> Sidecar:
    """Read a sidecar; raises `DecodeError`. Whether it can be opened is another question."""
    return decode(data, Sidecar, bytes_max=SIDECAR_BYTES_MAX)


def open_part(
    sidecar: Sidecar, index: int, content_key: bytes, commitment: PartCommitment
) -> OpenedPart:
    """Decrypt a part and check that it is what the chain committed to.

    Raises:
        VerificationFailed: no such part, another key, damaged, too large when decompressed, or
            leaves that do not give the committed root.
        DecodeError: the content is not canonical.
    """
    if not 0 <= index < len(sidecar.parts):
        raise VerificationFailed("sealed part: the sidecar has no such part")
    if len(content_key) != KEY_BYTES or key_commitment(content_key) != commitment.key_commitment:
        raise VerificationFailed("sealed part: the content key is not the committed one")
    part = sidecar.parts[index]
    try:
        packed = bindings.crypto_aead_xchacha20poly1305_ietf_decrypt(
            part.ciphertext, _associated(index, commitment), part.nonce, content_key
        )
    except CryptoError:
        raise VerificationFailed("sealed part: it does not decrypt") from None
    content = decode(_decompress(packed), PartContent, bytes_max=PART_BYTES_MAX)
    paths = [leaf.path for leaf in content.leaves]
    if any(a >= b for a, b in pairwise(paths)):
        raise VerificationFailed("sealed part: leaves must ascend by path, none twice")
    if _part_root(content) != commitment.root:
        raise VerificationFailed("sealed part: the leaves do not give the committed root")
    return OpenedPart(content)


def open_document(sidecar: Sidecar, content_key: bytes, commitment: PartCommitment) -> bytes:
    """Open what `seal_document` sealed; raises like `open_part`."""
    content = open_part(sidecar, 0, content_key, commitment).get(DOCUMENT_PATH)
    if content is None:
        raise VerificationFailed("sealed part: it is no document")
    return content


def prove_field(part: OpenedPart, path: str) -> FieldProof:
    """Show one field of an opened part; the others stay closed.

    Raises:
        KeyError: the part has no such leaf.
    """
    leaves = part.content.leaves
    index = next((i for i, leaf in enumerate(leaves) if leaf.path == path), None)
    if index is None:
        raise KeyError(path)
    way = merkle.prove_of_hashes(_leaf_hashes(part.content), index)
    salt = _salt(part.content.seed, path)
    return FieldProof(path=path, value=leaves[index].value, salt=salt, way=way)


def verify_field(root: bytes, proof: FieldProof) -> None:
    """Check that a part with this root has the shown field.

    Raises:
        VerificationFailed: it has not.
    """
    leaf = PartLeaf(proof.path, proof.value)
    merkle.verify_hash(root, _leaf_hash(proof.salt, leaf), proof.way)


def _part_content(leaves: Sequence[PartLeaf], seed: bytes) -> PartContent:
    ordered = tuple(sorted(leaves, key=lambda leaf: leaf.path))
    assert 0 < len(ordered) <= LEAF_COUNT_MAX
    assert len({leaf.path for leaf in ordered}) == len(ordered)
    return PartContent(seed=seed, leaves=ordered)


def _part_root(content: PartContent) -> bytes:
    return merkle.root_of_hashes(_leaf_hashes(content))


def _leaf_hashes(content: PartContent) -> list[bytes]:
    seed = content.seed
    return [_leaf_hash(_salt(seed, leaf.path), leaf) for leaf in content.leaves]


def _leaf_hash(salt: bytes, leaf: PartLeaf) -> bytes:
    return digest(Domain.SEALED_LEAF, salt, encode(leaf))


def _salt(seed: bytes, path: str) -> bytes:
    """Derive a leaf's salt from the part's secret seed.

    The length before the path makes no input the beginning of another, so that plain SHA-256 with
    a secret in front is a PRF here; HMAC would cost three times as much for each leaf.
    """
    name = path.encode("ascii")
    return digest(Domain.SEALED_SALT, seed, bytes((len(name),)), name)


def _encrypt(
    index: int, content: PartContent, commitment: PartCommitment, key: bytes, nonce: bytes
) -> EncryptedPart:
    plain = encode(content)
    assert len(plain) <= PART_BYTES_MAX
    packed = zlib.compress(plain, _COMPRESSION_LEVEL)
    ciphertext = bindings.crypto_aead_xchacha20poly1305_ietf_encrypt(
        packed, _associated(index, commitment), nonce, key
    )
    return EncryptedPart(nonce, ciphertext)


def _associated(index: int, commitment: PartCommitment) -> bytes:
    """Bind a ciphertext to its place and its commitment."""
    return b"".join((Domain.SIDECAR, bytes((index,)), commitment.root))


def _decompress(packed: bytes) -> bytes:
    """Decompress at most what a part may have: a small sidecar must not fill the memory."""
    stream = zlib.decompressobj()
    try:
        plain = stream.decompress(packed, PART_BYTES_MAX)
    except zlib.error:
        raise VerificationFailed("sealed part: it does not decompress") from None
    if not stream.eof or stream.unused_data:
        raise VerificationFailed("sealed part: it is too large, cut off, or has a tail")
    return plain
