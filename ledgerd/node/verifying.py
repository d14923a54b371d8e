"""Authorisations of many transactions, checked in slices of the event loop.

Rules: never in a thread. The interpreter is released for each signature and has to be won back
after it, from a loop that is busy: two threads beside one verified a thousand signatures a second
where the loop itself does twenty thousand. Between two slices everybody else has a turn.

Source: ADR 0191.
"""

from collections.abc import Sequence
from typing import Final

import trio

from ledgerd.chain.transaction import are_valid_authorisations

SLICE_COUNT: Final = 16  # checked in one go: less than a millisecond of the loop


async def judge_authorisations(parts: Sequence[tuple[bytes, bytes, bytes]]) -> list[bool]:
    """Judge many (public key, payload, authorisation), in order."""
    verdicts: list[bool] = []
    for first in range(0, len(parts), SLICE_COUNT):
        if first:
            await trio.lowlevel.checkpoint()
        verdicts += are_valid_authorisations(parts[first : first + SLICE_COUNT])
    return verdicts
