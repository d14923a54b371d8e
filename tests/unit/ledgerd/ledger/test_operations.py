"""The union of operations and its codec."""

import pytest

from ledgerd.chain.transaction import OPERATION_BYTES_MAX
from ledgerd.errors import DecodeError
from ledgerd.ledger.operations import (
    OPERATION_TYPES,
    Operation,
    decode_operation,
    encode_operation,
    operation_name,
)
from ledgerd.primitives.canonical import unbounded_fields
from tests.unit.ledgerd.ledger.samples import SAMPLES


def test_there_is_a_sample_of_every_operation() -> None:
    assert [type(sample) for sample in SAMPLES] == list(OPERATION_TYPES)


@pytest.mark.parametrize("operation", SAMPLES, ids=operation_name)
def test_an_operation_reads_back_as_it_was_written(operation: Operation) -> None:
    data = encode_operation(operation)

    assert decode_operation(data) == operation
    assert len(data) < OPERATION_BYTES_MAX


@pytest.mark.parametrize("operation", SAMPLES, ids=operation_name)
def test_every_shorter_or_longer_form_is_refused(operation: Operation) -> None:
    data = encode_operation(operation)

    for cut in range(len(data)):
        with pytest.raises(DecodeError):
            decode_operation(data[:cut])
    with pytest.raises(DecodeError):
        decode_operation(data + b"\x00")


def test_tags_are_unique_and_stable() -> None:
    tags = {type_.__name__: type_.__struct_config__.tag for type_ in OPERATION_TYPES}

    assert len(set(tags.values())) == len(tags)
    assert (tags["AllotNumbers"], tags["IssueBill"], tags["FileClaim"], tags["Vote"]) == (
        10,
        11,
        40,
        51,
    )


@pytest.mark.parametrize("type_", OPERATION_TYPES, ids=lambda t: t.__name__)
def test_every_field_has_a_bound(type_: type) -> None:
    enumerated = {
        "IssueBill.public",
        "ReportUnreadable.reason",
        "GrantAccess.purpose",
        "RaiseAlert.result",
        "ApproveWriteOff.step",
    }

    assert set(unbounded_fields(type_)) <= enumerated


@pytest.mark.parametrize("operation", SAMPLES, ids=operation_name)
def test_every_operation_carries_the_callers_ref(operation: Operation) -> None:
    assert operation.client_ref
