"""The rows of the further axes."""

from ledgerd.ledger.axis_handlers import AXIS_HANDLERS
from ledgerd.ledger.axis_operations import AxisOperation


def test_every_operation_of_the_axes_has_one_handler() -> None:
    assert list(AXIS_HANDLERS) == list(AxisOperation.__args__)
    assert len(set(AXIS_HANDLERS.values())) == len(AXIS_HANDLERS)
