"""The present view: whether it is active, what it builds on, how far this replica voted in it.

Rules of this file: the view only rises. ``view_change.py`` leaves and enters, ``ordering.py``
moves the tip, everybody reads.

Source: consensus.md section 1 (anchor, tip, entry proof) and section 4 (terms).
"""

from consensus.ids import FIRST_VIEW, BatchRef, View
from consensus.messages import Certificate, NewView, ViewChange
from consensus.quorum import Membership

EntryProof = NewView | Certificate
"""What opened a view: its NewView, or the commit certificate of the batch that ended a term."""


def view_opened_by(entry: EntryProof) -> View:
    """Return the view that a proof opens; a certificate opens the one after its own."""
    return entry.view if isinstance(entry, NewView) else View(entry.view + 1)


class Reign:
    """The present view.

    Attributes:
        view: rises only.
        active: a proof (or the root) opened it; else this replica waits for one.
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
        self.entry: EntryProof | None = None
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

    def can_enter(self, view: View) -> bool:
        """Say whether a proof that opens this view would be news."""
        return view > self.view or (view == self.view and not self.active)

    def enter(self, entry: EntryProof, anchor: BatchRef, since_ms: int) -> None:
        """Become active in the view that is awaited, or in a higher one, on its anchor."""
        view = view_opened_by(entry)
        assert self.can_enter(view)
        if view > self.view:
            self.view_change = None
        self.view = view
        self.active = True
        self.anchor = anchor
        self.tip = None
        self.entry = entry
        self.since_ms = since_ms

    def extend(self, tip: BatchRef) -> None:
        """Note that this replica prepared the next batch of the view."""
        assert self.active
        assert self.tip is None or tip.sequence > self.tip.sequence
        self.tip = tip
