"""When the office anchors the audit log."""

from ledgerd.ledger import care_objects
from ledgerd.ledger.days import DAY_MS
from ledgerd.ledger.queries import VALUE_BYTES_MAX
from ledgerd.ledger.state_keys import ANCHOR_PREFIX
from ledgerd.offices.anchoring import LINES_MAX
from ledgerd.primitives.canonical import decode
from ledgerd.storage.kv import prefix_span
from tests.unit.ledgerd.offices.town import Town


def anchored(town: Town) -> list[int]:
    rows = town.ledger.scan_state(prefix_span(ANCHOR_PREFIX), 100)
    found = (decode(v, care_objects.AuditAnchor, bytes_max=VALUE_BYTES_MAX) for _, v in rows)
    return sorted(anchor.line_count for anchor in found)


async def test_a_log_is_anchored_at_once_after_many_lines_and_after_a_day(town: Town) -> None:
    home = town.insurer
    anchors, audit = home.floor.anchors, home.audit
    assert not await anchors.look()
    audit.record_opening("reader", "bill", "test")
    assert await anchors.look()
    audit.record_opening("reader", "bill", "test")
    assert not await anchors.look()
    town.later(DAY_MS)
    assert await anchors.look()
    town.later(DAY_MS)
    assert not await anchors.look()
    for _ in range(LINES_MAX):
        audit.record_opening("reader", "bill", "test")
    assert await anchors.look()

    assert anchored(town) == [1, 2, LINES_MAX + 2]
