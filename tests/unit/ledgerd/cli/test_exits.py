"""Exit codes: published, and every error has one."""

import pytest

from ledgerd.cli.exits import OF_RPC, ExitCode, failure_of
from ledgerd.cli.synthea.rows import DataSetError
from ledgerd.errors import (
    ConfigError,
    DecodeError,
    LedgerdError,
    ProofStale,
    StorageCorrupted,
    VerificationFailed,
)
from ledgerd.rpc.client import AnswerLost, NodeUnreachable
from ledgerd.rpc.codes import RpcCode, RpcFailure


def test_the_codes_are_the_published_ones() -> None:
    assert [int(code) for code in ExitCode] == [0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 78, 130]


@pytest.mark.parametrize(
    ("error", "code"),
    [
        (NodeUnreachable("x"), 6),
        (AnswerLost("x"), 7),
        (VerificationFailed("x"), 8),
        (DecodeError("x"), 8),
        (ProofStale("x"), 8),
        (ConfigError("x"), 78),
        (StorageCorrupted("x"), 9),
        (DataSetError("x"), 2),
        (LedgerdError("x"), 1),
        (RpcFailure(RpcCode.REJECTED, "x", reason="CLAIM_OPEN"), 5),
        (RpcFailure(RpcCode.CONFLICTING_CLIENT_REF, "x"), 5),
        (RpcFailure(RpcCode.NOT_FOUND, "x"), 3),
        (RpcFailure(RpcCode.UNAUTHORISED, "x"), 4),
        (RpcFailure(RpcCode.OUTCOME_UNKNOWN, "x"), 7),
        (RpcFailure(RpcCode.NO_QUORUM, "x"), 9),
        (RpcFailure(RpcCode.INVALID_PARAMS, "x"), 2),
        (RpcFailure(RpcCode.INTERNAL_ERROR, "x"), 1),
    ],
)
def test_each_error_has_its_code(error: LedgerdError, code: int) -> None:
    assert int(failure_of(error).code) == code


def test_a_stale_proof_says_so() -> None:
    assert failure_of(ProofStale("too old")).message == "STALE: too old"


def test_a_refusal_says_reason_parameter_and_transaction() -> None:
    failure = RpcFailure(RpcCode.REJECTED, "No.", reason="CLAIM_OPEN", tx_id="ab", field="bill")

    message = failure_of(failure).message

    assert message == "rejected CLAIM_OPEN: No. (parameter bill) (transaction ab)"


def test_no_published_code_of_the_node_is_forgotten() -> None:
    unexpected = set(RpcCode) - set(OF_RPC)

    assert unexpected == {RpcCode.PARSE_ERROR, RpcCode.INTERNAL_ERROR, RpcCode.SERVER}
