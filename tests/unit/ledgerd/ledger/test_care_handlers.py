"""The rows of care."""

from typing import get_args

from ledgerd.ledger.care_handlers import CARE_HANDLERS
from ledgerd.ledger.care_operations import CareOperation
from ledgerd.ledger.keeping_operations import KeepingOperation


def test_every_operation_of_care_has_one_handler() -> None:
    assert list(CARE_HANDLERS) == [*get_args(CareOperation), *get_args(KeepingOperation)]
    assert len(set(CARE_HANDLERS.values())) == len(CARE_HANDLERS)
