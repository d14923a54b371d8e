"""One run: machines, network, load, hazards and adversaries made from a plan, and its phases.

Safety phase: everything of the plan goes wrong. Then the liveness phase: first a quorum of correct
replicas is healed and must finish what is pending; then all are healed and must come to one sealed
height; then as many correct replicas are stopped as the fault budget leaves, and new bundles must
be executed within three timeouts. Dishonest replicas go on throughout.

Rules of this file: one thread, one ``random.Random`` per stream, one heap; no set is iterated; the
same plan gives the same run byte for byte.
"""

import hashlib
import random
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from consensus import (
    Digest,
    Limits,
    Membership,
    Ports,
    Replica,
    ReplicaConfig,
    ReplicaId,
    SequenceNumber,
    Status,
    Timing,
)
from consensus.codec import decode_message, encode_message
from consensus.errors import DecodeError
from consensus.messages import (
    BatchReply,
    CertificateReply,
    FetchBatch,
    FetchCertificate,
    FetchNewView,
    SealReply,
)
from consensus.signing import signed_parts
from tests.simulator.adversaries import DishonestHost
from tests.simulator.checkers import Violation, Watch
from tests.simulator.clients import Clients
from tests.simulator.clock import Clock, Heap
from tests.simulator.disk import Bundle
from tests.simulator.hazards import Hazards
from tests.simulator.host import Host
from tests.simulator.letters import Envelope
from tests.simulator.log_files import LogFiles
from tests.simulator.network import CALM, Network
from tests.simulator.profiles import Plan
from tests.simulator.signatures import make_key_ring

GENESIS = Digest(hashlib.sha256(b"simulated genesis").digest())
ROOT_DIGEST = Digest(hashlib.sha256(b"root batch").digest())
ENVELOPES_KEPT_MAX = 4_096  # a message that is sent again is the same object
LOOK_MS = 100
LINK_NEWS_MS = 30  # until a transport knows that a link came or went
UNSIGNED = (
    Status,
    FetchBatch,
    BatchReply,
    FetchCertificate,
    CertificateReply,
    FetchNewView,
    SealReply,
)


@dataclass(frozen=True)
class Streams:
    """One stream of randomness per concern, so that one more draw here moves nothing there."""

    network: random.Random
    disk: random.Random
    crash: random.Random
    byzantine: random.Random
    load: random.Random

    @classmethod
    def of(cls, seed: int) -> "Streams":
        root = random.Random(seed)
        return cls(*(random.Random(root.getrandbits(64)) for _ in range(5)))


@dataclass
class Outcome:
    """What came of a run.

    Attributes:
        violation: None, or what was broken.
        cpu_seconds: what it took; the only thing here that two equal runs do not share.
        fingerprint: digest of everything that was sent, in order; equal for equal runs.
    """

    plan: Plan
    violation: str | None = None
    events: int = 0
    virtual_ms: int = 0
    blocks: int = 0
    cpu_seconds: float = 0.0
    counts: Counter[str] = field(default_factory=Counter)
    sometimes: Counter[str] = field(default_factory=Counter)
    fingerprint: str = ""


