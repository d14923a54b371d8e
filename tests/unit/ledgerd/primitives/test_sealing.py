"""Sealing: opens for its readers, binds what it commits to, shows one field at a time."""

import zlib

import pytest
from nacl import bindings

from ledgerd.errors import DecodeError, VerificationFailed
from ledgerd.primitives import merkle
from ledgerd.primitives.canonical import encode, unbounded_fields
from ledgerd.primitives.hashing import Domain
from ledgerd.primitives.sealing import (
    PART_BYTES_MAX,
    EncryptedPart,
    FieldProof,
    OpenedPart,
    PartCommitment,
    PartContent,
    PartLeaf,
    SealedPayload,
    Sidecar,
    decode_sidecar,
    key_commitment,
    open_document,
    open_part,
    prove_field,
    seal_delivery,
    seal_document,
    seal_payload,
    sidecar_hash,
    verify_field,
)
from ledgerd.primitives.wrapping import (
    DeviceReader,
    InstitutionReader,
    encryption_public_key,
    unwrap_for_device,
)
from tests.unit.ledgerd.primitives.entropy import counting_entropy

SECRET = b"Sample Patient"
FACE = [PartLeaf("name", SECRET), PartLeaf("total", encode(12_300)), PartLeaf("area", b"000000")]
LINES = [PartLeaf(f"lines/{number:04d}", b"line %d" % number) for number in range(20)]
DEVICE = bytes((9,)) * 32
READERS = (
    InstitutionReader("1233000047000000K0", 1, 1, bytes(32), (0, 1)),
    DeviceReader(encryption_public_key(DEVICE), (0, 1)),
)


def sealed() -> SealedPayload:
    return seal_payload([FACE, LINES], READERS, counting_entropy())


PAYLOAD = sealed()
SIDECAR = decode_sidecar(PAYLOAD.sidecar)


def opened(index: int, sidecar: Sidecar = SIDECAR) -> OpenedPart:
    return open_part(sidecar, index, PAYLOAD.content_keys[index], PAYLOAD.commitments[index])


def handmade(plain: bytes) -> tuple[Sidecar, bytes, PartCommitment]:
    """Encrypt any bytes as a part whose key is committed and whose root is zero."""
    key, commitment = bytes(32), PartCommitment(bytes(32), key_commitment(bytes(32)))
    associated = Domain.SIDECAR + b"\0" + commitment.root
    ciphertext = bindings.crypto_aead_xchacha20poly1305_ietf_encrypt(
        plain, associated, bytes(24), key
    )
    return Sidecar(parts=(EncryptedPart(bytes(24), ciphertext),), wraps=()), key, commitment


def test_a_reader_opens_what_was_sealed() -> None:
    keys = unwrap_for_device(SIDECAR.wraps, DEVICE)
    assert keys == dict(enumerate(PAYLOAD.content_keys))
    assert opened(0).get("name") == SECRET
    assert opened(1).content.leaves == tuple(LINES)
    assert opened(0).get("lines/0001") is None


def test_the_same_entropy_seals_to_the_same_bytes() -> None:
    assert sealed() == PAYLOAD


def test_leaves_are_ordered_by_path() -> None:
    assert [leaf.path for leaf in opened(0).content.leaves] == ["area", "name", "total"]


def test_the_sidecar_is_named_by_its_bytes() -> None:
    assert sidecar_hash(PAYLOAD.sidecar) == PAYLOAD.sidecar_hash
    assert sidecar_hash(PAYLOAD.sidecar + b"\0") != PAYLOAD.sidecar_hash


def test_nothing_readable_is_in_the_sidecar_or_in_a_repr() -> None:
    assert SECRET not in PAYLOAD.sidecar
    texts = [repr(PAYLOAD), repr(FACE), repr(opened(0)), repr(opened(0).content)]
    assert not any("Sample Patient" in text for text in texts)
    assert "Sample Patient" not in repr(prove_field(opened(0), "name"))


def test_a_part_opens_with_no_other_key() -> None:
    with pytest.raises(VerificationFailed, match="not the committed one"):
        open_part(SIDECAR, 0, PAYLOAD.content_keys[1], PAYLOAD.commitments[0])


def test_a_part_does_not_pass_as_another() -> None:
    swapped = Sidecar(parts=SIDECAR.parts[::-1], wraps=())
    with pytest.raises(VerificationFailed, match="does not decrypt"):
        opened(0, swapped)


def test_a_part_that_is_not_there_is_refused() -> None:
    with pytest.raises(VerificationFailed, match="no such part"):
        open_part(SIDECAR, 2, PAYLOAD.content_keys[0], PAYLOAD.commitments[0])


def test_no_byte_of_a_ciphertext_can_be_changed() -> None:
    part = SIDECAR.parts[0]
    damaged = [
        EncryptedPart(part.nonce, part.ciphertext[:place] + b"\xff" + part.ciphertext[place + 1 :])
        for place in range(len(part.ciphertext))
        if part.ciphertext[place] != 0xFF
    ]
    assert {_outcome(Sidecar(parts=(item,), wraps=())) for item in damaged} == {"refused"}


