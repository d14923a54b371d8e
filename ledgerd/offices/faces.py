"""The two sealed parts of a bill as leaves, and back: the face and the lines.

Rules: a leaf is one field or one line, its value the canonical bytes of a text, an integer or an
array of both. Paths are published (docs/formats.md): a shown field is checked by its path.

    face    type, bill, issuer, owner_salt, check_code, person/*, visit/{kind,time,area,clerk},
            money/{total,hospital,account,cash,self_pay,self_cost,eligible}, funds/NN, items/NN
    lines   visit/{department,diagnosis,date_in,date_out,visit_number,insurance_number},
            details/NNNN

Source: domain.md section 3.
"""

from dataclasses import dataclass
from typing import Final, TypeVar

import msgspec

from ledgerd.errors import DecodeError, VerificationFailed
from ledgerd.ledger.fields import BillRef, BillType
from ledgerd.ledger.objects import Bill
from ledgerd.primitives.canonical import decode, encode
from ledgerd.primitives.money import is_amount, sum_fen
from ledgerd.primitives.sealing import OpenedPart, PartLeaf
from ledgerd.rpc.answers import NamedValue
from ledgerd.rpc.requests import BillContent, Visit

FACE: Final = 0
LINES: Final = 1
VALUE_BYTES_MAX: Final = 8_192
CHECK_CODE_DIGITS: Final = 6

SALT_BYTES: Final = 32

_T = TypeVar("_T")


@dataclass(frozen=True, slots=True)
class Stamp:
    """What the office adds to the content: which bill it is, and its secrets."""

    bill: BillRef
    issuer: str
    bill_type: BillType
    owner_salt: bytes
    check_code: str

    def __repr__(self) -> str:
        return f"Stamp({self.bill!r})"


def face_leaves(content: BillContent, stamp: Stamp) -> list[PartLeaf]:
    """Lay out the face."""
    money = content.money
    return [
        *stamp_leaves(stamp),
        _leaf("person/name", content.person.name),
        _leaf("person/identity_number", content.person.identity_number),
        *_visit_leaves(content.visit, "kind", "time", "area", "clerk"),
        _leaf("money/total", money.total_fen),
        _leaf("money/hospital", money.hospital_fen),
        _leaf("money/account", money.account_fen),
        _leaf("money/cash", money.cash_fen),
        _leaf("money/self_pay", money.self_pay_fen),
        _leaf("money/self_cost", money.self_cost_fen),
        _leaf("money/eligible", money.eligible_fen),
        *(_leaf(f"funds/{i:02d}", (f.fund, f.amount_fen)) for i, f in enumerate(money.funds)),
        *(_leaf(f"items/{i:02d}", (x.category, x.amount_fen)) for i, x in enumerate(content.items)),
    ]


def stamp_leaves(stamp: Stamp) -> list[PartLeaf]:
    """Lay out what the office adds; a red bill differs from its blue one only here."""
    return [
        _leaf("type", stamp.bill_type.name.lower()),
        _leaf("bill", f"{stamp.bill.code}-{stamp.bill.number}"),
        _leaf("issuer", stamp.issuer),
        _leaf("owner_salt", stamp.owner_salt),
        _leaf("check_code", stamp.check_code),
    ]


def line_leaves(content: BillContent) -> list[PartLeaf]:
    """Lay out the lines."""
    fields = ("department", "diagnosis", "date_in", "date_out", "visit_number", "insurance_number")
    return [
        *_visit_leaves(content.visit, *fields),
        *(
            _leaf(
                f"details/{index:04d}",
                (
                    line.category,
                    line.code,
                    line.name,
                    line.quantity,
                    line.unit_price,
                    line.amount_fen,
                ),
            )
            for index, line in enumerate(content.details)
        ),
    ]


def restamped(face: OpenedPart, stamp: Stamp) -> list[PartLeaf]:
    """Lay out the face of a red bill: the blue one's under a new stamp."""
    new = {leaf.path: leaf for leaf in stamp_leaves(stamp)}
    return [new.get(leaf.path, leaf) for leaf in face.content.leaves]


def owner_salt(face: OpenedPart) -> bytes:
    """Read the salt of the owner commitment; raises like `require_face`."""
    salt = _value(face, "owner_salt", bytes)
    if len(salt) != SALT_BYTES:
        raise VerificationFailed("face: the owner salt is malformed")
    return salt


def check_code(drawn: bytes) -> str:
    """Make a check code of 8 drawn bytes: 6 digits."""
    return f"{int.from_bytes(drawn, 'big') % 10**CHECK_CODE_DIGITS:06d}"


def require_face(face: OpenedPart, ref: BillRef, bill: Bill) -> None:
    """Check that an opened face says what the chain says, and that its sums hold.

    Raises:
        VerificationFailed: it says something else, or lacks a field.
    """
    stamped = tuple(_value(face, path, str) for path in ("type", "bill", "issuer"))
    if stamped != (bill.bill_type.name.lower(), f"{ref.code}-{ref.number}", bill.issuer):
        raise VerificationFailed("face: it is the face of another bill")
    total_fen = _amount(face, "total")
    public_fen = sum_fen(amount for _, amount in _array(face, "funds", tuple[str, int]))
    parts = (public_fen, *(_amount(face, name) for name in ("hospital", "account", "cash")))
    if (total_fen, public_fen) != (bill.total_fen, bill.public_fen):
        raise VerificationFailed("face: total or public share differ from the chain")
    if _amount(face, "hospital") != bill.hospital_fen:
        raise VerificationFailed("face: the hospital part differs from the chain")
    if sum_fen(parts) != total_fen:
        raise VerificationFailed("face: the parts do not add up to the total")
    items = _array(face, "items", tuple[int, int])
    if sum_fen(amount for _, amount in items) != total_fen:
        raise VerificationFailed("face: the items do not add up to the total")


def shown(part: OpenedPart) -> tuple[NamedValue, ...]:
    """Show every field of a part to an entitled reader."""
    return tuple(
        NamedValue(name=leaf.path, value=_text(msgspec.msgpack.decode(leaf.value)))
        for leaf in part.content.leaves
    )


def _visit_leaves(visit: Visit, *fields: str) -> list[PartLeaf]:
    return [_leaf(f"visit/{field}", getattr(visit, field)) for field in fields]


def _leaf(path: str, value: object) -> PartLeaf:
    return PartLeaf(path, encode(value))


def _text(value: object) -> str:
    if isinstance(value, bytes):
        return value.hex()
    if isinstance(value, list):
        return " | ".join(str(item) for item in value)
    return str(value)


def _amount(face: OpenedPart, name: str) -> int:
    return _checked(_value(face, f"money/{name}", int))


def _array(face: OpenedPart, name: str, type_: type[tuple[_T, int]]) -> list[tuple[_T, int]]:
    paths = [leaf.path for leaf in face.content.leaves if leaf.path.startswith(f"{name}/")]
    entries = [_value(face, path, type_) for path in paths]
    return [(what, _checked(amount_fen)) for what, amount_fen in entries]


def _checked(amount_fen: int) -> int:
    if not is_amount(amount_fen):
        raise VerificationFailed("face: an amount is out of its range")
    return amount_fen


def _value(face: OpenedPart, path: str, type_: type[_T]) -> _T:
    data = face.get(path)
    if data is None:
        raise VerificationFailed(f"face: the field {path} is missing")
    try:
        return decode(data, type_, bytes_max=VALUE_BYTES_MAX)
    except DecodeError:
        raise VerificationFailed(f"face: the field {path} is malformed") from None
