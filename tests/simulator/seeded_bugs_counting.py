"""Seeded bugs of counting: quorums, votes, certificates, seals.

Thought of from the protocol alone: a quorum is taken for 2f (a textbook counts 2f prepares beside
the pre-prepare); the weak quorum for f; a quorum for n - f - 1; a voter who repeats itself counts
again; votes for different digests, or of different views, add up; a certificate counts signatures
instead of voters; nobody looks at the signatures inside a certificate or a seal; a certificate of
prepares passes for one of commits; one kind of vote can be shown as another; a seal is bound from
a weak quorum, or from checkpoints of different headers; the last committer is left out; the
primary's own prepare is not counted.
"""

import consensus.certificates
import consensus.guard
import consensus.signing
from consensus.certificates import CertificateBook, verify_certificate
from consensus.checkpointing import Checkpointing
from consensus.errors import InvalidCertificate
from consensus.messages import VoteKind
from consensus.ordering import Ordering
from consensus.step import EMPTY
from consensus.votes import VoteOutcome, VoteSet
from tests.simulator import checkers
from tests.simulator.seeded_bugs_hunt import Bug, among
from tests.simulator.wrong import count_otherwise, swap


def quorum_of_two_f() -> None:
    count_otherwise("quorum", lambda members: 2 * members.fault_max)


