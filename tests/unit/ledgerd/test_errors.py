"""Errors: one tree, codes kept, no contents."""

import enum

from ledgerd import errors


class SampleCode(enum.IntEnum):
    BILL_PAID = 7


def test_every_error_is_a_ledgerd_error() -> None:
    named = [item for item in vars(errors).values() if isinstance(item, type)]
    assert len(named) >= 15
    assert all(issubclass(item, errors.LedgerdError) for item in named)


def test_a_rejection_keeps_its_code() -> None:
    error = errors.TransactionRejected(SampleCode.BILL_PAID)
    assert error.code is SampleCode.BILL_PAID
    assert str(error) == "BILL_PAID"


def test_a_rejection_may_say_more() -> None:
    assert str(errors.TransactionRejected(SampleCode.BILL_PAID, "twice")) == "BILL_PAID: twice"


def test_an_rpc_error_keeps_its_code() -> None:
    error = errors.RpcError(-32001, "not found")
    assert (error.code, str(error)) == (-32001, "not found")


def test_a_stale_proof_is_no_failed_one() -> None:
    assert not issubclass(errors.ProofStale, errors.VerificationFailed)
