"""Reading the state: typed objects by what names them.

Rules: pure functions over a ``StateReader``; None means that the object does not exist. A value
that does not decode is damage of our own store and raises.

Source: ``state_keys``, ``objects``.
"""

from typing import TypeVar

from ledgerd.chain.params import Params
from ledgerd.ledger import state_keys
from ledgerd.ledger.fields import OBJECT_KEY_BYTES, BillRef
from ledgerd.ledger.governance_objects import InstitutionRecord, Proposal
from ledgerd.ledger.number_objects import CodeCounter, NumberRange
from ledgerd.ledger.objects import Bill, Claim, DeliveredKey, Grant, Settlement, UnreadableReport
from ledgerd.ledger.overlay import OBJECT_BYTES_MAX, Overlay, StateReader, decode_object
from ledgerd.ledger.patient_objects import Account

VALUE_BYTES_MAX = OBJECT_BYTES_MAX

_T = TypeVar("_T")


def read_object(reader: StateReader, key: bytes, type_: type[_T]) -> _T | None:
    """Read the object of a key that this code built; an overlay has it read already, perhaps."""
    if isinstance(reader, Overlay):
        return reader.find(key, type_)
    return decode_object(reader.get(key), type_)


def params_of(reader: StateReader) -> Params:
    """Give the parameters; they exist from genesis on."""
    params = read_object(reader, state_keys.PARAMS_KEY, Params)
    assert params is not None
    return params


def institution_of(reader: StateReader, institution_id: str) -> InstitutionRecord | None:
    return read_object(reader, state_keys.institution_key(institution_id), InstitutionRecord)


def account_of(reader: StateReader, account: bytes) -> Account | None:
    return read_object(reader, state_keys.account_key(account), Account)


def code_counter_of(reader: StateReader, code: str) -> CodeCounter | None:
    return read_object(reader, state_keys.code_key(code), CodeCounter)


def range_of(reader: StateReader, code: str, range_id: bytes) -> NumberRange | None:
    return read_object(reader, state_keys.range_key(code, range_id), NumberRange)


def bill_of(reader: StateReader, bill: BillRef) -> Bill | None:
    return read_object(reader, state_keys.bill_key(bill.code, bill.number), Bill)


def grant_of(reader: StateReader, bill: BillRef, grant: bytes) -> Grant | None:
    return read_object(reader, state_keys.grant_key(bill.code, bill.number, grant), Grant)


def delivery_of(reader: StateReader, bill: BillRef, delivery: bytes) -> DeliveredKey | None:
    key = state_keys.delivery_key(bill.code, bill.number, delivery)
    return read_object(reader, key, DeliveredKey)


def report_of(reader: StateReader, bill: BillRef, report: bytes) -> UnreadableReport | None:
    key = state_keys.report_key(bill.code, bill.number, report)
    return read_object(reader, key, UnreadableReport)


def settlement_of(reader: StateReader, key: bytes) -> Settlement | None:
    return read_named(reader, key, state_keys.SETTLEMENT_PREFIX, Settlement)


def bureau_of_settlement(key: bytes) -> str:
    """Give the author of a settlement, which stands in its key."""
    return key[1:19].decode("ascii")


def claim_of(reader: StateReader, key: bytes) -> Claim | None:
    """Give a claim, or an application for assistance, which is a claim of the payer ``aid``."""
    claim = read_named(reader, key, state_keys.CLAIM_PREFIX, Claim)
    return claim or read_named(reader, key, state_keys.ASSISTANCE_PREFIX, Claim)


def proposal_of(reader: StateReader, key: bytes) -> Proposal | None:
    return read_named(reader, key, state_keys.PROPOSAL_PREFIX, Proposal)


def claims_of(reader: StateReader, bill: BillRef) -> tuple[Claim, ...]:
    """Give the last claim of each payer of a bill."""
    record = bill_of(reader, bill)
    keys = () if record is None else (entry.claim for entry in record.payers)
    claims = (None if key is None else claim_of(reader, key) for key in keys)
    return tuple(claim for claim in claims if claim is not None)


def read_named(reader: StateReader, key: bytes, prefix: bytes, type_: type[_T]) -> _T | None:
    """Read by a key that somebody named; one of another kind names nothing."""
    if len(key) != OBJECT_KEY_BYTES or not key.startswith(prefix):
        return None
    return read_object(reader, key, type_)
