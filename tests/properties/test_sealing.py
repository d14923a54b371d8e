"""Sealing: whatever is sealed opens, and each of its fields is proved."""

import pytest
from hypothesis import given, strategies as st

from ledgerd.errors import DecodeError, VerificationFailed
from ledgerd.primitives.sealing import (
    PartLeaf,
    decode_sidecar,
    open_part,
    prove_field,
    seal_payload,
    verify_field,
)
from ledgerd.primitives.wrapping import DeviceReader, encryption_public_key, unwrap_for_device
from tests.unit.ledgerd.primitives.entropy import counting_entropy

PATHS = st.text("abc/0123456789-", min_size=1, max_size=8)
PARTS = st.dictionaries(PATHS, st.binary(max_size=40), min_size=1, max_size=12)
DEVICE = bytes((5,)) * 32


@given(PARTS, PARTS, st.integers(0, 2**32))
def test_what_is_sealed_opens_and_proves(
    face: dict[str, bytes], lines: dict[str, bytes], start: int
) -> None:
    parts = [[PartLeaf(*item) for item in part.items()] for part in (face, lines)]
    readers = [DeviceReader(encryption_public_key(DEVICE), (0, 1))]
    payload = seal_payload(parts, readers, counting_entropy(start))
    sidecar = decode_sidecar(payload.sidecar)
    keys = unwrap_for_device(sidecar.wraps, DEVICE)
    for index, part in enumerate((face, lines)):
        opened = open_part(sidecar, index, keys[index], payload.commitments[index])
        assert {leaf.path: leaf.value for leaf in opened.content.leaves} == part
        for path in part:
            verify_field(payload.commitments[index].root, prove_field(opened, path))


@given(PARTS, st.integers(0, 10_000), st.integers(1, 255))
def test_no_changed_sidecar_opens_to_something_else(
    part: dict[str, bytes], place: int, mask: int
) -> None:
    payload = seal_payload([[PartLeaf(*item) for item in part.items()]], [], counting_entropy())
    damaged = bytearray(payload.sidecar)
    damaged[place % len(damaged)] ^= mask
    with pytest.raises((DecodeError, VerificationFailed)):
        open_part(
            decode_sidecar(bytes(damaged)), 0, payload.content_keys[0], payload.commitments[0]
        )
