"""All operations as one union, and its codec.

Rules: the tag in the bytes says the type; tags are published and never reused.

Source: domain.md section 4; docs/operations-of-the-ledger.md.
"""

from functools import cache
from typing import Final, get_args

from msgspec import msgpack

from ledgerd.chain.transaction import OPERATION_BYTES_MAX
from ledgerd.ledger import (
    assistance_operations as ao,
    axis_operations as xo,
    bill_operations as bo,
    book_operations as bk,
    care_operations as ca,
    case_operations as ko,
    claim_operations as co,
    governance_operations as go,
    keeping_operations as ke,
    patient_operations as po,
    redress_operations as ro,
)
from ledgerd.primitives.canonical import decode_with, encode
from ledgerd.primitives.type_decoders import msgpack_decoder

Operation = (
    bo.BillOperation
    | co.ClaimOperation
    | go.GovernanceOperation
    | po.PatientOperation
    | ca.CareOperation
    | ke.KeepingOperation
    | ro.RedressOperation
    | ko.CaseOperation
    | ao.AssistanceOperation
    | xo.AxisOperation
    | bk.BookOperation
)
OPERATION_TYPES: Final[tuple[type[Operation], ...]] = get_args(Operation)


def encode_operation(operation: Operation) -> bytes:
    return encode(operation)


def decode_operation(data: bytes) -> Operation:
    """Read one operation of a transaction.

    Raises:
        DecodeError: not the canonical bytes of a known operation.
    """
    return decode_with(_decoder(), data, bytes_max=OPERATION_BYTES_MAX)


@cache
def _decoder() -> "msgpack.Decoder[Operation]":
    return msgpack_decoder(Operation)  # type: ignore[arg-type]


def operation_name(operation: Operation) -> str:
    """Give the published name, as in receipts for people and in the documentation."""
    return type(operation).__name__
