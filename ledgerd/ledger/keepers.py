"""Who keeps the sealed bytes of a bill when those who only passed them on let them go.

Rules: follows from the bill's key and the names of the institutions with a validator, so every
node chooses the same two. Each institution draws a digest with each bill and the two smallest keep:
bills spread evenly, and one institution more or less moves only the bills that it draws itself.

Source: domain.md section 3; docs/formats.md section 1.
"""

from collections.abc import Iterable
from typing import Final

from ledgerd.errors import DecodeError
from ledgerd.ledger.bill_operations import IssueBill, ReverseBill
from ledgerd.ledger.fields import BillRef
from ledgerd.ledger.operations import decode_operation
from ledgerd.primitives.hashing import Domain, digest

KEEPER_COUNT: Final = 2


def keepers_of(bill: BillRef, members: Iterable[str]) -> tuple[str, ...]:
    """Choose the keepers of a bill among the institutions with a validator; all, if they are few.

    Source: docs/formats.md section 1, domain ``ldg/keeper``.
    """
    drawn = sorted((_draw(bill, member), member) for member in set(members))
    return tuple(member for _, member in drawn[:KEEPER_COUNT])


def bills_sealed_in(operations: Iterable[bytes]) -> tuple[tuple[BillRef, bytes], ...]:
    """Give the bills that a transaction's opaque operations create, with the sidecar of each.

    Whether such an operation was carried out is not asked here.
    """
    found: list[tuple[BillRef, bytes]] = []
    for data in operations:
        try:
            operation = decode_operation(data)
        except DecodeError:
            continue
        if isinstance(operation, IssueBill):
            found.append((operation.bill, operation.sealed.sidecar.sidecar_hash))
        elif isinstance(operation, ReverseBill):
            found.append((operation.red, operation.sealed.sidecar.sidecar_hash))
    return tuple(found)


def _draw(bill: BillRef, member: str) -> bytes:
    key = (bill.code + bill.number + member).encode("ascii")
    return digest(Domain.KEEPER, key)
