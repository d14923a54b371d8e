"""Error codes: published, stable."""

from ledgerd.rpc.codes import RpcCode, RpcFailure

PUBLISHED = {
    "parse_error": -32700,
    "invalid_request": -32600,
    "method_not_found": -32601,
    "invalid_params": -32602,
    "internal_error": -32603,
    "server": -32000,
    "not_found": -32001,
    "unauthorised": -32002,
    "rate_limited": -32003,
    "pool_full": -32004,
    "not_synced": -32005,
    "no_quorum": -32006,
    "conflicting_client_ref": -32007,
    "rejected": -32008,
    "pruned": -32009,
    "cursor_expired": -32010,
    "too_large": -32011,
    "outcome_unknown": -32012,
    "proof_unavailable": -32013,
}


def test_the_codes_are_the_published_ones() -> None:
    assert {code.label: int(code) for code in RpcCode} == PUBLISHED


def test_only_what_may_pass_later_is_retryable() -> None:
    assert RpcCode.NO_QUORUM.is_retryable
    assert not RpcCode.REJECTED.is_retryable


def test_a_failure_keeps_what_it_was_told() -> None:
    failure = RpcFailure(RpcCode.REJECTED, "no", reason="EXPIRED", field="a")

    assert (failure.code, failure.reason, failure.field) == (-32008, "EXPIRED", "a")
    assert str(failure) == "no"


def test_a_failure_says_when_to_come_again_where_that_is_known() -> None:
    assert RpcFailure(RpcCode.POOL_FULL, "later").after(70).retry_after_ms == 70
    assert RpcFailure(RpcCode.POOL_FULL, "later").retry_after_ms == 0
