"""A command that acts ends as its act did."""

import pytest

from ledgerd.cli.exits import CommandFailed, ExitCode
from ledgerd.cli.performing import require_in_force
from ledgerd.ledger.reject_codes import RejectCode
from ledgerd.rpc.answers import Outcome, ReceiptView


def outcome(*codes: RejectCode, state: str = "committed") -> Outcome:
    receipts = (
        ReceiptView(op=number, code=int(code), reason=code.name)
        for number, code in enumerate(codes)
    )
    return Outcome(state=state, tx_id="ab" * 32, receipts=tuple(receipts))


@pytest.mark.parametrize(
    "whole",
    [
        outcome(RejectCode.OK, RejectCode.OK),
        outcome(RejectCode.REPEATED),
        outcome(state="pending"),
        outcome(state="unsigned"),
    ],
)
def test_what_is_in_force_or_may_still_be_is_no_refusal(whole: Outcome) -> None:
    require_in_force(whole)


def test_an_act_of_which_a_part_was_refused_ends_as_a_refusal() -> None:
    with pytest.raises(CommandFailed) as failed:
        require_in_force(outcome(RejectCode.OK, RejectCode.PAYMENT_TOO_HIGH))

    assert failed.value.code is ExitCode.REFUSED
    assert failed.value.message == "committed, but operation 1 was refused: PAYMENT_TOO_HIGH"


def test_every_part_that_was_refused_is_named() -> None:
    parts = (RejectCode.NOT_FOUND, RejectCode.OK, RejectCode.TOO_MANY)

    with pytest.raises(CommandFailed) as failed:
        require_in_force(outcome(*parts, state="sealed"))

    assert failed.value.message == (
        "sealed, but operation 0 was refused: NOT_FOUND; operation 2 was refused: TOO_MANY"
    )
