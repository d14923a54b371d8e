"""Receipts and the events in them, on the wire."""

import pytest

from ledgerd.errors import DecodeError
from ledgerd.ledger.receipts import (
    RECEIPT_BYTES_MAX,
    Position,
    Receipt,
    decode_receipt,
    encode_receipt,
)
from ledgerd.ledger.reject_codes import RejectCode
from tests.unit.ledgerd.ledger.story import told_story
from tests.unit.ledgerd.ledger.world import World


def test_every_receipt_of_a_story_reads_back() -> None:
    told, world = told_story(), World()

    for transaction in told.world.done:
        world.time_ms = transaction.valid_until_ms - 3_600_000
        for receipt in world.execute(transaction)[0]:
            data = encode_receipt(receipt)
            assert decode_receipt(data) == receipt
            assert len(data) <= RECEIPT_BYTES_MAX


def test_only_two_codes_are_in_force() -> None:
    place = Position(height=1, transaction=2, operation=3)
    values = {"operation": 0, "object_key": b"", "events": ()}

    repeated = Receipt(code=RejectCode.REPEATED, first=place, **values)
    refused = Receipt(code=RejectCode.NOT_FOUND, first=None, **values)

    assert repeated.is_in_force
    assert not refused.is_in_force


def test_an_unknown_code_does_not_decode() -> None:
    good = encode_receipt(
        Receipt(operation=0, code=RejectCode.OK, object_key=b"", first=None, events=())
    )

    with pytest.raises(DecodeError):
        decode_receipt(good.replace(b"\x00\x00", b"\x00\x02"))
