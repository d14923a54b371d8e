"""Why the node does not take a transaction: coded, stable, for the edge to translate.

Rules: raised before anything was sent or stored, so a refusal is always certain. The text holds
sizes, limits and names of fields, never contents.
"""

import enum

from ledgerd.errors import LedgerdError
from ledgerd.ledger.receipts import Receipt


class RefusalCode(enum.Enum):
    """The reasons; values are the names that JSON-RPC publishes."""

    POOL_FULL = "pool_full"  # later
    NO_QUORUM = "no_quorum"  # too few validators are reachable to commit anything
    NOT_SYNCED = "not_synced"  # this node is behind the chain
    TOO_LARGE = "too_large"
    MALFORMED = "malformed"
    REJECTED = "rejected"  # the rules would refuse it now
    STOPPING = "stopping"
    DISK_LOW = "disk_low"
    NOT_A_VALIDATOR = "not_a_validator"

    @property
    def is_retryable(self) -> bool:
        return self not in FINAL_CODES


FINAL_CODES = frozenset(
    {
        RefusalCode.TOO_LARGE,
        RefusalCode.MALFORMED,
        RefusalCode.REJECTED,
        RefusalCode.NOT_A_VALIDATOR,
    }
)


class SubmitRefused(LedgerdError):  # noqa: N818  named as TransactionRejected is
    """The transaction was not taken.

    Attributes:
        receipts: what the dry run gave, with ``REJECTED`` only.
        retry_after_ms: when there may be room again, with ``POOL_FULL`` only.
    """

    def __init__(
        self,
        code: RefusalCode,
        text: str,
        receipts: tuple[Receipt, ...] = (),
        *,
        retry_after_ms: int = 0,
    ) -> None:
        super().__init__(text)
        self.code = code
        self.receipts = receipts
        self.retry_after_ms = retry_after_ms
