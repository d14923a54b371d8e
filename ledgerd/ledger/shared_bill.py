"""A bill shown in part: chosen fields with salts and ways, and the proof that the chain holds it.

Rules: the file holds the chosen fields and nothing else of the sealed parts; every byte of it is
checked, so one with any byte changed does not verify. What it says is as of its sealed header;
whether the bill was taken back later is a question of how fresh it is.

Source: domain.md section 3; docs/formats.md.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Annotated, Final, Literal

import msgspec

from ledgerd.chain.block import Header
from ledgerd.chain.genesis import Genesis
from ledgerd.chain.light import PROOF_BYTES_MAX, ProvedState, verify_proof
from ledgerd.chain.trust import Freshness
from ledgerd.errors import DecodeError, VerificationFailed
from ledgerd.ledger import queries, state_keys
from ledgerd.ledger.fields import BillRef
from ledgerd.ledger.objects import Bill
from ledgerd.primitives.canonical import Canonical, Record, decode, encode
from ledgerd.primitives.sealing import FieldProof, OpenedPart, prove_field, verify_field

FIELDS_MAX: Final = 256
SHARED_BYTES_MAX: Final = 2 * PROOF_BYTES_MAX
BILL_KEY_BYTES: Final = 20
FACE: Final = 0
LINES: Final = 1


class ShownField(Canonical, frozen=True, kw_only=True):
    """One field of a part: 0 face, 1 lines."""

    part: Literal[0, 1]
    field: FieldProof


class SharedFields(Canonical, frozen=True, kw_only=True):
    """Chosen fields, before the proof of their bill is put beside them."""

    fields: Annotated[tuple[ShownField, ...], msgspec.Meta(min_length=1, max_length=FIELDS_MAX)]


class SharedBill(Record, tag=103, frozen=True, kw_only=True):
    """The file.

    Attributes:
        proof: a proof file of the bill's state.
        fields: ascending by part and path, none twice.
    """

    proof: Annotated[bytes, msgspec.Meta(min_length=1, max_length=PROOF_BYTES_MAX)]
    fields: Annotated[tuple[ShownField, ...], msgspec.Meta(min_length=1, max_length=FIELDS_MAX)]


@dataclass(frozen=True, slots=True)
class VerifiedShare:
    """What a file proves: the bill as of a sealed header, and some of its fields."""

    header: Header
    ref: BillRef
    bill: Bill
    fields: tuple[ShownField, ...]

    def __repr__(self) -> str:
        return f"VerifiedShare({self.ref!r}, {len(self.fields)} fields)"


def show_fields(parts: Mapping[int, OpenedPart], paths: Sequence[str]) -> tuple[ShownField, ...]:
    """Prove fields of opened parts, by their paths.

    Raises:
        KeyError: no opened part has a field of this path.
    """
    return tuple(
        ShownField(part=part, field=prove_field(parts[part], path))
        for part, path in sorted((_part_of(parts, path), path) for path in set(paths))
    )


def _part_of(parts: Mapping[int, OpenedPart], path: str) -> Literal[0, 1]:
    if FACE in parts and parts[FACE].get(path) is not None:
        return FACE
    if LINES in parts and parts[LINES].get(path) is not None:
        return LINES
    raise KeyError(path)


def encode_share(proof: bytes, fields: tuple[ShownField, ...]) -> bytes:
    """Give the bytes of the file."""
    return encode(SharedBill(proof=proof, fields=fields))


def verify_share(
    data: bytes, genesis: Genesis, freshness: Freshness | None = None
) -> VerifiedShare:
    """Verify a file from the genesis alone.

    Raises:
        DecodeError: it is no such file.
        VerificationFailed: it does not prove what it shows.
        ProofStale: it does, but is older than wanted.
    """
    shared = decode(data, SharedBill, bytes_max=SHARED_BYTES_MAX)
    places = [(shown.part, shown.field.path) for shown in shared.fields]
    if any(a >= b for a, b in pairwise(places)):
        raise VerificationFailed("shared bill: fields must ascend by part and path, none twice")
    proved = verify_proof(shared.proof, genesis, freshness)
    ref, bill = _bill_in(proved)
    roots = {FACE: bill.sealed.face_root, LINES: bill.sealed.lines_root}
    for shown in shared.fields:
        verify_field(roots[shown.part], shown.field)
    return VerifiedShare(proved.header, ref, bill, shared.fields)


def _bill_in(proved: object) -> tuple[BillRef, Bill]:
    if not isinstance(proved, ProvedState) or proved.value is None:
        raise VerificationFailed("shared bill: the proof is not that of a bill")
    key = proved.key
    if len(key) != BILL_KEY_BYTES or not key[1:19].isdigit():
        raise VerificationFailed("shared bill: the proof is not that of a bill")
    ref = BillRef(code=key[1:9].decode("ascii"), number=key[9:19].decode("ascii"))
    if key != state_keys.bill_key(ref.code, ref.number):
        raise VerificationFailed("shared bill: the proof is not that of a bill")
    return ref, decode(proved.value, Bill, bytes_max=queries.VALUE_BYTES_MAX)


def shown_text(value: bytes) -> str:
    """Write a field's value for people."""
    try:
        plain = msgspec.msgpack.decode(value)
    except (msgspec.DecodeError, UnicodeDecodeError):
        raise DecodeError("a field: its value is malformed") from None
    if isinstance(plain, bytes):
        return plain.hex()
    if isinstance(plain, list):
        return " | ".join(str(item) for item in plain)
    return str(plain)
