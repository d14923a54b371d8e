"""What must hold, always: the checkers of the protocol, looking on from outside.

The watch sees every message when it is sent, every decision, block, seal and fault of correct
hosts. Rules of this file:

* It computes for itself (quorums, certificates, chains); it does not ask the code that it checks.
* The first broken promise raises ``Violation`` and ends the run.
* Rare states that a run reached are counted: a generator that never gets there proves nothing.

Source: consensus.md section 10; the numbers in the messages are its numbers.
"""

import gc
from collections import deque
from typing import TYPE_CHECKING, Any

from consensus import (
    Batch,
    Certificate,
    Decided,
    Digest,
    Fault,
    InvalidCertificate,
    Membership,
    Record,
    StableCertificate,
)
from consensus.evidence import Evidence, verify_evidence
from consensus.messages import (
    Claim,
    Commit,
    NewView,
    Prepare,
    PrePrepare,
    ViewChange,
    VoteKind,
)
from consensus.records import EnterRecord, LeaveRecord, TurnRecord
from consensus.repeating import STEPS_MAX
from consensus.signing import checkpoint_payload, vote_payload
from tests.simulator.ballots import (
    complaint_about_contents,
    complaint_about_new_view,
    complaint_about_vote,
)
from tests.simulator.disk import Block

if TYPE_CHECKING:
    from tests.simulator.cluster import Cluster
    from tests.simulator.host import Host

DIGEST_BYTES = 32
# Objects and entries of tables. A run holds some hundred, a flood of 10 000 different messages up
# to half of the bound; 256 remembered certificates of up to n signatures are the largest part.
MEMORY_BASE = 800
MEMORY_OF_CLIMBS = 3 * STEPS_MAX * 6  # three places that rise, each step two pairs in a queue
CERTIFICATES_KEPT = 256
MEMORY_PER_VOTE = 30  # for each replica and sequence of twice the window
KEPT_BASE = 100
KEPT_PER_VOTE = 8  # votes of two views and of two kinds, proposals, checkpoints, batches
CONTAINERS = (dict, list, set, tuple, deque)
Place = tuple[int, int, Digest]  # view, sequence, digest


class Violation(AssertionError):  # noqa: N818  it is a finding, not an error
    """A promise of the protocol was broken."""


def footprint(root: object) -> int:
    """Count what belongs to a replica: values of its package, containers and their entries."""
    seen = {id(root)}
    waiting = [root]
    entry_count = 0
    while waiting:
        for child in gc.get_referents(waiting.pop()):
            is_container = isinstance(child, CONTAINERS)
            is_ours = type(child).__module__.startswith("consensus")
            if id(child) in seen or isinstance(child, Membership) or not (is_ours or is_container):
                continue
            seen.add(id(child))
            waiting.append(child)
            entry_count += len(child) if is_container else 0
    return len(seen) + entry_count


def _raise_if(complaint: str | None) -> None:
    if complaint is not None:
        raise Violation(complaint)


