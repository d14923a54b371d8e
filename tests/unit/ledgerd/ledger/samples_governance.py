"""One well-formed operation of governance and of the books each."""

from ledgerd.ledger.book_operations import (
    ApproveWriteOff,
    AttestClearing,
    AttestTotals,
    BookOperation,
    ReportTotals,
    RequestWriteOff,
    ReturnNumbers,
    Sum,
    WriteOffStep,
)
from ledgerd.ledger.governance_operations import AnnounceAddress
from ledgerd.ledger.state_keys import write_off_key
from tests.unit.ledgerd.ledger.world import CODE, FINANCE, HOSPITAL, bill_ref
from tests.unit.ledgerd.ledger.world_books import registration, rotation

DAY = 2026_09_21
NOTHING = Sum()
WRITE_OFF = write_off_key(HOSPITAL, DAY, bytes(16))

OWN_AFFAIRS = (
    rotation(FINANCE, "clerk", "sample"),
    registration(FINANCE),
    AnnounceAddress(client_ref="address", addresses=("ledger.invalid:7000",)),
)
BOOKS: tuple[BookOperation, ...] = (
    ReturnNumbers(client_ref="return", code=CODE, range_id=bytes(16), first=5),
    ReportTotals(client_ref="report", date=DAY, issued=NOTHING, voided=NOTHING, reversed=NOTHING),
    AttestTotals(client_ref="attest", issuer=HOSPITAL, date=DAY),
    AttestClearing(
        client_ref="clear", hospital=HOSPITAL, month=2026_08, settled=NOTHING, reversed=NOTHING
    ),
    RequestWriteOff(client_ref="ask", date=DAY, bills=(bill_ref(1),)),
    ApproveWriteOff(client_ref="approve", write_off=WRITE_OFF, step=WriteOffStep.APPROVE),
)
