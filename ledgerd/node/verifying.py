"""Signatures of many messages or transactions, checked in slices of the event loop.

Rules: never in a thread. The interpreter is released for each signature and has to be won back
after it, from a loop that is busy: two threads beside one verified a thousand signatures a second
where the loop itself does twenty thousand. Between two slices everybody else has a turn.

Source: ADR 0191.
"""

from collections.abc import Awaitable, Callable, Sequence
from typing import Final, TypeAlias

import trio

from ledgerd.chain.transaction import are_valid_authorisations

SLICE_COUNT: Final = 16  # checked in one go: less than a millisecond of the loop


Part: TypeAlias = tuple[bytes, bytes, bytes]
"""Public key, payload, signature or authorisation."""

Rest: TypeAlias = Callable[[], Awaitable[object]]
"""Lets others have a turn, each time or when its time is used up."""


async def judge_in_slices(
    parts: Sequence[Part],
    judge: Callable[[Sequence[Part]], Sequence[bool]],
    rest: Rest = trio.lowlevel.checkpoint,
) -> list[bool]:
    """Judge many, in order; up to a slice of them without a ``rest``."""
    verdicts: list[bool] = []
    for first in range(0, len(parts), SLICE_COUNT):
        if first:
            await rest()
        verdicts += judge(parts[first : first + SLICE_COUNT])
    return verdicts


async def judge_authorisations(
    parts: Sequence[Part], rest: Rest = trio.lowlevel.checkpoint
) -> list[bool]:
    """Judge the authorisations of many transactions, in order."""
    return await judge_in_slices(parts, are_valid_authorisations, rest)
