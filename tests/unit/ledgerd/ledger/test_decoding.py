"""Operations of a received transaction, decoded once."""

from msgspec.structs import replace

from ledgerd.ledger.decoding import operations_of
from tests.unit.ledgerd.ledger.world import FINANCE, World, allotment, as_read


def test_operations_are_decoded_once_with_none_for_bytes_that_are_none() -> None:
    world = World()
    transaction = world.transaction(FINANCE, "clerk", allotment())
    read = as_read(replace(transaction, operations=(b"\x90", *transaction.operations)))

    first = operations_of(read)

    assert first == (None, allotment())
    assert operations_of(read) is first
    assert read == as_read(read.transaction)
