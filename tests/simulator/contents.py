"""What a simulated host does with bundles: takes, passes on, fetches, checks, proposes them.

Rules of this file: no vote without contents (``batch_checked`` waits until all of them are here);
a bundle that stands in a decided batch is fetched until it is here, since its block needs it.
"""

from typing import TYPE_CHECKING

from consensus import Batch, BatchVerdict, BundleHint, Digest, Proposal, Step
from tests.simulator.disk import Bundle
from tests.simulator.letters import FetchBundle

if TYPE_CHECKING:
    from tests.simulator.host import Host

CHECK_TRIES_MAX = 100  # then nobody has the contents and the proposal can wait for a view change


class Contents:
    """The part of a host that holds bundles."""

    def on_bundle(self: "Host", source: int, bundle: Bundle) -> None:
        """Take a bundle from a client (source -1) or a peer; relay what came from a client."""
        memory = self.memory
        if bundle.digest not in self.disk.bundles:
            self.disk.put_bundle(bundle)
            if bundle.valid and bundle.digest not in memory.decided:
                memory.pool[bundle.digest] = None
                self.feed("owe", (bundle.digest,))
                if self.memory is not memory:
                    return  # it went down over that
        if source < 0:
            memory.asked[bundle.digest] = None
            if self.world.plan.relays:
                self.world.post_to_all(self, bundle)
            if bundle.digest in memory.heights:
                self._reply(bundle.digest)
        for batch in list(memory.checking.values()):
            self._answer_check(batch)
        if memory.to_execute:
            self._schedule_execution()

    def _reply(self: "Host", digest: Digest) -> None:
        """Tell the client, who asked this machine since it started, where its bundle stands."""
        del self.memory.asked[digest]
        height = self.memory.heights[digest]
        self.world.clients.on_reply(self, digest, height, self.disk.blocks[height - 1].header_hash)

    def _fetch_wanted(self: "Host", want: BundleHint) -> None:
        if want.digest not in self.disk.bundles and want.digest not in self.memory.decided:
            for target in self.world.addresses_of(self, want.replica):
                self.post(target, FetchBundle(want.digest))

    def on_fetch_bundle(self: "Host", source: int, letter: FetchBundle) -> None:
        bundle = self.disk.bundles.get(letter.digest)
        if bundle is not None:
            self.post(source, bundle)

    def expire(self: "Host") -> None:
        """Let every undecided bundle run out, as ``valid_until`` does."""
        expired = tuple(self.memory.pool)
        self.memory.pool.clear()
        self.feed("forgive", expired)

    # --- checking -----------------------------------------------------------------------------

    def _check(self: "Host", batch: Batch) -> None:
        self.memory.checking[batch.digest] = batch
        if not self._answer_check(batch):
            self._fetch_for(batch, 0, self.boot_count)

    def _answer_check(self: "Host", batch: Batch) -> bool:
        bundles = [self.disk.bundles.get(digest) for digest in batch.bundle_digests]
        if any(bundle is None for bundle in bundles):
            return False
        self.memory.checking.pop(batch.digest, None)
        is_valid = all(bundle is not None and bundle.valid for bundle in bundles)
        verdict = BatchVerdict.VALID if is_valid else BatchVerdict.INVALID
        self.feed("batch_checked", batch.digest, verdict)
        return True

    def _fetch_for(self: "Host", batch: Batch, tries: int, boot_count: int) -> None:
        """Ask the proposer first, then anyone, until the contents are here."""
        if boot_count != self.boot_count or self.replica is None:
            return
        next_decided = self.memory.to_execute
        is_decided = bool(next_decided) and next_decided[0].digest == batch.digest
        is_waiting = batch.digest in self.memory.checking and tries <= CHECK_TRIES_MAX
        if not is_waiting and not is_decided:
            return
        peers = self.world.peers_of(self)
        target = peers[(batch.proposer + tries) % len(peers)]
        for digest in batch.bundle_digests:
            if digest not in self.disk.bundles:
                self.post(target, FetchBundle(digest))
        retry_ms = self.world.plan.timing.status_ms
        self.world.heap.after(retry_ms, self._fetch_for, batch, tries + 1, boot_count)

    # --- proposing ----------------------------------------------------------------------------

    def _consider_proposing(self: "Host") -> None:
        memory = self.memory
        assert self.replica is not None
        if memory.is_proposing or not memory.pool or not self.replica.can_propose():
            return
        if not self._candidates():
            return
        memory.is_proposing = True
        delay_ms = self.world.plan.machine.propose_ms
        self.world.heap.after(delay_ms, self._close_batch, self.boot_count)

    def _close_batch(self: "Host", boot_count: int) -> None:
        if boot_count == self.boot_count and self.replica is not None:
            self.memory.is_proposing = False
            self.feed("propose")

    def _candidates(self: "Host") -> tuple[Digest, ...]:
        assert self.replica is not None
        view, memory = self.replica.report().view, self.memory
        waiting = [d for d in memory.pool if memory.proposed_in.get(d) != view]
        return tuple(waiting[: self.world.plan.machine.bundles_per_batch])

    def _propose(self: "Host", wall_ms: int) -> Step:
        assert self.replica is not None
        candidates = self._candidates() if self.replica.can_propose() else ()
        if not candidates:
            return Step()
        view = self.replica.report().view
        self.memory.proposed_in.update((digest, view) for digest in candidates)
        now = self.clock.read(self.world.heap.now_ms)
        return self.replica.propose(Proposal(candidates, wall_ms), now)
