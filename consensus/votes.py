"""Votes of one kind for one sequence: who voted for what, and who voted twice.

Rules of this file: per sender at most two votes are kept, the one of the present view and the one
of the highest other view, so memory is bounded whatever is sent. The first vote in a view stays
counted; a second one for another digest changes nothing and is told to the caller.

Source: consensus.md section 9.
"""

import enum

from consensus.ids import Digest, ReplicaId, View
from consensus.messages import Certificate, Commit, Prepare


class VoteOutcome(enum.Enum):
    """What became of a vote."""

    ADDED = enum.auto()
    REPEATED = enum.auto()
    CONFLICTING = enum.auto()
    OUTDATED = enum.auto()


class VoteSet:
    """The votes of one kind at one sequence."""

    def __init__(self) -> None:
        self._by_sender: dict[ReplicaId, dict[View, Prepare | Commit]] = {}
        self._by_choice: dict[tuple[View, Digest], dict[ReplicaId, Prepare | Commit]] = {}

    def add(self, vote: Prepare | Commit, present_view: View) -> VoteOutcome:
        """Count one vote, dropping the sender's least useful one where there are too many."""
        mine = self._by_sender.setdefault(vote.replica, {})
        earlier = mine.get(vote.view)
        if earlier is not None:
            if earlier.digest == vote.digest:
                return VoteOutcome.REPEATED
            return VoteOutcome.CONFLICTING
        mine[vote.view] = vote
        self._by_choice.setdefault((vote.view, vote.digest), {})[vote.replica] = vote
        if len(mine) > 1:
            others = sorted(view for view in mine if view != present_view)
            for view in others[:-1]:
                self._drop(mine.pop(view))
        assert len(mine) <= 2
        return VoteOutcome.ADDED if vote.view in mine else VoteOutcome.OUTDATED

    def _drop(self, vote: Prepare | Commit) -> None:
        choice = (vote.view, vote.digest)
        voters = self._by_choice[choice]
        del voters[vote.replica]
        if not voters:
            del self._by_choice[choice]

    def of(self, replica: ReplicaId, view: View) -> Prepare | Commit | None:
        """Return the first vote of this replica in this view, if it is still kept."""
        return self._by_sender.get(replica, {}).get(view)

    def count(self, view: View, digest: Digest) -> int:
        """Return how many different replicas voted for this digest in this view."""
        return len(self._by_choice.get((view, digest), ()))

    def vote_count(self) -> int:
        """Return how many votes are held, for the checker of bounds."""
        return sum(len(votes) for votes in self._by_sender.values())

    def certificate(self, view: View, digest: Digest) -> Certificate:
        """Bind the votes for this digest in this view; the caller knows that they are enough."""
        votes = self._by_choice[view, digest]
        first = next(iter(votes.values()))
        signatures = tuple((replica, votes[replica].signature) for replica in sorted(votes))
        return Certificate(first.kind, first.epoch, view, first.sequence, digest, signatures)
