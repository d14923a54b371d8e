"""May this be looked at, and may this proposal be voted for? Pure questions about one message.

Rules of this file: nothing is changed here. A misdeed that the signer must answer for is told
apart from what is only early, late or not for us.

Source: consensus.md section 3, the numbered conditions of a backup.
"""

import enum

from consensus.ids import BatchRef, SequenceNumber
from consensus.messages import Batch, PrePrepare
from consensus.quorum import Limits
from consensus.state import State


class Place(enum.Enum):
    """Where a sequence lies, seen from here."""

    PAST = enum.auto()  # decided, or nothing is kept of it
    OPEN = enum.auto()
    LATER = enum.auto()  # above the window; kept
    BEYOND = enum.auto()  # above all that is kept: a hint to catch up


def place_of(sequence: SequenceNumber, state: State) -> Place:
    """Tell whether a proposal for this sequence can be voted for now."""
    if sequence <= state.chain.decided.sequence:
        return Place.PAST
    if sequence <= state.marks.high:
        return Place.OPEN
    if sequence <= state.marks.horizon:
        return Place.LATER
    return Place.BEYOND


def repeats_anchor(batch: Batch, state: State) -> bool:
    """Say whether this is the anchor, voted for once more at the start of a view.

    Allowed without a tip and with nothing decided above it, nor another batch in its place; never
    for the root.
    """
    reign = state.reign
    decided = state.chain.decided
    return (
        batch.ref == reign.anchor
        and reign.anchor != state.membership.root
        and reign.tip is None
        and (decided.sequence < reign.anchor.sequence or decided == reign.anchor)
    )


def base_of(state: State) -> BatchRef:
    """Return the batch that the next one must name as its parent.

    A replica that caught up inside a view goes on from what was decided; else from its tip, else
    from the anchor. What was decided counts more than another batch of the same height.
    """
    reign = state.reign
    top = reign.anchor if reign.tip is None else reign.tip
    decided = state.chain.decided
    return decided if decided.sequence >= top.sequence else top


def is_term_over(base: BatchRef, state: State) -> bool:
    """Say whether nothing may follow this batch in the present view: a term ends with it.

    Only an anchor that this replica has not voted for again is followed here. So a replica
    prepares either the anchor or its child in one view, and a certificate that ends the term in a
    view proves that nothing above it can be certified there.
    """
    is_anchor = state.reign.tip is None and base == state.reign.anchor
    return state.membership.is_term_final(base.sequence) and not is_anchor


def is_well_formed(pre_prepare: PrePrepare, state: State) -> bool:
    """Say whether a proposal of the present active view is one that a correct primary can make.

    Only the anchor may come from an earlier view: nothing else is asked of it. Every other batch
    bears the label of the view and its primary, and holds bundles, each once.
    """
    batch = pre_prepare.batch
    if batch.ref == state.reign.anchor:
        return True
    membership = state.membership
    return (
        batch.epoch == membership.epoch
        and batch.proposed_in_view == pre_prepare.view
        and batch.proposer == membership.primary_of(pre_prepare.view)
        and are_orderable(batch.bundle_digests, membership.limits)
    )


def are_orderable(bundle_digests: tuple[bytes, ...], limits: Limits) -> bool:
    """Say whether a batch may hold these: some, not too many, each once."""
    count = len(bundle_digests)
    return 0 < count <= limits.bundle_count_max and len(set(bundle_digests)) == count
