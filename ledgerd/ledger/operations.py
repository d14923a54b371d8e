"""All operations as one union, and its codec.

Rules: the tag in the bytes says the type; tags are published and never reused.

Source: domain.md section 4; docs/operations-of-the-ledger.md.
"""

from functools import cache
from typing import Final, get_args

from msgspec import msgpack

from ledgerd.chain.transaction import OPERATION_BYTES_MAX
from ledgerd.ledger.assistance_operations import AssistanceOperation
from ledgerd.ledger.axis_operations import AxisOperation
from ledgerd.ledger.bill_operations import BillOperation
from ledgerd.ledger.book_operations import BookOperation
from ledgerd.ledger.care_operations import CareOperation
from ledgerd.ledger.case_operations import CaseOperation
from ledgerd.ledger.claim_operations import ClaimOperation
from ledgerd.ledger.governance_operations import GovernanceOperation
from ledgerd.ledger.keeping_operations import KeepingOperation
from ledgerd.ledger.patient_operations import PatientOperation
from ledgerd.ledger.redress_operations import RedressOperation
from ledgerd.primitives.canonical import decode_with, encode
from ledgerd.primitives.type_decoders import msgpack_decoder

Operation = (
    BillOperation
    | ClaimOperation
    | GovernanceOperation
    | PatientOperation
    | CareOperation
    | KeepingOperation
    | RedressOperation
    | CaseOperation
    | AssistanceOperation
    | AxisOperation
    | BookOperation
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