class Cluster:
    """See the module."""

    def __init__(self, plan: Plan, replica_class: type[Replica] = Replica) -> None:
        self.plan = plan
        self.replica_class = replica_class
        self.streams = Streams.of(plan.seed)
        self.heap = Heap()
        self.counts: Counter[str] = Counter()
        self.sometimes: Counter[str] = Counter()
        self.network = Network(self.heap, self.streams.network, self._deliver)
        self.network.weather = plan.weather
        self.network.on_change = self._on_link_change
        self.keys = make_key_ring(plan.replica_count, plan.scheme)
        self.membership = make_membership(plan, self.keys.public_keys)
        self.byzantine = dict(plan.byzantine)
        self._links_due: set[int] = set()  # membership only
        self.hosts = self._make_hosts()
        self._peers = [self._others(host) for host in self.hosts]
        self.clients = Clients(self)
        self.watch = Watch(self)
        self.hazards = Hazards(self)
        self.trace = hashlib.sha256()
        self._envelopes: dict[int, tuple[Any, Envelope]] = {}
        self._bundle_count = 0

    def _make_hosts(self) -> list[Host]:
        skew = self.plan.skew_ms
        hosts = []
        for replica_id in range(self.plan.replica_count):
            kind = DishonestHost if replica_id in self.byzantine else Host
            offset_ms = wrong_clock_ms(self.byzantine.get(replica_id, ()))
            hosts.append(kind(self, replica_id, replica_id, Clock(0, skew[replica_id] + offset_ms)))
        for replica_id, strategies in self.plan.byzantine:
            if "twins" in strategies:
                hosts.append(DishonestHost(self, len(hosts), replica_id, Clock(0, 0)))
        for host in hosts:
            if self.plan.files:
                host.disk.files = LogFiles(self.keys.public_keys[host.replica_id])
        return hosts

    # --- what hosts ask of their world --------------------------------------------------------

    def make_replica(self, host: Host) -> Replica:
        timing = Timing(status_ms=self.plan.timing.status_ms)
        config = ReplicaConfig(
            self_id=host.replica_id,
            membership=self.membership,
            timing=timing,
            log_is_damaged=host.log_is_damaged,
        )
        ports = Ports(signer=self.keys.signers[host.replica_id], verifier=self.keys.verifier)
        has_log = host.disk.files is None or host.disk.files.is_voting
        return self.replica_class(config, ports, host.disk.read_votes() if has_log else ())

    def replica_of(self, address: int) -> int:
        return self.hosts[address].replica_id

    def peers_of(self, host: Host) -> list[int]:
        return self._peers[host.address]

    def _others(self, host: Host) -> list[int]:
        return [other.address for other in self.hosts if other.replica_id != host.replica_id]

    def addresses_of(self, host: Host, to: ReplicaId | None) -> list[int]:
        if to is None:
            return self.peers_of(host)
        return [other.address for other in self.hosts if other.replica_id == to]

    def post_to_all(self, host: Host, letter: Any) -> None:
        for target in self.peers_of(host):
            host.post(target, letter)

    def seal_envelope(self, host: Host, message: Any) -> Envelope:
        """Check the envelope signatures once, show the message to the watch, wrap it."""
        known = self._envelopes.get(id(message))
        if known is not None:
            return known[1]
        envelope = self._look_at(host, message)
        if len(self._envelopes) >= ENVELOPES_KEPT_MAX:
            self._envelopes.clear()
        self._envelopes[id(message)] = message, envelope  # while it is held, its id is its own
        return envelope

    def _look_at(self, host: Host, message: Any) -> Envelope:
        try:
            parts = signed_parts(message, self.membership)
        except DecodeError:
            assert not host.is_correct, "a correct replica names members only"
            return Envelope(message, None, is_sound=False)
        verify = self.keys.verifier.verify
        is_sound = all(verify(p.public_key, p.payload, p.signature) for p in parts)
        if host.is_correct and not is_sound:
            raise Violation(f"5: replica {host.replica_id} sent a false signature: {message!r}")
        if is_sound:
            self.watch.on_sent(host, message, parts)
        try:
            if self.plan.through_codec:
                message = self._through_codec(host, message)
        except DecodeError:
            assert not host.is_correct, "what a correct replica says can be read"
            is_sound = False
        self.trace.update(b"%d %d " % (self.heap.now_ms, host.address))
        for part in parts:
            self.trace.update(part.signature)
        return Envelope(message, sender_of(message), is_sound)

    def _through_codec(self, host: Host, message: Any) -> Any:
        decoded = decode_message(encode_message(message))
        if host.is_correct and decoded != message:
            raise Violation(f"codec: {message!r} came back as {decoded!r}")
        return decoded

    def after_power_cut(self, host: Host) -> None:
        self.counts["power cut inside a step"] += 1
        self.hazards.reboot_later(host)

    def after_failure(self, host: Host) -> None:
        self.counts["process ended by its disk"] += 1
        self.hazards.reboot_later(host)

    def on_machine(self) -> None:
        """Let everybody learn, a little later, that a machine went down or came up."""
        for other in self.hosts:
            self._tell_links_later(other.address)

    def _on_link_change(self, source: int, target: int) -> None:
        self._tell_links_later(source)
        self._tell_links_later(target)

    def _tell_links_later(self, address: int) -> None:
        if address not in self._links_due:
            self._links_due.add(address)
            self.heap.after(LINK_NEWS_MS, self._tell_links, address)

    def _tell_links(self, address: int) -> None:
        self._links_due.discard(address)
        host = self.hosts[address]
        up = {peer.replica_id for peer in self.hosts if self._is_linked(host, peer)}
        others = range(self.plan.replica_count)
        host.on_links(frozenset(r for r in others if r != host.replica_id and r not in up))

    def _is_linked(self, host: Host, peer: Host) -> bool:
        """Say whether a connection stands: one that carries nothing one way still does."""
        there, back = (host.address, peer.address), (peer.address, host.address)
        is_cut = self.network.is_cut(*there) and self.network.is_cut(*back)
        return peer.replica is not None and not is_cut

    def _deliver(self, source: int, target: int, payload: Any) -> None:
        self.hosts[target].on_delivery(source, payload)

    # --- load ---------------------------------------------------------------------------------

    def submit(self, host: Host) -> Bundle:
        """Hand a new bundle to one host, as a client does."""
        bundle = self.clients.make_bundle()
        host.on_bundle(-1, bundle)
        return bundle

    def new_digest(self) -> Digest:
        self._bundle_count += 1
        return Digest(hashlib.sha256(b"bundle %d" % self._bundle_count).digest())

    # --- phases -------------------------------------------------------------------------------

    @property
    def correct_hosts(self) -> list[Host]:
        return [host for host in self.hosts if host.is_correct]

    def run(self) -> None:
        """Run all phases of the plan."""
        self.start()
        self.hazards.schedule()
        self.clients.schedule()
        self.run_for(self.plan.safety_ms)
        self.hazards.end()
        self.network.weather = CALM
        self._finish_with_a_quorum()
        self.network.mend_all()
        self.settle()
        self._check_memory()
        self._go_on_with_some_stopped()
        self.settle()
        self.clients.check_chains(self.correct_hosts)

    def start(self) -> None:
        for host in self.hosts:
            host.boot()

    def run_for(self, duration_ms: int) -> None:
        self.heap.run(self.heap.now_ms + duration_ms, lambda: False)

    def settle(self) -> None:
        """Run until all correct hosts stand at one sealed height with nothing pending."""
        correct = self.correct_hosts
        limit_ms = 2 * self.timeout_ms_max + 10_000
        self._run_until("8: one sealed height", limit_ms, lambda: is_level(correct))

    def expect_executed(self, hosts: list[Host], within_ms: int) -> None:
        """Run until each of the hosts has executed everything that one of them knows."""
        self._run_until("11: new bundles", within_ms, lambda: has_nothing_pending(hosts))

    @property
    def timeout_ms_max(self) -> int:
        return 8 * self.plan.timing.request_timeout_ms

    def _finish_with_a_quorum(self) -> None:
        """Heal a quorum only, now and then; everything known to it must be executed."""
        correct = self.correct_hosts
        voters = [host for host in correct if not host.has_lost_votes]
        spare = len(voters) - self.membership.quorum
        cut_off: list[Host] = []
        if spare > 0 and self.streams.crash.random() < 0.4:
            cut_off = self.streams.crash.sample(voters, spare)
        for host in cut_off:
            for other in self.hosts:
                self.network.cut(host.address, other.address)
                self.network.cut(other.address, host.address)
        healed = [host for host in correct if host not in cut_off]
        limit_ms = (self.plan.fault_max + 3) * self.timeout_ms_max + 20_000
        self.clients.ask_only(healed)
        self._run_until(
            "8: pending bundles",
            limit_ms,
            lambda: has_nothing_pending(healed) and not self.clients.waiting,
        )
        self.clients.ask_only(None)

    def _check_memory(self) -> None:
        if self.plan.seed % 10 == 0:  # slow, and what grows without bound grows in every run
            for host in self.correct_hosts:
                self.watch.check_memory(host)

    def _go_on_with_some_stopped(self) -> None:
        """Rule 11: after healing every correct member votes, so a quorum is enough at once."""
        correct = self.correct_hosts
        voters = [host for host in correct if not host.has_lost_votes]
        lost_count = len(correct) - len(voters)
        stopped_max = max(0, self.plan.fault_max - len(self.byzantine) - lost_count)
        stopped = self.streams.crash.sample(voters, stopped_max)
        for host in stopped:
            host.crash()
        going = [host for host in correct if host not in stopped]
        self.submit(going[0])
        base_ms = self.plan.timing.request_timeout_ms
        limit_ms = 3 * self.plan.fault_max * base_ms + 10 * self.plan.timing.status_ms + 1_000
        self.expect_executed(going, limit_ms)
        for host in stopped:
            host.boot()

    def _run_until(self, promise: str, limit_ms: int, is_done: Callable[[], bool]) -> None:
        """Run until ``is_done``; looked at when a block or seal was written, and now and then."""
        seen, look_ms = -1, 0

        def is_finished() -> bool:
            nonlocal seen, look_ms
            if self.watch.block_count == seen and self.heap.now_ms < look_ms:
                return False
            seen, look_ms = self.watch.block_count, self.heap.now_ms + LOOK_MS
            return is_done()

        if is_done():
            return
        self.heap.run(self.heap.now_ms + limit_ms, is_finished)
        if not is_done():
            raise Violation(f"{promise} not within {limit_ms} ms: {self.describe()}")

    def describe(self) -> str:
        """One line of state per host, for a failing seed."""
        lines = [f"n={self.plan.replica_count} byzantine={self.byzantine}"]
        for host in self.hosts:
            pool = len(host.memory.pool)
            state = host.replica.report() if host.replica else "down"
            seal = max(host.disk.seals, default=0)
            lines.append(
                f"{host.address}: pool={pool} blocks={len(host.disk.blocks)} seal={seal} {state}"
            )
        return "\n  ".join(lines)


