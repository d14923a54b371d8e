"""What a verified proof says, in the words of ``ledgerctl``.

Rules: only what the proof proves is shown; an object is decoded by its own type tag, and a value
that is no known object is shown as hex rather than guessed.
"""

from typing import Final

import msgspec

from ledgerd.chain.block import header_hash
from ledgerd.chain.light import ProvedState, ProvedTransaction
from ledgerd.chain.params import Params
from ledgerd.errors import DecodeError
from ledgerd.ledger import (
    governance_objects as governance,
    number_objects as numbers,
    objects,
    patient_objects as patients,
)
from ledgerd.ledger.receipts import decode_receipt
from ledgerd.ledger.reject_codes import RejectCode
from ledgerd.primitives.canonical import Record, decode
from ledgerd.rpc.answers import NamedValue, OperationView
from ledgerd.rpc.readable import named_values, operation_view

VALUE_BYTES_MAX: Final = 65_536
OBJECTS: Final[tuple[type[Record], ...]] = (
    objects.Bill, objects.Claim, objects.Settlement, governance.InstitutionRecord, patients.Account,
    objects.Grant, objects.DeliveredKey, objects.UnreadableReport, objects.Token,
    numbers.NumberRange, numbers.CodeCounter, governance.Proposal, Params,
    patients.KeyRecord, patients.Proxy, patients.Presence, patients.ActForAnother,
)  # fmt: skip


class Proved(msgspec.Struct, frozen=True, kw_only=True):
    """A proof that holds: what it says, and as of when."""

    subject: str
    is_there: bool
    height: int
    time_ms: int
    chain_id: str
    header_hash: str
    fields: tuple[NamedValue, ...] = ()
    operations: tuple[OperationView, ...] = ()
    receipts: tuple[str, ...] = ()


def proved_state(proved: ProvedState) -> Proved:
    """What the state holds under a key, or that it holds nothing."""
    header = proved.header
    return Proved(
        subject=key_text(proved.key),
        is_there=proved.value is not None,
        height=header.height,
        time_ms=header.timestamp_ms,
        chain_id=header.chain_id.hex(),
        header_hash=header_hash(header).hex(),
        fields=() if proved.value is None else _fields(proved.value),
    )


def proved_transaction(proved: ProvedTransaction) -> Proved:
    """That a block holds a transaction, and its receipts."""
    header, read = proved.header, proved.transaction
    receipts = (decode_receipt(receipt) for receipt in proved.receipts)
    return Proved(
        subject=f"transaction {read.transaction_id.hex()}",
        is_there=True,
        height=header.height,
        time_ms=header.timestamp_ms,
        chain_id=header.chain_id.hex(),
        header_hash=header_hash(header).hex(),
        operations=tuple(operation_view(data) for data in read.transaction.operations),
        receipts=tuple(RejectCode(receipt.code).name for receipt in receipts),
    )


def key_text(key: bytes) -> str:
    """Name a state key: bills and institutions as people do, others in hex."""
    if key[:1] == b"b" and len(key) == 20 and key[1:19].isdigit():
        return f"bill {key[1:9].decode()}-{key[9:19].decode()}"
    if key[:1] == b"o" and len(key) == 19:
        return f"institution {key[1:].decode('ascii', 'replace')}"
    return key.hex()


def _fields(value: bytes) -> tuple[NamedValue, ...]:
    for type_ in OBJECTS:
        try:
            found = decode(value, type_, bytes_max=VALUE_BYTES_MAX)
        except DecodeError:
            continue
        return (NamedValue(name="object", value=type_.__name__), *named_values(found))
    return (NamedValue(name="value", value=value.hex()),)
