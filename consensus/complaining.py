"""Has the primary of the present view to go, and how long does it get?

Rules of this file: it only asks. Nobody complains of a view that is not open, nor while nothing is
owed; one reason is enough.

Source: consensus.md section 4, *Leave view v when*.
"""

from consensus.protocols import Protocols
from consensus.state import State
from consensus.step import Complaint
from consensus.timers import Now


def patience_ms(state: State, protocols: Protocols) -> int:
    """Return the time that the primary of the present view gets."""
    views = protocols.views
    return state.turns.time_for(state.reign.view, views.failed_views, views.timeout_ms)


def complaint_of(state: State, protocols: Protocols, now: Now) -> Complaint | None:
    """Return why the primary of the present view has to go, if it has to."""
    if not state.reign.active or not protocols.obligations.is_owed():
        return None
    primary = state.membership.primary_of(state.reign.view)
    if protocols.links.have_lost(primary, protocols.hearing, now.monotonic_ms):
        return Complaint.DISCONNECTED
    return protocols.obligations.complaint(patience_ms(state, protocols))