def wrong_clock_ms(strategies: tuple[str, ...]) -> int:
    if "clock ahead" in strategies:
        return 3_600_000
    return -3_600_000 if "clock behind" in strategies else 0


def sender_of(message: Any) -> int | None:
    """Return who must be at the other end of the link, for messages without a signature."""
    return message.replica if isinstance(message, UNSIGNED) else None


def make_membership(plan: Plan, public_keys: tuple[bytes, ...]) -> Membership:
    limits = Limits(
        window=plan.window,
        term=plan.term,
        request_timeout_ms=plan.timing.request_timeout_ms,
    )
    return Membership(
        chain=GENESIS,
        epoch=0,
        root_sequence=SequenceNumber(0),
        root_digest=ROOT_DIGEST,
        public_keys=public_keys,
        limits=limits,
    )


def has_nothing_pending(hosts: list[Host]) -> bool:
    """Is every bundle that one of the hosts knows executed by each of them?"""
    if any(host.memory.pool or host.memory.to_execute for host in hosts):
        return False
    heights = {len(host.disk.blocks) for host in hosts}
    return len(heights) == 1


def is_level(hosts: list[Host]) -> bool:
    """Have all hosts the same height, and its seal?"""
    return has_nothing_pending(hosts) and all(
        len(host.disk.blocks) == max(host.disk.seals, default=0) for host in hosts
    )
