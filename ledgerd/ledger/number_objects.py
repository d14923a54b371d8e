"""The objects of bill numbers: what of a code is allotted, and to whom.

Rules: as in ``objects``. What came back is kept as spans, ascending, that never touch.

Source: domain.md sections 3 and 4; ``number_spans`` takes from them and gives back.
"""

from typing import Annotated, Final

from msgspec import Meta

from ledgerd.ledger.fields import NumberValue, RangeId
from ledgerd.ledger.objects import Origin
from ledgerd.primitives.canonical import U63, Canonical, InstitutionId, Record

SPANS_MAX: Final = 64  # tails that came back and wait; more are refused until some are used
LEVELS_MAX: Final = 3  # province, city, hospital


class NumberSpan(Canonical, frozen=True, kw_only=True):
    """Numbers from ``first`` to ``last``, both included."""

    first: NumberValue
    last: NumberValue


NumberSpans = Annotated[tuple[NumberSpan, ...], Meta(max_length=SPANS_MAX)]


class CodeCounter(Record, tag=80, frozen=True, kw_only=True):
    """Numbers of one bill code: everything below ``next_number`` is allotted or left out for ever.

    Attributes:
        authority: the finance institution that allots this code.
        returned: spans below ``next_number`` that came back and can be allotted again.
    """

    authority: InstitutionId
    next_number: U63
    returned: NumberSpans = ()


class NumberRange(Record, tag=81, frozen=True, kw_only=True):
    """An allotted range.

    Attributes:
        first: first number; ``last`` the last one, inclusive.
        next_number: next number that can be handed on; equal to ``first`` while nothing was.
        parent: the range that it was cut from; None when it was cut from the code.
        level: 1 when cut from the code, one more than its parent otherwise.
        returned: spans below ``next_number`` that came back and can be handed on again.
    """

    holder: InstitutionId
    first: NumberValue
    last: Annotated[int, Meta(ge=-1, le=9_999_999_999)]
    next_number: U63
    origin: Origin
    parent: RangeId | None = None
    level: Annotated[int, Meta(ge=1, le=LEVELS_MAX)] = 1
    returned: NumberSpans = ()
