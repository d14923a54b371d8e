"""Sealing a bill for its circle."""

import pytest

from ledgerd.ledger.fields import BillRef, BillType
from ledgerd.offices.faces import face_leaves, line_leaves
from ledgerd.offices.readers import ReadingRoom
from ledgerd.offices.sealing_bills import BillSealer, Circle
from ledgerd.primitives.identifiers import BillKey, owner_commitment
from ledgerd.primitives.sealing import PartLeaf, sidecar_hash
from ledgerd.rpc.codes import RpcCode, RpcFailure
from tests.unit.ledgerd.ledger.world import HOSPITAL, MEDICARE
from tests.unit.ledgerd.offices.acts import CODE, allot, content
from tests.unit.ledgerd.offices.town import Town

REF = BillRef(code=CODE, number="0000000001")


@pytest.fixture
async def sealer(town: Town) -> BillSealer:
    await allot(town, HOSPITAL)
    return BillSealer(town.hospital.house, ReadingRoom(town.hospital.house))


async def test_the_owner_is_committed_to_with_the_salt_of_the_face(sealer: BillSealer) -> None:
    salts = []

    def layout(stamp):
        salts.append(stamp.owner_salt)
        return face_leaves(content(), stamp), line_leaves(content())

    circle = Circle(HOSPITAL, MEDICARE, bytes(16))
    sealed = sealer.seal(REF, circle, BillType.BLUE, layout)

    assert sealed.owner == owner_commitment(BillKey(*_names()), bytes(16), salts[0])
    assert sealed.parts.sidecar.sidecar_hash == sidecar_hash(sealed.sidecar)
    assert sealed.parts.face_root != sealed.parts.lines_root


def _names() -> tuple[str, str]:
    return REF.code, REF.number


async def test_the_same_content_is_never_sealed_alike(sealer: BillSealer) -> None:
    def layout(stamp):
        return face_leaves(content(), stamp), line_leaves(content())

    circle = Circle(HOSPITAL, None, None)
    first = sealer.seal(REF, circle, BillType.BLUE, layout)
    second = sealer.seal(REF, circle, BillType.BLUE, layout)

    assert first.owner is None
    assert first.parts != second.parts


async def test_content_that_is_too_large_is_refused(sealer: BillSealer, town: Town) -> None:
    noise = PartLeaf("noise", town.hospital.house.entropy(600_000))

    with pytest.raises(RpcFailure) as refused:
        sealer.seal(
            REF,
            Circle(HOSPITAL, None, None),
            BillType.BLUE,
            lambda stamp: ([*face_leaves(content(), stamp), noise], [noise]),
        )

    assert refused.value.rpc_code is RpcCode.TOO_LARGE
