"""What an act for another asks for, and how it is ended when its account disowns it.

Rules: what cannot be ended any more (a paid claim) stays, and the event of the revocation tells
whoever holds it. An act that opened nothing of its own (documents, a withdrawal) has no end.

Source: domain.md section 4.
"""

from typing import Final

from msgspec.structs import replace

from ledgerd.ledger import axis_events, events, state_keys
from ledgerd.ledger.acting import Act
from ledgerd.ledger.assistance_operations import ApplyAssistance
from ledgerd.ledger.claim_operations import FileClaim, GrantAccess
from ledgerd.ledger.claim_steps import fallback_of, release
from ledgerd.ledger.fields import BillRef
from ledgerd.ledger.guards import checked_sum
from ledgerd.ledger.objects import ClaimState, Grant, PayerState
from ledgerd.ledger.operations import Operation
from ledgerd.ledger.queries import claim_of, read_object
from ledgerd.ledger.redress_operations import Appeal
from ledgerd.ledger.rights import tag_of

_OPENS_CLAIM: Final = frozenset((tag_of(FileClaim), tag_of(Appeal), tag_of(ApplyAssistance)))
_GRANTS: Final = tag_of(GrantAccess)


def asked_fen(operation: Operation) -> int:
    """Say for how much money an operation of a patient asks; 0 for those that ask for none."""
    match operation:
        case FileClaim() | ApplyAssistance():
            return checked_sum(item.amount_fen for item in operation.items)
        case Appeal():
            return checked_sum(operation.amounts)
        case _:
            return 0


def take_back(act: Act, operation: int, object_key: bytes) -> tuple[events.Event, ...]:
    """End what an act (by the tag of its operation) opened; no events when it cannot be ended."""
    if operation in _OPENS_CLAIM:
        return _take_back_claim(act, object_key)
    return _take_back_grant(act, object_key) if operation == _GRANTS else ()


def _take_back_grant(act: Act, key: bytes) -> tuple[events.Event, ...]:
    """End a grant: no further delivery."""
    grant = act.need(read_object(act.state, key, Grant))
    if grant.revoked is not None:
        return ()
    act.state.put(key, replace(grant, revoked=act.origin))
    bill = BillRef(code=key[1:9].decode("ascii"), number=key[9:19].decode("ascii"))
    return (
        axis_events.AccessRevoked(
            bill=bill, grant=key[-state_keys.REF_BYTES :], reader=grant.reader
        ),
    )


def _take_back_claim(act: Act, key: bytes) -> tuple[events.Event, ...]:
    """End an open claim, also a decided one: nothing was paid on it yet."""
    claim = act.need(claim_of(act.state, key))
    if claim.state not in (ClaimState.FILED, ClaimState.DECIDED):
        return ()
    state = fallback_of(claim, PayerState.WITHDRAWN)
    release(act, claim, state)
    ended = replace(claim, state=ClaimState(state).value, ended=act.origin)
    act.state.put(key, ended)
    return (events.ClaimWithdrawn(claim=key, payer=claim.payer),)
