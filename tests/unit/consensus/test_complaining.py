"""Has the primary of the present view to go?"""

from consensus import Complaint
from consensus.complaining import complaint_of, patience_ms
from consensus.protocols import Protocols, build_protocols
from consensus.state import State
from consensus.timers import Now
from tests.unit.consensus.builders import (
    TIMEOUT_MS,
    WALL_MS,
    KeyedHash,
    digest_of,
    state_of,
    status,
    view_change,
)

LATER = Now(11_000, WALL_MS)


def waiting() -> tuple[State, Protocols]:
    """Return a replica that is owed a bundle, has heard all others, and has no link to 2."""
    state = state_of()
    protocols = build_protocols(state, KeyedHash())
    protocols.obligations.owe((digest_of("Z"),))
    for replica in (0, 2, 3):
        protocols.hearing.on_status(replica, LATER.monotonic_ms)
    protocols.links.changed(frozenset({2}), 10_000)
    protocols.links.on_status(status(0, links_down=(2,)))
    return state, protocols


def test_a_primary_without_links_has_to_go() -> None:
    assert complaint_of(*waiting(), LATER) is Complaint.DISCONNECTED


def test_nobody_complains_while_nothing_is_owed() -> None:
    state, protocols = waiting()
    protocols.obligations.forgive((digest_of("Z"),))
    assert complaint_of(state, protocols, LATER) is None


def test_nobody_complains_of_a_view_that_is_not_open() -> None:
    state, protocols = waiting()
    state.reign.leave(view_change(1, 2), 0)
    assert complaint_of(state, protocols, LATER) is None


def test_a_primary_that_brought_nothing_for_its_time_has_to_go() -> None:
    state, protocols = waiting()
    protocols.links.changed(frozenset(), 10_000)
    assert complaint_of(state, protocols, LATER) is None
    assert patience_ms(state, protocols) == TIMEOUT_MS
    protocols.obligations.run(LATER.monotonic_ms, TIMEOUT_MS, TIMEOUT_MS, protocols.hearing)
    assert complaint_of(state, protocols, LATER) is Complaint.OVERDUE
