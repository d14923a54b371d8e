"""Anchoring the audit log of this node on chain.

Rules: at so many new lines, or after a day with new lines, the office fixes how the log reads.
The head covers all lines before it; what they say stays on this node. The ref is made of the head,
so the same head is anchored once.

Source: domain.md section 8.
"""

from typing import Final

import structlog
import trio

from ledgerd.ledger.days import DAY_MS, day_of
from ledgerd.ledger.keeping_operations import AnchorAudit
from ledgerd.offices.acting import Desk
from ledgerd.offices.drafts import Draft
from ledgerd.rpc.codes import RpcFailure
from ledgerd.rpc.requests_care import AuditAnchorMake

LOOK_S: Final = 60.0
LINES_MAX: Final = 1_000  # new lines after which an anchor does not wait for the day's end
REF_CHARACTERS: Final = 32

log = structlog.get_logger()


class AuditAnchors:
    """Anchors from time to time; one task."""

    def __init__(self, desk: Desk) -> None:
        self._desk = desk
        self._anchored_count = 0
        self._anchored_ms: int | None = None

    async def run(self) -> None:
        """Look for ever."""
        while True:
            await self.look()
            await trio.sleep(LOOK_S)

    async def look(self) -> bool:
        """Anchor if it is time; say whether it was."""
        audit = self._desk.house.audit
        now_ms = self._desk.house.clock.monotonic_ms()
        count, head = audit.line_count, audit.head
        is_day_over = self._anchored_ms is None or now_ms - self._anchored_ms >= DAY_MS
        is_due = is_day_over or count - self._anchored_count >= LINES_MAX
        if not is_due or count <= self._anchored_count:
            return False
        try:
            await self.anchor(count, head)
        except RpcFailure as failure:
            log.info("audit log is not anchored yet", reason=failure.reason or str(failure))
            return False
        self._anchored_count, self._anchored_ms = count, now_ms
        return True

    async def anchor(self, line_count: int, head: bytes) -> None:
        """Hand the anchor in; it does not wait for its block."""
        request = AuditAnchorMake(
            client_ref=f"auto/audit/{head.hex()[:REF_CHARACTERS]}",
            wait="none",
            line_count=line_count,
            head=head.hex(),
        )
        operation = AnchorAudit(
            client_ref=request.client_ref,
            date=day_of(self._desk.house.clock.wall_ms()),
            line_count=line_count,
            head=head,
        )

        async def compose(_: bytes) -> Draft:
            return Draft((operation,))

        await self._desk.act(request, compose)
