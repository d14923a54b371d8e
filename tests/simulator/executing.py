"""What a simulated host does with decided batches and sealed blocks: executes, writes, serves them.

One order for both ways: strictly by height, each once; what comes again is answered from the store.
Rules of this file:

* A block is executed when all its bundles are here, or comes sealed from a peer; it is one synced
  write, and only after that anything is said about it.
* A range of blocks counts when its seal does, and the own execution comes to the same header.

Source: consensus.md section 8; architecture.md section 4.
"""

import hashlib
from typing import TYPE_CHECKING

from consensus import Batch, Digest, InvalidCertificate
from consensus.certificates import verify_seal
from tests.simulator.bills import Executed, Layered, execute
from tests.simulator.disk import Block, Bundle
from tests.simulator.letters import Blocks, FetchBlocks, SealedRun

if TYPE_CHECKING:
    from tests.simulator.host import Host

BLOCKS_PER_REPLY_MAX = 32  # a range of blocks; more is asked for again
SEAL_SYNC_MS = 1_000  # a seal is durable with the next block, or that much later: as in a node
GENESIS_HEADER = Digest(hashlib.sha256(b"genesis header").digest())
NOTHING = Executed({}, b"", ())


class Executing:
    """The part of a host that holds the chain."""

    def header_hash_of(self: "Host", batch: Batch, below: Digest) -> Digest:
        return Digest(hashlib.sha256(below + batch.digest + self.header_salt).digest())

    def _execute_on(
        self: "Host", batch: Batch, below: Digest, state: Layered
    ) -> tuple[Executed, Digest]:
        """Execute one batch whose bundles are here; return what came out and its header."""
        executed = NOTHING
        header_hash = self.header_hash_of(batch, below)
        if self.world.plan.bills:
            bundles = [self.disk.bundles[digest] for digest in batch.bundle_digests]
            executed = execute(batch, bundles, state)
            header_hash = Digest(hashlib.sha256(header_hash + executed.outcome).digest())
        return executed, header_hash

    @property
    def _tip_header(self: "Host") -> Digest:
        return self.disk.blocks[-1].header_hash if self.disk.blocks else GENESIS_HEADER

    # --- what consensus decided ---------------------------------------------------------------

    def _take_decided(self: "Host", batch: Batch) -> None:
        memory = self.memory
        for digest in batch.bundle_digests:
            memory.pool.pop(digest, None)
            memory.decided.add(digest)
        memory.to_execute.append(batch)
        self._schedule_execution()

    def _schedule_execution(self: "Host") -> None:
        if self.memory.to_execute and not self.memory.is_executing:
            self.memory.is_executing = True
            execute_ms = self.world.plan.machine.execute_ms
            self.world.heap.after(execute_ms, self._execute_next, self.boot_count)

    def _execute_next(self: "Host", boot_count: int) -> None:
        if boot_count == self.boot_count and self.replica is not None:
            self.memory.is_executing = False
            self.guarded(self._execute)

    def _execute(self: "Host") -> None:
        memory, blocks = self.memory, self.disk.blocks
        if not memory.to_execute:
            return
        batch = memory.to_execute[0]
        if batch.sequence > len(blocks) + 1:
            self._ask_blocks(batch.sequence - 1, None)  # the blocks below were lost: they come anew
            return
        if batch.sequence == len(blocks) + 1:
            if any(digest not in self.disk.bundles for digest in batch.bundle_digests):
                self.world.sometimes["decided block waited for its contents"] += 1
                self._fetch_for(batch, 0, self.boot_count)
                return
            self._write_block(batch)
        memory.to_execute.popleft()
        if batch.sequence > memory.reported:  # else catching up was faster
            memory.reported = batch.sequence
            self.feed("executed", batch.sequence, blocks[batch.sequence - 1].header_hash)
        self._schedule_execution()

    def _write_block(self: "Host", batch: Batch) -> None:
        assert batch.sequence == len(self.disk.blocks) + 1, "blocks are written without gaps"
        self._effect("block")
        state = Layered(self.disk.state)
        executed, header_hash = self._execute_on(batch, self._tip_header, state)
        state.put(executed.changes)
        block = Block(batch, header_hash)
        self.disk.put_block(block, executed.changes)
        memory = self.memory
        for digest in batch.bundle_digests:
            memory.pool.pop(digest, None)
            memory.decided.add(digest)
            memory.heights.setdefault(digest, batch.sequence)
        self.world.watch.on_block(self, block)
        if self.world.plan.bills and self.is_correct:
            self.world.clients.book.on_block(batch.sequence, executed, state)
        self._effect("written")
        for digest in batch.bundle_digests:
            if digest in memory.asked:
                self._reply(digest)

    def _sync_seals(self: "Host", boot_count: int) -> None:
        if boot_count == self.boot_count:
            self.disk.sync_seals()

    def _restore_state(self: "Host") -> None:
        """Make the state of the ledger again, after the block store went back in time."""
        if not self.world.plan.bills or self.disk.state:
            return
        for block in self.disk.blocks:
            below = self.disk.blocks[block.batch.sequence - 2].header_hash
            state = Layered(self.disk.state)
            executed, header_hash = self._execute_on(
                block.batch, below if block.batch.sequence > 1 else GENESIS_HEADER, state
            )
            assert header_hash == block.header_hash, "replay gives the same headers"
            self.disk.state.update(executed.changes)

    # --- catching up --------------------------------------------------------------------------

    def _look_behind(self: "Host", boot_count: int) -> None:
        """Fetch the blocks again that the vote log knows of and the disk has lost."""
        if boot_count != self.boot_count or self.replica is None:
            return
        if len(self.disk.blocks) < self.replica.report().executed:
            self._ask_blocks(self.replica.report().executed, None)
            self.world.heap.after(self.world.plan.timing.status_ms, self._look_behind, boot_count)

    def _ask_blocks(self: "Host", sequence: int, replica: int | None) -> None:
        """Ask one peer for sealed blocks; at most one question is open for a status period."""
        memory, now_ms = self.memory, self.world.heap.now_ms
        if now_ms - memory.asked_blocks_ms < self.world.plan.timing.status_ms // 2:
            return
        memory.asked_blocks_ms = now_ms
        sealed = max(self.disk.seals, default=0)
        first = min(len(self.disk.blocks), sealed, memory.reported) + 1
        peers = self.world.peers_of(self)
        named = [peer for peer in peers if self.world.replica_of(peer) == replica]
        # Another peer now and then: the one that is named may be lying.
        target = (
            named[0]
            if named and self.world.streams.load.random() < 0.7
            else peers[self.world.streams.load.randrange(len(peers))]
        )
        self.post(target, FetchBlocks(first))

    def on_fetch_blocks(self: "Host", source: int, letter: FetchBlocks) -> None:
        runs: list[SealedRun] = []
        blocks: list[Block] = []
        last = letter.first - 1 + BLOCKS_PER_REPLY_MAX
        if self.disk.rotten is not None and letter.first <= self.disk.rotten <= last:
            self.stop_for_damage()
            return
        for block in self.disk.blocks[letter.first - 1 : last]:
            blocks.append(block)
            seal = self.disk.seals.get(block.batch.sequence)
            if seal is not None:
                batches = tuple(block.batch for block in blocks)
                runs.append(SealedRun(batches, seal, self._bundles_of(batches)))
                blocks.clear()
        if runs:
            self.post(source, Blocks(tuple(runs)))

    def stop_for_damage(self: "Host") -> None:
        """End the process rather than serve what cannot be read; the start fetches it anew."""
        self.world.sometimes["damaged block found when it was wanted"] += 1
        self.crash()
        self.world.after_failure(self)

    def _bundles_of(self: "Host", batches: tuple[Batch, ...]) -> tuple[Bundle, ...]:
        found = [self.disk.bundles.get(d) for batch in batches for d in batch.bundle_digests]
        return tuple(bundle for bundle in found if bundle is not None)

    def on_blocks(self: "Host", _source: int, letter: Blocks) -> None:
        """Apply sealed blocks in order; the first wrong run ends the reply."""
        self.memory.asked_blocks_ms = -1_000_000
        for run in letter.runs:
            if self.replica is None or not self._apply_run(run):
                break
        self._schedule_execution()

    def _apply_run(self: "Host", run: SealedRun) -> bool:
        first = run.batches[0].sequence
        if not 1 <= first <= len(self.disk.blocks) + 1:
            return False
        bundles = {bundle.digest: bundle for bundle in run.bundles}
        for digest in (d for batch in run.batches for d in batch.bundle_digests):
            if digest not in self.disk.bundles:
                if digest not in bundles:
                    return False
                self.disk.bundles[digest] = bundles[digest]  # durable with its block
        if not self._is_proven(run):
            self.world.counts["false blocks refused"] += 1
            return False
        self.disk.put_seal(run.seal)
        for batch in run.batches:
            if batch.sequence == len(self.disk.blocks) + 1:
                self._write_block(batch)
                self.world.counts["blocks caught up"] += 1
                if not self.replica.report().active:
                    self.world.sometimes["caught up while waiting for a view"] += 1
            self.memory.reported = max(self.memory.reported, batch.sequence)
            self.feed("adopt", batch, run.seal)
            if self.replica is None:
                return False
        return True

    def _is_proven(self: "Host", run: SealedRun) -> bool:
        """Follow the parents to the seal, executing on the way as a real node does."""
        first = run.batches[0].sequence
        header_hash = self.disk.blocks[first - 2].header_hash if first > 1 else GENESIS_HEADER
        state = Layered(self.disk.state)
        for sequence, batch in enumerate(run.batches, first):
            if batch.sequence != sequence:
                return False
            if sequence <= len(self.disk.blocks):
                block = self.disk.blocks[sequence - 1]
                if block.batch.digest != batch.digest:
                    return False
                header_hash = block.header_hash
                continue
            executed, header_hash = self._execute_on(batch, header_hash, state)
            state.put(executed.changes)
        try:
            verify_seal(run.seal, self.world.membership, self.world.keys.verifier)
        except InvalidCertificate:
            return False
        return (run.seal.sequence, run.seal.header_hash) == (sequence, header_hash)
