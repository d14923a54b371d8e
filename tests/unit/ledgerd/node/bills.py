"""Sealed bills of the sample institutions: operations that create them, and their sidecars."""

import hashlib

from ledgerd.ledger.bill_operations import IssueBill
from ledgerd.ledger.days import day_of
from ledgerd.ledger.fields import BillRef, PublicPosition, SealedParts, SidecarName
from ledgerd.ledger.keepers import keepers_of
from ledgerd.primitives.identifiers import client_ref_hash
from ledgerd.primitives.sealing import PartLeaf, SealedPayload, seal_payload
from ledgerd.primitives.wrapping import InstitutionReader
from tests.unit.ledgerd.node.samples import NAMES, NOON_MS, allot

CODE = "99010126"
RANGE = allot(1)  # numbers 100 to 199


def range_id() -> bytes:
    return client_ref_hash(NAMES["finance"].encode(), RANGE.client_ref)[:16]


def bill_ref(number: int) -> BillRef:
    return BillRef(code=CODE, number=f"{number:010d}")


def sealed_for(text: str, *readers: str) -> SealedPayload:
    """Seal a text in two parts for institutions; the keys are not those of anybody."""
    wraps = [InstitutionReader(reader, 1, 1, b"\x07" * 32, (0, 1)) for reader in readers]
    parts = [[PartLeaf("face", text.encode())], [PartLeaf("lines", text.encode())]]
    return seal_payload(parts, wraps, lambda count: hashlib.shake_128(text.encode()).digest(count))


def bill_sealed(number: int, sealed: SealedPayload) -> IssueBill:
    """Issue a bill; numbers come in rising order."""
    face, lines = sealed.commitments
    return IssueBill(
        client_ref=f"bill {number}",
        bill=bill_ref(number),
        range_id=range_id(),
        issue_date=day_of(NOON_MS),
        total_fen=100_00,
        public_fen=0,
        public=PublicPosition.NONE,
        owner=None,
        sealed=SealedParts(
            face_root=face.root,
            lines_root=lines.root,
            face_key=face.key_commitment,
            lines_key=lines.key_commitment,
            sidecar=SidecarName(
                sidecar_hash=sealed.sidecar_hash, sidecar_bytes=len(sealed.sidecar)
            ),
        ),
    )


def numbers_kept(members: tuple[str, ...], keeper: str, *, is_kept: bool) -> list[int]:
    """List the numbers of the range that an institution keeps, or does not keep."""
    numbers = range(RANGE.first, RANGE.first + RANGE.count)
    return [n for n in numbers if (keeper in keepers_of(bill_ref(n), members)) is is_kept]
