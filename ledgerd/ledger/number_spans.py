"""Spans of numbers that came back below a counter and can be handed on again.

Rules: pure. Spans are ascending, do not touch each other nor the counter: what touches it lowers
it instead. So every number below the counter is in a span or with somebody, never both.

Source: domain.md sections 3 and 4.
"""

from dataclasses import dataclass

from ledgerd.ledger.acting import require
from ledgerd.ledger.number_objects import SPANS_MAX, NumberSpan, NumberSpans
from ledgerd.ledger.reject_codes import RejectCode as Code


@dataclass(frozen=True, slots=True)
class FreeNumbers:
    """What can be handed on: the spans, and everything from ``next_number`` to the end."""

    spans: NumberSpans
    next_number: int

    def taking(self, first: int, last: int) -> "FreeNumbers":
        """Hand numbers on.

        Raises:
            TransactionRejected: some are handed on already; or too many spans would be left.
        """
        if first >= self.next_number:
            # What is skipped is left out for ever: a range's gaps are its holder's affair.
            return FreeNumbers(self.spans, last + 1)
        holds = [span for span in self.spans if span.first <= first and last <= span.last]
        require(len(holds) == 1, Code.RANGE_OVERLAPS)
        rest = [NumberSpan(first=holds[0].first, last=first - 1)] if holds[0].first < first else []
        if last < holds[0].last:
            rest.append(NumberSpan(first=last + 1, last=holds[0].last))
        kept = [span for span in self.spans if span != holds[0]]
        return FreeNumbers(_checked([*kept, *rest]), self.next_number)

    def giving_back(self, first: int, last: int) -> "FreeNumbers":
        """Take numbers back that were handed on.

        Raises:
            TransactionRejected: too many spans wait already.
        """
        joined: list[NumberSpan] = []
        for span in sorted((*self.spans, NumberSpan(first=first, last=last)), key=_first):
            if joined and joined[-1].last + 1 == span.first:
                joined[-1] = NumberSpan(first=joined[-1].first, last=span.last)
            else:
                joined.append(span)
        if joined[-1].last + 1 == self.next_number:
            return FreeNumbers(_checked(joined[:-1]), joined[-1].first)
        return FreeNumbers(_checked(joined), self.next_number)


def _first(span: NumberSpan) -> int:
    return span.first


def _checked(spans: list[NumberSpan]) -> NumberSpans:
    require(len(spans) <= SPANS_MAX, Code.TOO_MANY)
    return tuple(sorted(spans, key=_first))
