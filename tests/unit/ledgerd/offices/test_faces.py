"""The two parts as leaves, and what finance checks of an opened face."""

import pytest
from msgspec.structs import replace

from ledgerd.errors import VerificationFailed
from ledgerd.ledger.fields import BillRef, BillType
from ledgerd.ledger.objects import Bill
from ledgerd.ledger.queries import bill_of
from ledgerd.offices.faces import (
    Stamp,
    check_code,
    face_leaves,
    line_leaves,
    owner_salt,
    require_face,
    restamped,
    shown,
)
from ledgerd.primitives.canonical import encode
from ledgerd.primitives.sealing import (
    OpenedPart,
    PartCommitment,
    PartLeaf,
    decode_sidecar,
    open_part,
    seal_payload,
)
from ledgerd.primitives.wrapping import DeviceReader, encryption_public_key
from tests.unit.ledgerd.ledger.world import HOSPITAL, World
from tests.unit.ledgerd.offices.acts import CODE, NAME, content
from tests.unit.ledgerd.offices.town import Entropy

REF = BillRef(code=CODE, number="0000000001")
STAMP = Stamp(REF, HOSPITAL, BillType.BLUE, b"s" * 32, "012345")


def opened(leaves: list[PartLeaf]) -> OpenedPart:
    reader = DeviceReader(encryption_public_key(b"k" * 32))
    payload = seal_payload([leaves], [reader], Entropy("faces"))
    (commitment,) = payload.commitments
    (key,) = payload.content_keys
    named = PartCommitment(commitment.root, commitment.key_commitment)
    return open_part(decode_sidecar(payload.sidecar), 0, key, named)


def record(**changes: object) -> Bill:
    world = World()
    world.allot()
    world.issued(1)
    bill = bill_of(world, REF)
    assert bill is not None
    return replace(bill, **{"issuer": HOSPITAL, **changes})


def without(leaves: list[PartLeaf], path: str, *more: PartLeaf) -> OpenedPart:
    return opened([*(leaf for leaf in leaves if leaf.path != path), *more])


def test_a_sound_face_says_what_the_chain_says() -> None:
    require_face(opened(face_leaves(content(), STAMP)), REF, record())


@pytest.mark.parametrize(
    "changes",
    [
        {"total_fen": 99_00},
        {"public_fen": 1},
        {"hospital_fen": 1},
        {"issuer": "0" * 18},
        {"bill_type": BillType.RED},
    ],
)
def test_a_face_that_differs_from_the_chain_does_not_hold(changes: dict[str, object]) -> None:
    with pytest.raises(VerificationFailed):
        require_face(opened(face_leaves(content(), STAMP)), REF, record(**changes))


def test_the_face_of_another_bill_does_not_hold() -> None:
    other = BillRef(code=CODE, number="0000000002")

    with pytest.raises(VerificationFailed, match="another bill"):
        require_face(opened(face_leaves(content(), STAMP)), other, record())


@pytest.mark.parametrize("path", ["money/total", "money/cash", "type", "items/00"])
def test_a_face_without_a_field_does_not_hold(path: str) -> None:
    with pytest.raises(VerificationFailed):
        require_face(without(face_leaves(content(), STAMP), path), REF, record())


@pytest.mark.parametrize("value", [-1, 10**12 + 1, "100", None])
def test_a_face_with_an_impossible_amount_does_not_hold(value: object) -> None:
    leaves = face_leaves(content(), STAMP)
    face = without(leaves, "money/cash", PartLeaf("money/cash", encode(value)))

    with pytest.raises(VerificationFailed):
        require_face(face, REF, record())


def test_parts_that_do_not_add_up_do_not_hold() -> None:
    leaves = face_leaves(content(), STAMP)
    face = without(leaves, "money/cash", PartLeaf("money/cash", encode(99_99)))

    with pytest.raises(VerificationFailed, match="add up"):
        require_face(face, REF, record())


def test_a_red_face_differs_in_its_stamp_only() -> None:
    blue = opened(face_leaves(content(), STAMP))
    stamp = Stamp(
        BillRef(code=CODE, number="0000000002"), HOSPITAL, BillType.RED, b"t" * 32, "543210"
    )

    red = opened(restamped(blue, stamp))

    changed = {
        new.path
        for old, new in zip(blue.content.leaves, red.content.leaves, strict=True)
        if old != new
    }
    assert changed == {"type", "bill", "owner_salt", "check_code"}
    assert owner_salt(red) == b"t" * 32


def test_the_salt_of_a_face_has_its_length() -> None:
    leaves = face_leaves(content(), STAMP)

    with pytest.raises(VerificationFailed, match="salt"):
        owner_salt(without(leaves, "owner_salt", PartLeaf("owner_salt", encode(b"short"))))


def test_every_field_is_shown_by_its_path_to_who_may_read_it() -> None:
    face = {field.name: field.value for field in shown(opened(face_leaves(content(), STAMP)))}
    lines = {field.name: field.value for field in shown(opened(line_leaves(content())))}

    assert face["person/name"] == NAME
    assert face["money/total"] == "10000"
    assert face["items/00"] == "3 | 10000"
    assert lines["details/0000"] == "3 |  | sample examination | 10000 | 1000000 | 10000"


def test_a_check_code_has_six_digits() -> None:
    assert check_code(bytes(8)) == "000000"
    assert check_code(b"\xff" * 8).isdigit()
    assert len(check_code(b"\xff" * 8)) == 6


def test_nothing_of_a_stamp_is_shown_by_accident() -> None:
    assert "012345" not in repr(STAMP)
