"""What a correct replica may vote for, and enter: looked at when it is said or written.

A wrong vote of one replica harms nobody, so nothing else would notice it: the run has to be looked
at before enough of them are wrong in the same way. Rules of this file: it computes for itself, from
the messages that were seen; it asks nothing of the code that it checks.

Source: consensus.md section 3, the numbered conditions of a backup; section 4, *Accept a NewView*.
"""

from typing import TYPE_CHECKING, Any

from consensus.messages import Batch, Claim, NewView, VoteKind
from consensus.signing import claim_payload
from tests.simulator.clock import WALL_ORIGIN_MS

if TYPE_CHECKING:
    from tests.simulator.cluster import Cluster
    from tests.simulator.host import Host


def complaint_about_vote(world: "Cluster", host: "Host", view: int, batch: Batch) -> str | None:
    """Say what is wrong with this correct host's Prepare, if anything."""
    if any(digest not in host.disk.bundles for digest in batch.bundle_digests):
        return f"3.6: replica {host.replica_id} voted for contents that it does not have"
    if batch.proposed_in_view != view:
        return _about_old(world, view, batch)
    if batch.proposer != world.membership.primary_of(batch.proposed_in_view):
        return f"3.5: a vote for a batch of {batch.proposer}, who is not the primary of {view}"
    digests = batch.bundle_digests
    if not digests or len(set(digests)) != len(digests):
        return "3.5: a vote for an empty batch, or one with a bundle twice"
    if not all(host.disk.bundles[digest].valid for digest in digests):
        return "3.6: a vote for contents with a false signature"
    return _about_place(world, host, batch)


def _about_old(world: "Cluster", view: int, batch: Batch) -> str | None:
    """Only an anchor comes from an earlier view: a batch that was prepared in one."""
    if any(place[2] == batch.digest and place[0] < view for place in world.watch.prepared):
        return None
    return f"3.5: a vote in view {view} for a batch of view {batch.proposed_in_view}: no anchor"


def _about_place(world: "Cluster", host: "Host", batch: Batch) -> str | None:
    membership = world.membership
    drift_ms = membership.limits.clock_drift_ms + host.clock.ahead_ms_max
    if batch.timestamp_ms > WALL_ORIGIN_MS + world.heap.now_ms + drift_ms:
        return "3.5: a vote for a batch from the future"
    if batch.parent_digest == membership.root_digest:
        return None if batch.sequence == membership.first_sequence else "3.4: a vote above a gap"
    parent = world.watch.batches.get(batch.parent_digest)
    if parent is None or parent.sequence != batch.sequence - 1:
        return "3.4: a vote for the child of nothing"
    if parent.timestamp_ms >= batch.timestamp_ms:
        return "3.5: a vote for a batch that is not later than its parent"
    return None


def complaint_about_contents(world: "Cluster", batch: Batch) -> str | None:
    """Say what is wrong with a decided batch: nobody correct has what is in it."""
    for digest in batch.bundle_digests:
        held = [host.disk.bundles.get(digest) for host in world.correct_hosts]
        if not any(bundle is not None and bundle.valid for bundle in held):
            return f"3.6: decided at {batch.sequence} are contents that no correct replica has"
    return None


def complaint_about_new_view(world: "Cluster", new_view: NewView) -> str | None:
    """Say what is wrong with a new view that a correct host enters."""
    membership, verify = world.membership, world.keys.verifier.verify
    claimants = [claim.replica for claim in new_view.claims]
    n = membership.replica_count
    quorum = (n + (n - 1) // 3) // 2 + 1
    if len(set(claimants)) != len(claimants) or len(claimants) < quorum:
        return f"5: view {new_view.view} was entered on claims of {claimants}"
    for claim in new_view.claims:
        key = membership.public_keys[claim.replica]
        is_sound = verify(key, claim_payload(membership, claim), claim.signature)
        if claim.new_view != new_view.view or not is_sound:
            return f"5: view {new_view.view} was entered on a claim that is none"
    return _about_anchor(membership, new_view)


def _about_anchor(membership: Any, new_view: NewView) -> str | None:
    def rank(claim: Claim) -> tuple[int, int]:
        return (claim.rank[0], claim.rank[1])

    highest = max(rank(claim) for claim in new_view.claims)
    certificate = new_view.certificate
    anchor = (0, membership.root_sequence)
    if certificate is not None and certificate.kind is VoteKind.PREPARE:
        anchor = (certificate.view, certificate.sequence)
    if anchor != highest:
        return f"5: view {new_view.view} builds on {anchor}, but {highest} was claimed"
    return None
