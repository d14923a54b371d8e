"""What is left of a sealed payload."""

import pytest

from ledgerd.errors import DecodeError, VerificationFailed
from ledgerd.primitives.erased_sealing import without_parts
from ledgerd.primitives.sealing import PartLeaf, decode_sidecar, open_part, seal_payload

FACE = (PartLeaf("name", b"somebody"),)
LINES = (PartLeaf("line", b"something"),)


def sealed():
    return seal_payload((FACE, LINES), (), lambda count: b"\x07" * count)


def test_the_other_part_opens_as_before_and_the_erased_one_not() -> None:
    payload = sealed()

    rest = decode_sidecar(without_parts(payload.sidecar, (1,)) or b"")

    face = open_part(rest, 0, payload.content_keys[0], payload.commitments[0])
    assert [leaf.value for leaf in face.content.leaves] == [b"somebody"]
    with pytest.raises(VerificationFailed):
        open_part(rest, 1, payload.content_keys[1], payload.commitments[1])
    gone = decode_sidecar(payload.sidecar).parts[1].ciphertext
    assert gone not in without_parts(payload.sidecar, (1,))


def test_nothing_is_left_of_a_payload_without_parts() -> None:
    payload = sealed()
    rest = without_parts(payload.sidecar, (0,))

    assert without_parts(payload.sidecar, (0, 1)) is None
    assert without_parts(rest, (1,)) is None
    assert without_parts(rest, (0,)) == rest


def test_what_is_no_sidecar_is_told() -> None:
    with pytest.raises(DecodeError):
        without_parts(b"no sidecar", (0,))
