"""The result of handing in many transactions at once.

Rules: one answer for each, in the order given; each is what `tx_submit` would have answered, its
error included, so that a caller treats both alike.
"""

from ledgerd.rpc.answers import Outcome
from ledgerd.rpc.codes import RpcFailure
from ledgerd.rpc.fields import Answer


class Refusal(Answer, frozen=True, kw_only=True):
    """Why one of many was refused, or that its outcome is not known: an error of `tx_submit`."""

    code: int
    name: str
    message: str
    retryable: bool
    reason: str = ""
    field: str = ""
    tx_id: str = ""
    retry_after_ms: int = 0


class Submitted(Answer, frozen=True, kw_only=True):
    """What became of one: exactly one of both is set."""

    outcome: Outcome | None = None
    refusal: Refusal | None = None


class SubmittedMany(Answer, frozen=True, kw_only=True):
    """What became of each, in the order in which they were handed in."""

    answers: tuple[Submitted, ...]


def submitted(found: Outcome | RpcFailure) -> Submitted:
    """Put one answer into the list."""
    if isinstance(found, Outcome):
        return Submitted(outcome=found)
    return Submitted(refusal=refusal_of(found))


def refusal_of(failure: RpcFailure) -> Refusal:
    """Show why one of many was refused."""
    return Refusal(
        code=int(failure.rpc_code),
        name=failure.rpc_code.label,
        message=failure.text,
        retryable=failure.rpc_code.is_retryable,
        reason=failure.reason,
        field=failure.field,
        tx_id=failure.tx_id,
        retry_after_ms=failure.retry_after_ms,
    )
