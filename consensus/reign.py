"""The present view: whether it is active, what it builds on, how far this replica voted in it.

Rules of this file: the view only rises. ``view_change.py`` leaves and enters, ``ordering.py``
moves the tip, everybody reads.

Source: consensus.md section 1 (anchor, tip, entry proof).
"""

from consensus.ids import FIRST_VIEW, BatchRef, View
from consensus.messages import NewView, ViewChange
from consensus.quorum import Membership


class Reign:
    """The present view.

    Attributes:
        view: rises only.
        active: a new view (or the root) opened it; else this replica waits for one.
        anchor: the batch on which the view builds; meaningless while not active.
        tip: the last batch that this replica prepared in it.
        entry: the proof that opened it; None in the first view and while not active.
        view_change: what this replica said when it went here; None where it was led here.
        since_ms: when it was left for or entered, monotonic; 0 after a restart.
    """

    def __init__(self, membership: Membership) -> None:
        self.view: View = FIRST_VIEW
        self.active = True
        self.anchor: BatchRef = membership.root
        self.tip: BatchRef | None = None
        self.entry: NewView | None = None
        self.view_change: ViewChange | None = None
        self.since_ms = 0

    def leave(self, view_change: ViewChange, since_ms: int) -> None:
        """Go to a higher view and wait there."""
        assert view_change.claim.new_view > self.view
        self.view = view_change.claim.new_view
        self.active = False
        self.tip = None
        self.entry = None
        self.view_change = view_change
        self.since_ms = since_ms

    def enter(self, new_view: NewView, anchor: BatchRef, since_ms: int) -> None:
        """Become active in this view, or in a higher one, on its anchor."""
        assert new_view.view > self.view or (new_view.view == self.view and not self.active)
        if new_view.view > self.view:
            self.view_change = None
        self.view = new_view.view
        self.active = True
        self.anchor = anchor
        self.tip = None
        self.entry = new_view
        self.since_ms = since_ms

    def extend(self, tip: BatchRef) -> None:
        """Note that this replica prepared the next batch of the view."""
        assert self.active
        assert self.tip is None or tip.sequence > self.tip.sequence
        self.tip = tip
