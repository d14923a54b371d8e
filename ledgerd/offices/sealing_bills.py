"""Sealing a bill for its circle of readers.

Rules: issuer, patient's devices and the competent medicare bureau read both parts, finance the
face. The owner's salt and the check code are drawn here and stand in the face only.

Source: domain.md section 3.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

from ledgerd.ledger.fields import (
    SIDECAR_BYTES_MAX,
    BillRef,
    BillType,
    SealedParts,
    SidecarName,
)
from ledgerd.ledger.queries import account_of, code_counter_of
from ledgerd.offices.faces import FACE, LINES, SALT_BYTES, Stamp, check_code
from ledgerd.offices.house import House
from ledgerd.offices.readers import ReadingRoom
from ledgerd.primitives.identifiers import BillKey, owner_commitment
from ledgerd.primitives.sealing import PartLeaf, SealedPayload, seal_payload
from ledgerd.primitives.wrapping import DeviceReader, Reader
from ledgerd.rpc.codes import RpcCode, RpcFailure

DRAWN_CODE_BYTES = 8  # enough that six digits of it are even

Layout = Callable[[Stamp], tuple[Sequence[PartLeaf], Sequence[PartLeaf]]]


@dataclass(frozen=True, slots=True)
class Circle:
    """Whose bill it is and who is competent.

    Attributes:
        medicare: the bureau; the ledger's only one when None.
        account: None for a patient without one.
    """

    issuer: str
    medicare: str | None
    account: bytes | None


@dataclass(frozen=True, slots=True)
class SealedBill:
    """A bill's sealed parts and what the operation says of them."""

    parts: SealedParts
    owner: bytes | None
    sidecar: bytes = field(repr=False)


class BillSealer:
    """Seals bills of the issuers of this house."""

    def __init__(self, house: House, room: ReadingRoom) -> None:
        self._house = house
        self._room = room

    def seal(
        self, bill: BillRef, circle: Circle, bill_type: BillType, layout: Layout
    ) -> SealedBill:
        """Draw the secrets, lay out the parts, seal them.

        Raises:
            RpcFailure: a reader cannot be sealed for, or the content is too large.
        """
        readers = self._readers(bill, circle)
        salt = self._house.entropy(SALT_BYTES)
        code = check_code(self._house.entropy(DRAWN_CODE_BYTES))
        stamp = Stamp(bill, circle.issuer, bill_type, salt, code)
        payload = seal_payload(layout(stamp), readers, self._house.entropy)
        if len(payload.sidecar) > SIDECAR_BYTES_MAX:
            raise RpcFailure(RpcCode.TOO_LARGE, "the sealed content is too large", field="content")
        owner = None
        if circle.account is not None:
            owner = owner_commitment(BillKey(bill.code, bill.number), circle.account, salt)
        return SealedBill(_sealed_parts(payload), owner, payload.sidecar)

    def _readers(self, bill: BillRef, circle: Circle) -> list[Reader]:
        counter = code_counter_of(self._house.state, bill.code)
        assert counter is not None
        medicare = circle.medicare or self._house.only_bureau()
        readers: list[Reader] = [
            self._room.reader(circle.issuer, circle.issuer, FACE, LINES),
            self._room.reader(circle.issuer, medicare, FACE, LINES),
            self._room.reader(circle.issuer, counter.authority, FACE),
        ]
        if circle.account is not None:
            account = account_of(self._house.state, circle.account)
            keys = () if account is None else account.sealing_keys
            readers.extend(DeviceReader(key, (FACE, LINES)) for key in keys)
        return readers


def _sealed_parts(payload: SealedPayload) -> SealedParts:
    face, lines = payload.commitments
    return SealedParts(
        face_root=face.root,
        lines_root=lines.root,
        face_key=face.key_commitment,
        lines_key=lines.key_commitment,
        sidecar=SidecarName(sidecar_hash=payload.sidecar_hash, sidecar_bytes=len(payload.sidecar)),
    )
