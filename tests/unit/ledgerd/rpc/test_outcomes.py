"""What a caller is told of a transaction."""

import pytest

from ledgerd.ledger.receipts import Position, Receipt
from ledgerd.ledger.reject_codes import RejectCode
from ledgerd.node.refusals import RefusalCode, SubmitRefused
from ledgerd.node.views import OutcomeState, TxOutcome
from ledgerd.rpc.answers import Place
from ledgerd.rpc.codes import RpcCode, RpcFailure
from ledgerd.rpc.outcomes import failure_of, outcome_of, raise_if_refused

TX_ID = b"\x07" * 32


def receipt(code: RejectCode, operation: int = 0, first: Position | None = None) -> Receipt:
    return Receipt(operation=operation, code=code, object_key=b"", first=first, events=())


def committed(*receipts: Receipt) -> TxOutcome:
    return TxOutcome(TX_ID, OutcomeState.COMMITTED, 5, 0, 1, receipts)


def test_a_receipt_that_repeats_names_the_first() -> None:
    first = Position(height=3, transaction=1, operation=2)

    shown = outcome_of(committed(receipt(RejectCode.REPEATED, first=first)))

    assert shown.receipts[0].first == Place(height=3, tx=1, op=2)
    assert shown.receipts[0].reason == "REPEATED"


def test_one_operation_in_force_is_no_refusal() -> None:
    raise_if_refused(committed(receipt(RejectCode.NOT_FOUND), receipt(RejectCode.OK, 1)))


def test_a_repeated_operation_is_no_refusal() -> None:
    raise_if_refused(committed(receipt(RejectCode.REPEATED)))


def test_nothing_in_force_is_a_refusal_with_the_first_code() -> None:
    refused = committed(receipt(RejectCode.CLAIM_OPEN), receipt(RejectCode.NOT_FOUND, 1))

    with pytest.raises(RpcFailure) as refusal:
        raise_if_refused(refused)

    assert (refusal.value.reason, refusal.value.tx_id) == ("CLAIM_OPEN", TX_ID.hex())


def test_an_expired_transaction_is_refused_as_such() -> None:
    with pytest.raises(RpcFailure) as refusal:
        raise_if_refused(TxOutcome(TX_ID, OutcomeState.EXPIRED))

    assert refusal.value.reason == "EXPIRED"


def test_a_dry_runs_refusal_carries_its_code() -> None:
    dry_run = SubmitRefused(RefusalCode.REJECTED, "no", (receipt(RejectCode.NUMBER_TAKEN),))

    failure = failure_of(dry_run)

    assert (failure.rpc_code, failure.reason) == (RpcCode.REJECTED, "NUMBER_TAKEN")


def test_a_full_pool_says_when_to_come_again() -> None:
    full = SubmitRefused(RefusalCode.POOL_FULL, "later", retry_after_ms=70)

    assert failure_of(full).retry_after_ms == 70


def test_every_refusal_of_the_node_has_a_published_code() -> None:
    codes = {code: failure_of(SubmitRefused(code, "no")).rpc_code for code in RefusalCode}

    assert set(codes.values()) <= set(RpcCode)
    assert codes[RefusalCode.NO_QUORUM] is RpcCode.NO_QUORUM
