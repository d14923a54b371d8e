"""Has the primary of the present view to go, and how long does it get?

Rules of this file: it only asks. Nobody complains of a view that is not open, nor while nothing is
owed; one reason is enough.

Source: consensus.md section 4, *Leave view v when*.
"""

from consensus.admission import base_of
from consensus.ids import SequenceNumber
from consensus.protocols import Protocols
from consensus.state import State
from consensus.step import Complaint
from consensus.timers import Now


def patience_ms(state: State, protocols: Protocols) -> int:
    """Return the time that the primary of the present view gets.

    One that has proposed is not probed any more: how long a look at its batch takes here says
    nothing about it.
    """
    views = protocols.views
    time_ms = state.turns.time_for(state.reign.view, views.failed_views, views.timeout_ms)
    return views.timeout_ms if time_ms < views.timeout_ms and _has_proposed(state) else time_ms


def _has_proposed(state: State) -> bool:
    """Say whether a proposal came that may follow here, or be the anchor once more."""
    view = state.reign.view
    places = (state.reign.anchor.sequence, SequenceNumber(base_of(state).sequence + 1))
    slots = (state.log.find(place) for place in places)
    return any(slot is not None and slot.proposal(view) is not None for slot in slots)


def complaint_of(state: State, protocols: Protocols, now: Now) -> Complaint | None:
    """Return why the primary of the present view has to go, if it has to."""
    if not state.reign.active or not protocols.obligations.is_owed():
        return None
    primary = state.membership.primary_of(state.reign.view)
    if protocols.links.have_lost(primary, protocols.hearing, now.monotonic_ms):
        return Complaint.DISCONNECTED
    return protocols.obligations.complaint(patience_ms(state, protocols))
