"""The error codes of the RPC face: published, stable, never reused.

Each has a name that clients match on and says whether the same request may succeed later.
"""

from enum import IntEnum
from typing import Final

from ledgerd.errors import RpcError


class RpcCode(IntEnum):
    """JSON-RPC error codes: the standard five, then ours."""

    PARSE_ERROR = -32700
    INVALID_REQUEST = -32600
    METHOD_NOT_FOUND = -32601
    INVALID_PARAMS = -32602
    INTERNAL_ERROR = -32603
    SERVER = -32000
    NOT_FOUND = -32001
    UNAUTHORISED = -32002
    RATE_LIMITED = -32003
    POOL_FULL = -32004
    NOT_SYNCED = -32005
    NO_QUORUM = -32006
    CONFLICTING_CLIENT_REF = -32007
    REJECTED = -32008
    PRUNED = -32009
    CURSOR_EXPIRED = -32010
    TOO_LARGE = -32011
    OUTCOME_UNKNOWN = -32012
    PROOF_UNAVAILABLE = -32013

    @property
    def label(self) -> str:
        """The stable name in ``data.name``."""
        return self.name.lower()

    @property
    def is_retryable(self) -> bool:
        """Whether the same request may succeed later without a change."""
        return self in _RETRYABLE


_RETRYABLE: Final = frozenset(
    {
        RpcCode.SERVER,
        RpcCode.RATE_LIMITED,
        RpcCode.POOL_FULL,
        RpcCode.NOT_SYNCED,
        RpcCode.NO_QUORUM,
        RpcCode.OUTCOME_UNKNOWN,
        RpcCode.PROOF_UNAVAILABLE,
    }
)


class RpcFailure(RpcError):  # noqa: N818
    """A request that is refused, or whose outcome is not known.

    Attributes:
        text: one sentence for people; never an echo of the request.
        reason: the ledger's reject code by name, with ``REJECTED``.
        tx_id: the transaction (hex) whose outcome can be asked for.
        field: the parameter or member that is wrong, by its path.
        retry_after_ms: when to come again at the earliest; 0 where nothing is said.
    """

    retry_after_ms = 0

    def __init__(
        self, code: RpcCode, text: str, *, reason: str = "", tx_id: str = "", field: str = ""
    ) -> None:
        super().__init__(int(code), text)
        self.rpc_code = code
        self.text = text
        self.reason = reason
        self.tx_id = tx_id
        self.field = field

    def after(self, retry_after_ms: int) -> "RpcFailure":
        """Say when to come again."""
        self.retry_after_ms = retry_after_ms
        return self
