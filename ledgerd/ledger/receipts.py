"""Receipts: what became of each operation of a committed transaction.

Rules: a receipt is canonical bytes under the header's receipt root, so a refusal can be proved as
well as a success. ``first`` is given exactly with REPEATED.

Source: domain.md section 2; architecture.md section 3.
"""

from typing import Annotated, Final

from msgspec import Meta

from ledgerd.ledger.events import Event
from ledgerd.ledger.reject_codes import IN_FORCE, RejectCode
from ledgerd.primitives.canonical import U8, U32, U63, Canonical, Record, decode, encode

RECEIPT_BYTES_MAX: Final = 4096
EVENTS_MAX: Final = 4


class Position(Canonical, frozen=True, kw_only=True):
    """Where an operation stands on the chain; also the cursor of its events.

    Attributes:
        transaction: index in the block.
        operation: index in the transaction.
    """

    height: U63
    transaction: U32
    operation: U32


class Receipt(Record, tag=70, frozen=True, kw_only=True):
    """The outcome of one operation.

    Attributes:
        operation: its index in the transaction.
        code: a ``RejectCode``; 0 and 1 say that the effect is in force.
        object_key: state key of the object created or moved; empty when refused.
        first: with REPEATED, where the operation took effect.
        events: what subscribers are told; empty unless the code is OK.
    """

    operation: U8
    code: RejectCode
    object_key: Annotated[bytes, Meta(max_length=64)]
    first: Position | None
    events: Annotated[tuple[Event, ...], Meta(max_length=EVENTS_MAX)]

    @property
    def is_in_force(self) -> bool:
        """Say whether the operation's effect stands, by this receipt or by an earlier one."""
        return self.code in IN_FORCE


def encode_receipt(receipt: Receipt) -> bytes:
    return encode(receipt)


def decode_receipt(data: bytes) -> Receipt:
    """Read a receipt from a block store or a peer.

    Raises:
        DecodeError: not the canonical bytes of a receipt.
    """
    return decode(data, Receipt, bytes_max=RECEIPT_BYTES_MAX)
