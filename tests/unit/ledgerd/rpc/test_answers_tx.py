"""The answers to many transactions handed in at once."""

from ledgerd.rpc.answers import Outcome
from ledgerd.rpc.answers_tx import submitted
from ledgerd.rpc.codes import RpcCode, RpcFailure


def test_an_outcome_stands_as_it_is() -> None:
    outcome = Outcome(state="pending", tx_id="ab" * 32)

    assert submitted(outcome).outcome == outcome
    assert submitted(outcome).refusal is None


def test_a_refusal_says_all_that_an_error_says() -> None:
    failure = RpcFailure(RpcCode.REJECTED, "no", reason="NOT_FOUND", field="x", tx_id="cd" * 32)
    failure.after(70)

    shown = submitted(failure)

    assert shown.outcome is None
    assert shown.refusal is not None
    assert (shown.refusal.code, shown.refusal.name) == (-32008, "rejected")
    assert (shown.refusal.message, shown.refusal.retryable) == ("no", False)
    assert (shown.refusal.reason, shown.refusal.field) == ("NOT_FOUND", "x")
    assert shown.refusal.tx_id == "cd" * 32
    assert shown.refusal.retry_after_ms == 70