class Watch:
    """All checkers of one run."""

    def __init__(self, world: "Cluster") -> None:
        self._world = world
        n = world.plan.replica_count
        self._quorum = (n + (n - 1) // 3) // 2 + 1
        self.decided: dict[int, Batch] = {}
        self.headers: dict[int, Digest] = {}
        self.signed: dict[tuple[int, bytes], bytes] = {}
        self.batches: dict[Digest, Batch] = {}
        self.votes: dict[tuple[bool, Place], set[int]] = {}
        self.prepared: list[Place] = []
        self.committed: list[Place] = []
        self.last_decided: dict[tuple[int, int], int] = {}
        self.examined: dict[int, Any] = {}
        self.judged: set[tuple[int, int, Digest]] = set()  # membership only
        self.left_at: dict[int, int] = {}
        self.block_count = 0

    # --- messages -----------------------------------------------------------------------------

    def on_sent(self, host: "Host", message: Any, parts: tuple[Any, ...]) -> None:
        """Look at a message with sound signatures, from anybody, at the moment it is sent."""
        if isinstance(message, PrePrepare):
            self.batches.setdefault(message.batch.digest, message.batch)
            batch = message.batch
            self._on_vote(host, False, (message.view, batch.sequence, batch.digest), parts)
        elif isinstance(message, Prepare | Commit):
            place = (message.view, message.sequence, message.digest)
            self._on_vote(host, isinstance(message, Commit), place, parts)
        if host.is_correct:
            self._check_signed_once(host, parts)
            if isinstance(message, ViewChange | NewView):
                self._check_base(message)
            elif isinstance(message, Prepare | Commit):
                self._check_window(host, message)
            is_own = (
                self._world.membership.primary_of(getattr(message, "view", 0)) == host.replica_id
            )
            if isinstance(message, Prepare) or (isinstance(message, PrePrepare) and is_own):
                self._judge(host, message.view, message.digest)

    def _judge(self, host: "Host", view: int, digest: Digest) -> None:
        """Look once at each vote for a batch: was this one to be voted for?"""
        batch = self.batches.get(digest)
        vote = (host.address, view, digest)
        if batch is None or vote in self.judged:
            return
        self.judged.add(vote)
        _raise_if(complaint_about_vote(self._world, host, view, batch))

    def _check_base(self, message: ViewChange | NewView) -> None:
        """A view builds on a certificate from before it."""
        view = message.view if isinstance(message, NewView) else message.claim.new_view
        certificate = message.certificate
        if certificate is not None and certificate.view >= view:
            raise Violation(f"5: view {view} builds on a certificate of view {certificate.view}")
        self._examine(certificate)

    def _check_window(self, host: "Host", vote: Prepare | Commit) -> None:
        """What is said now was signed at this low watermark or at a lower one."""
        assert host.replica is not None
        low = host.replica.report().low_watermark
        if vote.sequence > low + self._world.plan.window:
            raise Violation(f"9: a vote for {vote.sequence} with the low watermark at {low}")

    def _check_signed_once(self, host: "Host", parts: tuple[Any, ...]) -> None:
        own_key = self._world.membership.public_keys[host.replica_id]
        for part in parts:
            if part.public_key == own_key:
                place = (host.replica_id, part.payload[:-DIGEST_BYTES])
                digest = part.payload[-DIGEST_BYTES:]
                is_other = self.signed.setdefault(place, digest) != digest
                if is_other and not host.has_aged_log:
                    raise Violation(
                        f"4: replica {host.replica_id} signed two messages in one place"
                    )

    def _on_vote(self, host: "Host", is_commit: bool, place: Place, parts: tuple[Any, ...]) -> None:
        keys = self._world.membership.public_keys
        voters = self.votes.setdefault((is_commit, place), set())
        before = len(voters)
        voters.update(keys.index(part.public_key) for part in parts if part.public_key in keys)
        if before < self._quorum <= len(voters):
            if is_commit:
                self._on_committed(place)
            else:
                self._on_prepared(place)

    # --- certificates -------------------------------------------------------------------------

    def _examine(self, certificate: Certificate | None) -> None:
        if certificate is None or id(certificate) in self.examined:
            return
        self.examined[id(certificate)] = certificate  # keeps it alive, so the id stays its own
        self.check_certificate(certificate)

    def check_certificate(self, certificate: Certificate) -> None:
        """Check that a quorum of different members signed; then its place in the order of ranks."""
        self._check_signatures(certificate)
        if len(certificate.signatures) == self._quorum:
            self._world.sometimes["certificate of exactly a quorum"] += 1
        place = (certificate.view, certificate.sequence, certificate.digest)
        if certificate.kind is VoteKind.COMMIT:
            self._on_committed(place)
        else:
            self._on_prepared(place)

    def _check_signatures(self, certificate: Certificate) -> None:
        membership, place = self._world.membership, (certificate.sequence, certificate.digest)
        payload = vote_payload(membership, certificate.kind, certificate.view, place)
        self._check_signers(payload, certificate.signatures)

    def _check_signers(self, payload: bytes, signatures: tuple[tuple[int, bytes], ...]) -> None:
        keys, verify = self._world.membership.public_keys, self._world.keys.verifier.verify
        signers = [replica for replica, _ in signatures]
        if len(set(signers)) < self._quorum or len(set(signers)) != len(signers):
            raise Violation(f"5: a certificate with the signers {sorted(signers)}")
        if not all(verify(keys[replica], payload, signature) for replica, signature in signatures):
            raise Violation("5: a certificate with a false signature")

    def _on_prepared(self, place: Place) -> None:
        if place in self.prepared:
            return
        self.prepared.append(place)
        for commit in self.committed:
            self._check_order(commit, place)

    def _on_committed(self, place: Place) -> None:
        if place in self.committed:
            return
        self.committed.append(place)
        for prepared in self.prepared:
            self._check_order(place, prepared)

    def _check_order(self, commit: Place, later: Place) -> None:
        if later[:2] >= commit[:2] and not self._descends(later[2], commit):
            raise Violation(f"6: a certificate at {later[:2]} does not contain commit {commit[:2]}")

    def _descends(self, digest: Digest, commit: Place) -> bool:
        while digest != commit[2]:
            batch = self.batches.get(digest)
            if batch is None or batch.sequence <= commit[1]:
                return False
            digest = batch.parent_digest
        return True

    # --- hosts --------------------------------------------------------------------------------

    def on_persist(self, host: "Host", records: tuple[Record, ...]) -> None:
        """Look at the views that a correct host enters."""
        for record in records:
            if not host.is_correct:
                continue
            if isinstance(record, EnterRecord):
                self._check_base(record.new_view)
                _raise_if(complaint_about_new_view(self._world, record.new_view))
            elif isinstance(record, TurnRecord):
                self._world.sometimes["view opened by the last commit of a term"] += 1
                if host.replica is not None and not host.replica.report().voting:
                    self._world.sometimes["term ended before it votes again"] += 1
            elif isinstance(record, LeaveRecord):
                self._count_leaving(host, record.view_change.claim)

    def _count_leaving(self, host: "Host", claim: Claim) -> None:
        """Two views left at one height: the first of them brought nothing."""
        height = len(host.disk.blocks)
        assert host.replica is not None
        complaint = host.replica.report().complaint
        if complaint is not None:
            self._world.sometimes[f"view left: {complaint.value}"] += 1
        if self.left_at.get(host.address) == height:
            self._world.sometimes["two failed views in a row"] += 1
        self.left_at[host.address] = height
        if self._is_catching_up(host):
            self._world.sometimes["view change during catch-up"] += 1
        if claim.rank.sequence > height:
            self._world.sometimes["view left with something prepared and undecided"] += 1

    def on_boot(self, host: "Host") -> None:
        """Count the states in which a replica comes back."""
        assert host.replica is not None
        report = host.replica.report()
        if host.log_is_damaged or report.amnesia:
            self._world.sometimes["restart of a replica that knows of its amnesia"] += 1
        if not report.active:
            self._world.sometimes["restart while waiting for a view"] += 1
        if report.tip_sequence > report.decided:
            self._world.sometimes["restart with a vote for an undecided batch"] += 1

    def on_crash(self, host: "Host") -> None:
        """Count the states in which a replica goes down."""
        assert host.replica is not None
        report, sometimes = host.replica.report(), self._world.sometimes
        if not report.voting and not report.amnesia:
            sometimes["crash before it votes again"] += 1
        if report.decided > len(host.disk.blocks):
            sometimes["crash with decided blocks not executed"] += 1
        if self._is_catching_up(host):
            sometimes["crash during catch-up"] += 1

    def _is_catching_up(self, host: "Host") -> bool:
        since_ms = self._world.heap.now_ms - host.memory.asked_blocks_ms
        return since_ms < self._world.plan.timing.status_ms

    def on_decided(self, host: "Host", decided: Decided) -> None:
        if not host.is_correct:
            return
        batch, certificate = decided.batch, decided.certificate
        self.batches.setdefault(batch.digest, batch)
        self._check_agreed(batch)
        if not batch.bundle_digests:
            raise Violation(f"3.5: the empty batch {batch.sequence} was decided")
        incarnation = (host.address, host.boot_count)
        last = self.last_decided.get(incarnation)
        if last is not None and batch.sequence <= last:
            raise Violation(f"2: replica {host.replica_id} decided {batch.sequence} after {last}")
        self.last_decided[incarnation] = batch.sequence
        _raise_if(complaint_about_contents(self._world, batch))
        known = max(len(host.disk.blocks), host.memory.reported)
        if batch.sequence > known + len(host.memory.to_execute) + 1:
            raise Violation(f"2: replica {host.replica_id} left a gap below {batch.sequence}")
        self._examine(certificate)
        assert host.replica is not None
        if not host.replica.report().active:
            self._world.sometimes["decided while waiting for a view"] += 1
        self._count_rare(batch, certificate)

    def _check_agreed(self, batch: Batch) -> None:
        if self.decided.setdefault(batch.sequence, batch) != batch:
            raise Violation(f"1: two batches decided at {batch.sequence}")

    def _count_rare(self, batch: Batch, certificate: Certificate) -> None:
        sometimes = self._world.sometimes
        if certificate.view > 1:
            sometimes["commit after a view change"] += 1
        if batch.proposed_in_view < certificate.view:
            sometimes["commit of a batch that a view change carried"] += 1
        if certificate.sequence > batch.sequence:
            sometimes["ancestor committed by a descendant"] += 1
        if certificate.view > batch.proposed_in_view + 1:
            sometimes["batch carried over two views"] += 1

    def on_block(self, host: "Host", block: Block) -> None:
        """Check a block that was written; caught-up blocks count as decided."""
        self.block_count += 1
        if not host.is_correct:
            return
        self._check_agreed(block.batch)
        height = block.batch.sequence
        if self.headers.setdefault(height, block.header_hash) != block.header_hash:
            raise Violation(f"3: two headers at {height}")

    def on_seal(self, host: "Host", seal: StableCertificate) -> None:
        self.block_count += 1  # a new seal can end a phase as well as a block
        if host.is_correct and id(seal) not in self.examined:
            self.examined[id(seal)] = seal
            chain = self._world.membership.chain
            payload = checkpoint_payload(chain, seal.epoch, seal.sequence, seal.header_hash)
            self._check_signers(payload, seal.signatures)
            if len(seal.signatures) == self._quorum:
                self._world.sometimes["seal of exactly a quorum"] += 1
            if self.headers.get(seal.sequence, seal.header_hash) != seal.header_hash:
                raise Violation(f"5: a seal for another header at {seal.sequence}")

    def on_fault(self, host: "Host", fault: Fault) -> None:
        if not host.is_correct:
            return
        self._world.sometimes[f"fault {fault.kind.name}"] += 1
        blamed = self._world.hosts[fault.replica]
        if blamed.is_correct and not blamed.has_aged_log:
            raise Violation(f"P8: correct replica {fault.replica} blamed for {fault.kind.name}")
        if fault.evidence is not None:
            self._check_evidence(fault, fault.evidence)

    def _check_evidence(self, fault: Fault, evidence: Evidence) -> None:
        try:
            verify_evidence(evidence, self._world.membership, self._world.keys.verifier)
        except InvalidCertificate as error:
            raise Violation(f"P8: evidence that proves nothing: {error}") from error
        if evidence.place.replica != fault.replica:
            raise Violation("P8: evidence against another replica than is blamed")
        self._world.sometimes["equivocation turned into evidence"] += 1
        self._world.sometimes[f"evidence of two {evidence.place.kind.name}"] += 1

    def check_queues(self, host: "Host") -> None:
        """Rule 9, the cheap half of it: what waits, and how many messages and batches are kept."""
        assert host.replica is not None
        plan = self._world.plan
        kept, bound = (
            host.replica.kept_count(),
            KEPT_BASE + KEPT_PER_VOTE * plan.replica_count * (2 * plan.window + 2),
        )
        if kept > bound:
            raise Violation(f"9: replica {host.replica_id} keeps {kept} messages, {bound} allowed")

    def check_memory(self, host: "Host") -> None:
        """Rule 9: what a replica holds stays inside the limits whatever was sent to it."""
        plan = self._world.plan
        count = footprint(host.replica)
        certificates = CERTIFICATES_KEPT * (2 * plan.replica_count + 2)
        bound = (
            MEMORY_BASE
            + MEMORY_OF_CLIMBS
            + certificates
            + MEMORY_PER_VOTE * plan.replica_count * (2 * plan.window + 4)
        )
        if count > bound:
            raise Violation(f"9: replica {host.replica_id} holds {count} objects, {bound} allowed")

    def on_halt(self, host: "Host", halt: object) -> None:
        if host.is_correct:
            raise Violation(f"3: correct replica {host.replica_id} halted: {halt}")