def _outcome(sidecar: Sidecar) -> str:
    try:
        opened(0, sidecar)
    except VerificationFailed:
        return "refused"
    return "opened"


def test_other_leaves_than_the_committed_ones_are_refused() -> None:
    content = PartContent(seed=bytes(32), leaves=(PartLeaf("a", b""),))
    sidecar, key, commitment = handmade(zlib.compress(encode(content)))
    with pytest.raises(VerificationFailed, match="committed root"):
        open_part(sidecar, 0, key, commitment)


def test_leaves_out_of_order_are_refused() -> None:
    content = PartContent(seed=bytes(32), leaves=(PartLeaf("b", b""), PartLeaf("a", b"")))
    sidecar, key, commitment = handmade(zlib.compress(encode(content)))
    with pytest.raises(VerificationFailed, match="ascend"):
        open_part(sidecar, 0, key, commitment)


@pytest.mark.parametrize(
    "packed",
    [
        b"",
        b"no zlib",
        zlib.compress(b"x") + b"tail",
        zlib.compress(b"x" * 100)[:-1],
        zlib.compress(bytes(PART_BYTES_MAX + 1)),
        zlib.compress(bytes(200 * PART_BYTES_MAX)),
    ],
    ids=["empty", "nonsense", "tail", "cut", "large", "bomb"],
)
def test_what_does_not_decompress_within_bounds_is_refused(packed: bytes) -> None:
    sidecar, key, commitment = handmade(packed)
    with pytest.raises(VerificationFailed, match="sealed part"):
        open_part(sidecar, 0, key, commitment)


def test_content_that_is_not_canonical_is_refused_without_being_quoted() -> None:
    sidecar, key, commitment = handmade(zlib.compress(encode(("Sample Patient",))))
    with pytest.raises(DecodeError) as caught:
        open_part(sidecar, 0, key, commitment)
    assert "Sample" not in str(caught.value)


@pytest.mark.parametrize("path", [leaf.path for leaf in FACE])
def test_one_field_is_shown_and_proved(path: str) -> None:
    proof = prove_field(opened(0), path)
    assert proof.value == opened(0).get(path)
    verify_field(PAYLOAD.commitments[0].root, proof)


def test_a_field_that_is_not_there_cannot_be_shown() -> None:
    with pytest.raises(KeyError):
        prove_field(opened(0), "age")


def test_a_field_proof_holds_for_its_field_only() -> None:
    proof, root = prove_field(opened(0), "total"), PAYLOAD.commitments[0].root
    forged = [
        FieldProof(path="name", value=proof.value, salt=proof.salt, way=proof.way),
        FieldProof(path="total", value=encode(1), salt=proof.salt, way=proof.way),
        FieldProof(path="total", value=proof.value, salt=bytes(32), way=proof.way),
    ]
    assert [_field_outcome(root, item) for item in forged] == ["refused"] * 3
    assert _field_outcome(PAYLOAD.commitments[1].root, proof) == "refused"


def _field_outcome(root: bytes, proof: FieldProof) -> str:
    try:
        verify_field(root, proof)
    except VerificationFailed:
        return "refused"
    return "accepted"


def test_a_leaf_cannot_be_guessed_from_what_another_shows() -> None:
    area, total = prove_field(opened(0), "area"), prove_field(opened(0), "total")
    guess = merkle.leaf_hash(encode(PartLeaf("total", encode(12_300))))
    assert area.salt != total.salt
    assert guess not in area.way.siblings


def test_a_document_is_sealed_and_opened() -> None:
    readers = (DeviceReader(encryption_public_key(DEVICE)),)
    payload = seal_document(b"a calculation", readers, counting_entropy())
    sidecar = decode_sidecar(payload.sidecar)
    content = open_document(sidecar, payload.content_keys[0], payload.commitments[0])
    assert content == b"a calculation"


def test_a_payload_is_no_document() -> None:
    with pytest.raises(VerificationFailed, match="no document"):
        open_document(SIDECAR, PAYLOAD.content_keys[0], PAYLOAD.commitments[0])


def test_keys_are_delivered_to_a_later_reader() -> None:
    later = bytes((8,)) * 32
    readers = (DeviceReader(encryption_public_key(later), (1,)),)
    payload = seal_delivery({1: PAYLOAD.content_keys[1]}, readers, counting_entropy(100))
    delivered = unwrap_for_device(decode_sidecar(payload.sidecar).wraps, later)
    assert delivered == {1: PAYLOAD.content_keys[1]}


def test_a_sidecar_that_is_none_is_refused() -> None:
    with pytest.raises(DecodeError):
        decode_sidecar(PAYLOAD.sidecar[:-1])


@pytest.mark.parametrize("type_", [Sidecar, PartContent, FieldProof, PartCommitment])
def test_everything_is_bounded(type_: type) -> None:
    assert unbounded_fields(type_) == ()
