"""What an act for another asks for, and how it is ended when its account disowns it.

Rules: what cannot be ended any more (a paid claim) stays, and the event of the revocation tells
whoever holds it. An act that opened nothing of its own (documents, a withdrawal) has no end.

Source: domain.md section 4.
"""

from typing import Final

from msgspec.structs import replace

from ledgerd.ledger import events
from ledgerd.ledger.acting import Act
from ledgerd.ledger.claim_operations import FileClaim
from ledgerd.ledger.claim_steps import fallback_of, release
from ledgerd.ledger.guards import checked_sum
from ledgerd.ledger.objects import ClaimState, PayerState
from ledgerd.ledger.operations import Operation
from ledgerd.ledger.queries import claim_of
from ledgerd.ledger.rights import tag_of
from ledgerd.primitives.canonical import encode

_OPENS_CLAIM: Final = frozenset((tag_of(FileClaim),))


def asked_fen(operation: Operation) -> int:
    """Say for how much money an operation asks; 0 for those that ask for none."""
    if isinstance(operation, FileClaim):
        return checked_sum(item.amount_fen for item in operation.items)
    amount_fen = getattr(operation, "amount_fen", 0)
    assert isinstance(amount_fen, int)
    return amount_fen


def take_back(act: Act, operation: int, object_key: bytes) -> tuple[events.Event, ...]:
    """End what an act (by the tag of its operation) opened; no events when it cannot be ended."""
    if operation in _OPENS_CLAIM:
        return _take_back_claim(act, object_key)
    return ()


def _take_back_claim(act: Act, key: bytes) -> tuple[events.Event, ...]:
    """End an open claim, also a decided one: nothing was paid on it yet."""
    claim = act.need(claim_of(act.state, key))
    if claim.state not in (ClaimState.FILED, ClaimState.DECIDED):
        return ()
    state = fallback_of(claim, PayerState.WITHDRAWN)
    release(act, claim, state)
    ended = replace(claim, state=ClaimState(state).value, ended=act.origin)
    act.state.put(key, encode(ended))
    return (events.ClaimWithdrawn(claim=key, payer=claim.payer),)
