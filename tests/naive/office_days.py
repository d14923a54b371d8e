"""What an office key may do on one day, as domain.md section 4 says: so often, and so much."""

from dataclasses import dataclass, field
from typing import Any

from ledgerd.chain.params import Params
from tests.naive import days

OfficeDays = dict[Any, "OfficeDay"]


@dataclass
class OfficeDay:
    """The last day of one key: how often each operation, and how many fen together."""

    day: int
    counts: dict[str, int] = field(default_factory=dict)
    fen: int = 0


def amount_of(operation: Any) -> int:
    """Give the fen that an operation moves."""
    match type(operation).__name__:
        case "IssueBill" | "Settle":
            return int(operation.total_fen)
        case "RecordPayment" | "PayClaim":
            return int(operation.amount_fen)
        case "DecideClaim":
            return sum(operation.amounts)
    return 0


def grown(known: OfficeDay | None, operation: Any, now_ms: int) -> OfficeDay:
    """Give a key's day with one operation more."""
    today, name = days.day_of(now_ms), type(operation).__name__
    if known is None or known.day != today:
        known = OfficeDay(today)
    counts = {**known.counts, name: known.counts.get(name, 0) + 1}
    return OfficeDay(today, counts, known.fen + amount_of(operation))


def is_over(day: OfficeDay, operation: Any, params: Params) -> bool:
    """Say whether a day holds more than a key may do."""
    count = day.counts[type(operation).__name__]
    return count > params.office_day_count_max or day.fen > params.office_day_fen_max
