"""A bill shown in part: chosen fields are proved, nothing else is there, every byte counts."""

import pytest
from msgspec.structs import replace

from ledgerd.chain.light import ProofFile, StateStatement
from ledgerd.chain.trust import Freshness
from ledgerd.errors import DecodeError, LedgerdError, ProofStale, VerificationFailed
from ledgerd.ledger.fields import SealedParts
from ledgerd.ledger.shared_bill import (
    SharedBill,
    encode_share,
    show_fields,
    shown_text,
    verify_share,
)
from ledgerd.ledger.state_keys import bill_key
from ledgerd.primitives.canonical import encode
from ledgerd.primitives.sealing import OpenedPart, PartLeaf, decode_sidecar, open_part, seal_payload
from ledgerd.primitives.wrapping import DeviceReader, encryption_public_key
from tests.unit.ledgerd.chain.samples import CREATED_MS, GENESIS, sample_block, seal
from tests.unit.ledgerd.ledger.world import World, bill_ref, sidecar
from tests.unit.ledgerd.offices.town import Entropy
from tests.unit.ledgerd.primitives.trees import tree_of

REF = bill_ref(1)
FACE = {"person/name": "Marker Name", "money/total": 100_00, "check_code": "123456"}
LINES = {"visit/diagnosis": "marker diagnosis", "details/0000": (1, "marker line")}


def sealed() -> tuple[dict[int, OpenedPart], SealedParts]:
    parts = [[PartLeaf(k, encode(v)) for k, v in part.items()] for part in (FACE, LINES)]
    reader = DeviceReader(encryption_public_key(b"k" * 32), (0, 1))
    payload = seal_payload(parts, [reader], Entropy("share"))
    opened = {
        index: open_part(decode_sidecar(payload.sidecar), index, key, payload.commitments[index])
        for index, key in enumerate(payload.content_keys)
    }
    face, lines = payload.commitments
    commitments = SealedParts(
        face_root=face.root,
        lines_root=lines.root,
        face_key=face.key_commitment,
        lines_key=lines.key_commitment,
        sidecar=sidecar("bytes"),
    )
    return opened, commitments


OPENED, COMMITMENTS = sealed()


def proof(key: bytes = bill_key(REF.code, REF.number), value: bytes | None = None) -> bytes:
    world = World()
    world.allot()
    world.issued(1, sealed=COMMITMENTS)
    bill = world.state[bill_key(REF.code, REF.number)]
    tree, _ = tree_of({key: value or bill, b"b" + b"9" * 18 + b"\x00": b"another"})
    statement = StateStatement(key=key, proof=tree.prove(key))
    return encode(ProofFile(sealed=seal(sample_block(tree.root).header), statement=statement))


PATHS = ("money/total", "visit/diagnosis")
FILE = encode_share(proof(), show_fields(OPENED, PATHS))


def test_chosen_fields_are_proved_with_the_bill_that_holds_them() -> None:
    proved = verify_share(FILE, GENESIS)

    assert proved.ref == REF
    assert [shown.field.path for shown in proved.fields] == list(PATHS)
    assert [shown_text(s.field.value) for s in proved.fields] == ["10000", "marker diagnosis"]
    assert proved.bill.sealed == COMMITMENTS


def test_nothing_else_of_the_bill_is_in_the_file() -> None:
    assert b"marker diagnosis" in FILE
    for absent in (b"Marker Name", b"123456", b"marker line", b"person/name", b"details"):
        assert absent not in FILE
    seeds = [part.content.seed for part in OPENED.values()]
    assert not any(seed in FILE for seed in seeds)


@pytest.mark.slow
def test_any_byte_changed_does_not_verify() -> None:
    _no_change_verifies(range(len(FILE)))


def test_a_byte_changed_in_any_place_of_a_sample_does_not_verify() -> None:
    _no_change_verifies(range(0, len(FILE), 31))


def _no_change_verifies(places: range) -> None:
    for place in places:
        changed = bytearray(FILE)
        changed[place] ^= 1
        with pytest.raises(LedgerdError):
            verify_share(bytes(changed), GENESIS)


def test_a_shorter_or_longer_file_does_not_verify() -> None:
    for data in (FILE[:-1], FILE + b"\x00", b""):
        with pytest.raises(DecodeError):
            verify_share(data, GENESIS)


def test_a_field_of_another_bill_does_not_verify() -> None:
    fields = show_fields(OPENED, PATHS)
    other = replace(fields[0].field, value=encode(99))

    with pytest.raises(VerificationFailed):
        verify_share(encode_share(proof(), (replace(fields[0], field=other),)), GENESIS)


def test_fields_stand_once_and_in_order() -> None:
    first, second = show_fields(OPENED, PATHS)

    for fields in ((first, first), (second, first)):
        with pytest.raises(VerificationFailed, match="ascend"):
            verify_share(encode_share(proof(), fields), GENESIS)


def test_a_proof_of_something_else_is_none_of_a_bill() -> None:
    fields = show_fields(OPENED, PATHS)

    for key in (b"o" + b"1" * 18, b"b" + b"3" * 18 + b"\x01", b"b\xff"):
        with pytest.raises(VerificationFailed, match="not that of a bill"):
            verify_share(encode_share(proof(key, b"value"), fields), GENESIS)


def test_an_old_file_is_stale_when_that_is_asked() -> None:
    late = Freshness(now_ms=CREATED_MS + 10**9, age_ms_max=1)

    with pytest.raises(ProofStale):
        verify_share(FILE, GENESIS, late)


def test_a_field_that_is_not_there_is_not_shown() -> None:
    with pytest.raises(KeyError):
        show_fields(OPENED, ("person/phone",))
    with pytest.raises(KeyError):
        show_fields({0: OPENED[0]}, ("visit/diagnosis",))


def test_a_value_is_written_for_people() -> None:
    assert shown_text(encode(b"\xab")) == "ab"
    assert shown_text(encode((1, "a"))) == "1 | a"
    with pytest.raises(DecodeError):
        shown_text(b"\xc1")
    assert SharedBill.__struct_config__.tag == 103
