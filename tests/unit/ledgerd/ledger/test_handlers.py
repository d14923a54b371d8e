"""The table of handlers."""

from ledgerd.ledger.handlers import HANDLERS
from ledgerd.ledger.operations import OPERATION_TYPES


def test_every_operation_has_one_handler() -> None:
    assert set(HANDLERS) == set(OPERATION_TYPES)
    assert len(set(HANDLERS.values())) == len(HANDLERS)