def quorum_of_a_majority() -> None:
    """More than half: enough against crashes, not against lies."""
    count_otherwise("quorum", lambda members: members.replica_count // 2 + 1)


def quorum_of_all() -> None:
    count_otherwise("quorum", lambda members: members.replica_count)


def weak_quorum_of_f() -> None:
    count_otherwise("weak_quorum", lambda members: members.fault_max)


def repeated_votes_counted() -> None:
    """The same vote, come twice, is two votes."""

    def add(self, vote, present_view):
        outcome = right_add(self, vote, present_view)
        if outcome is VoteOutcome.REPEATED:
            key = (vote.view, vote.digest)
            again = self.__dict__.setdefault("again", {})
            again[key] = again.get(key, 0) + 1
            return VoteOutcome.ADDED
        return outcome

    def count(self, view, digest):
        return right_count(self, view, digest) + self.__dict__.get("again", {}).get(
            (view, digest), 0
        )

    right_add = swap(VoteSet, "add", add)
    right_count = swap(VoteSet, "count", count)


def digests_add_up() -> None:
    """Whoever votes in this view at this sequence is counted, whatever for."""

    def count(self, view, _digest):
        return sum(view in mine for mine in self._by_sender.values())

    def certificate(self, view, digest):
        for mine in self._by_sender.values():
            if view in mine:
                self._by_choice.setdefault((view, digest), {})[mine[view].replica] = mine[view]
        return right(self, view, digest)

    swap(VoteSet, "count", count)
    right = swap(VoteSet, "certificate", certificate)


def views_add_up() -> None:
    """Votes for the digest are counted, in whatever view."""

    def of_any_view(self, digest):
        votes = [vote for mine in self._by_sender.values() for vote in mine.values()]
        return {vote.replica: vote for vote in votes if vote.digest == digest}

    def count(self, _view, digest):
        return len(of_any_view(self, digest))

    def certificate(self, view, digest):
        self._by_choice[view, digest] = of_any_view(self, digest)
        return right(self, view, digest)

    swap(VoteSet, "count", count)
    right = swap(VoteSet, "certificate", certificate)


def signatures_counted_not_voters() -> None:
    """Enough signatures that hold; nobody looks whose they are."""

    def verify(payload, signatures, membership, verifier):
        if len(signatures) < membership.quorum:
            raise InvalidCertificate("too few")
        for replica, signature in signatures:
            if not membership.has(replica):
                raise InvalidCertificate("nobody")
            if not verifier.verify(membership.public_keys[replica], payload, signature):
                raise InvalidCertificate("false")

    swap(consensus.certificates, "_verify_quorum", verify)


def signatures_in_proofs_unchecked() -> None:
    def verify(_payload, signatures, membership, _verifier):
        if len({replica for replica, _ in signatures}) < membership.quorum:
            raise InvalidCertificate("too few")

    swap(consensus.certificates, "_verify_quorum", verify)


def proofs_believed() -> None:
    """Whoever shows a certificate or a seal is believed."""
    swap(CertificateBook, "verify", lambda _self, _proof: None)


def prepares_pass_for_commits() -> None:
    """Which kind of votes it binds is not signed, so either kind bears out either certificate."""

    def verify(certificate, membership, verifier):
        if certificate.kind is not VoteKind.COMMIT:
            return verify_certificate(certificate, membership, verifier)
        payload = consensus.signing.vote_payload(
            membership, VoteKind.PREPARE, certificate.view, certificate.ref
        )
        return consensus.certificates._verify_quorum(
            payload, certificate.signatures, membership, verifier
        )

    swap(consensus.certificates, "verify_certificate", verify)


def kind_not_signed() -> None:
    """The byte that tells kinds apart is left out of what is signed."""

    def payload(membership, _kind, view, ref):
        return right(membership, VoteKind.PREPARE, view, ref)

    right = swap(consensus.signing, "vote_payload", payload)
    for module in (consensus.guard, consensus.certificates, checkers):
        swap(module, "vote_payload", payload)


def view_not_signed() -> None:
    """A vote of one view is as good in another."""

    def payload(membership, kind, view, ref):
        is_vote = kind in {VoteKind.PREPARE, VoteKind.COMMIT}
        return right(membership, kind, 1 if is_vote else view, ref)

    right = swap(consensus.signing, "vote_payload", payload)
    for module in (consensus.guard, consensus.certificates, checkers):
        swap(module, "vote_payload", payload)


def sealed_by_a_weak_quorum() -> None:
    def seal_if_complete(self, vote):
        membership = self._state.membership
        quorum = membership.quorum
        object.__setattr__(membership, "quorum", membership.weak_quorum)
        try:
            return right(self, vote)
        finally:
            object.__setattr__(membership, "quorum", quorum)

    right = swap(Checkpointing, "_seal_if_complete", seal_if_complete)


def headers_add_up() -> None:
    """Every checkpoint of a height counts for the own header."""

    def supporters(self, sequence, _header_hash):
        votes = self._votes.get(sequence, {})
        return [votes[replica] for replica in sorted(votes)]

    swap(Checkpointing, "_supporters", supporters)


def primary_s_prepare_not_counted() -> None:
    """The pre-prepare is a proposal and nothing else."""

    def count(self, vote):
        primary = self._state.membership.primary_of(vote.view)
        is_its_own = vote.kind is VoteKind.PREPARE and vote.replica == primary
        return EMPTY if is_its_own else right(self, vote)

    right = swap(Ordering, "_count", count)


COUNTING = (
    Bug("quorum of 2f", quorum_of_two_f),
    Bug("quorum of a majority", quorum_of_a_majority),
    Bug("quorum of all", quorum_of_all),
    Bug("weak quorum of f", weak_quorum_of_f, change=among("huge view")),
    Bug("repeated votes counted again", repeated_votes_counted),
    Bug("votes for different digests add up", digests_add_up, change=among("equivocating voter")),
    Bug("votes of different views add up", views_add_up, "turmoil"),
    Bug(
        "signatures in proofs unchecked",
        signatures_in_proofs_unchecked,
        change=among("false proofs"),
    ),
    Bug("proofs believed", proofs_believed, change=among("false proofs")),
    Bug(
        "duplicate voters counted in a certificate",
        signatures_counted_not_voters,
        change=among("false proofs"),
    ),
    Bug(
        "certificate of prepares passes for one of commits",
        prepares_pass_for_commits,
        change=among("false proofs"),
    ),
    Bug("kind of a vote not signed", kind_not_signed, "turmoil"),
    Bug("view of a vote not signed", view_not_signed, "turmoil"),
    Bug("sealed by a weak quorum", sealed_by_a_weak_quorum),
    Bug(
        "checkpoints of different headers add up",
        headers_add_up,
        change=among("equivocating voter"),
    ),
    Bug("primary's prepare not counted", primary_s_prepare_not_counted),
)
