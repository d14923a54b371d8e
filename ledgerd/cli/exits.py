"""Exit codes, and which error becomes which.

Rules: the codes are published (0 to 9, 78, 130) and never change; the text on stderr is one
sentence, with the stable reason of the ledger or the node in it; no traceback for what a user or
the world did wrong.
"""

from enum import IntEnum
from typing import Final

import click

from ledgerd.cli.synthea.rows import DataSetError
from ledgerd.errors import (
    ConfigError,
    DecodeError,
    LedgerdError,
    ProofStale,
    StorageError,
    VerificationFailed,
)
from ledgerd.rpc.client import AnswerLost, NodeUnreachable
from ledgerd.rpc.codes import RpcCode, RpcFailure
from ledgerd.storage.kv import StoreLocked


class ExitCode(IntEnum):
    """What ``ledgerctl`` tells the shell."""

    OK = 0
    UNEXPECTED = 1
    USAGE = 2
    NOT_FOUND = 3
    NOT_AUTHORISED = 4
    REFUSED = 5
    UNREACHABLE = 6
    OUTCOME_UNKNOWN = 7
    VERIFICATION_FAILED = 8
    UNHEALTHY = 9
    BAD_CONFIGURATION = 78
    INTERRUPTED = 130


class CommandFailed(click.ClickException):
    """A command ends with this code and one sentence."""

    def __init__(self, exit_code: ExitCode, text: str) -> None:
        super().__init__(text)
        self.code = exit_code


OF_RPC: Final = {
    RpcCode.NOT_FOUND: ExitCode.NOT_FOUND,
    RpcCode.PRUNED: ExitCode.NOT_FOUND,
    RpcCode.CURSOR_EXPIRED: ExitCode.NOT_FOUND,
    RpcCode.PROOF_UNAVAILABLE: ExitCode.NOT_FOUND,
    RpcCode.UNAUTHORISED: ExitCode.NOT_AUTHORISED,
    RpcCode.REJECTED: ExitCode.REFUSED,
    RpcCode.CONFLICTING_CLIENT_REF: ExitCode.REFUSED,
    RpcCode.OUTCOME_UNKNOWN: ExitCode.OUTCOME_UNKNOWN,
    RpcCode.NO_QUORUM: ExitCode.UNHEALTHY,
    RpcCode.NOT_SYNCED: ExitCode.UNHEALTHY,
    RpcCode.POOL_FULL: ExitCode.UNHEALTHY,
    RpcCode.RATE_LIMITED: ExitCode.UNHEALTHY,
    RpcCode.INVALID_PARAMS: ExitCode.USAGE,
    RpcCode.INVALID_REQUEST: ExitCode.USAGE,
    RpcCode.METHOD_NOT_FOUND: ExitCode.USAGE,
    RpcCode.TOO_LARGE: ExitCode.USAGE,
}
OF_ERROR: Final[tuple[tuple[type[LedgerdError], ExitCode], ...]] = (
    (NodeUnreachable, ExitCode.UNREACHABLE),
    (AnswerLost, ExitCode.OUTCOME_UNKNOWN),
    (VerificationFailed, ExitCode.VERIFICATION_FAILED),
    (ProofStale, ExitCode.VERIFICATION_FAILED),
    (DecodeError, ExitCode.VERIFICATION_FAILED),
    (ConfigError, ExitCode.BAD_CONFIGURATION),
    (DataSetError, ExitCode.USAGE),
    (StorageError, ExitCode.UNHEALTHY),
    (StoreLocked, ExitCode.UNHEALTHY),
)


def failure_of(error: LedgerdError) -> CommandFailed:
    """Give the exit code and the sentence for an error."""
    if isinstance(error, RpcFailure):
        return CommandFailed(OF_RPC.get(error.rpc_code, ExitCode.UNEXPECTED), _rpc_text(error))
    for kind, code in OF_ERROR:
        if isinstance(error, kind):
            prefix = "STALE: " if isinstance(error, ProofStale) else ""
            return CommandFailed(code, prefix + str(error))
    return CommandFailed(ExitCode.UNEXPECTED, str(error))


def _rpc_text(error: RpcFailure) -> str:
    parts = [error.rpc_code.label]
    parts += [f"{error.reason}:"] if error.reason else []
    parts.append(error.text)
    parts += [f"(parameter {error.field})"] if error.field else []
    parts += [f"(transaction {error.tx_id})"] if error.tx_id else []
    return " ".join(parts)
