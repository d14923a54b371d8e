"""Clients: hand bundles in, wait for the word that they are in the chain, ask again elsewhere.

Rules of this file: a reply of a correct machine is a promise (rule 7 of consensus.md section 10);
each is written down and compared with every chain at the end. A client without a reply asks again
until it has one, so what only a machine knew that went down comes in again.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

from consensus import Digest
from tests.simulator.bills import Book
from tests.simulator.checkers import Violation
from tests.simulator.clock import WALL_ORIGIN_MS
from tests.simulator.disk import Bundle

if TYPE_CHECKING:
    from tests.simulator.cluster import Cluster
    from tests.simulator.host import Host

NOBODY_UP_MS = 400
RETRY_MS = 1_500
BURSTS = (1, 1, 3, 8)  # bundles at one moment; many of them fill the window


@dataclass(frozen=True, slots=True)
class Reply:
    """What a client was told by the machine at this address: its bundle stands there."""

    address: int
    height: int
    header_hash: Digest


class Clients:
    """All clients of one run.

    Attributes:
        waiting: bundles without a reply yet.
        replies: the first reply that each bundle got.
        on_acknowledged: called with every first reply.
    """

    def __init__(self, world: "Cluster") -> None:
        self._world = world
        self._rng = world.streams.load
        self.book = Book(world.sometimes)
        self.waiting: dict[Digest, Bundle] = {}
        self.replies: dict[Digest, Reply] = {}
        self.on_acknowledged: Callable[[Host, Digest], None] = lambda _host, _digest: None
        self._may_ask: list[Host] | None = None

    def schedule(self) -> None:
        """Spread the load over the safety phase, in bursts."""
        rng, plan = self._rng, self._world.plan
        left = plan.bundle_count
        while left > 0:
            burst = min(left, rng.choice(BURSTS))
            left -= burst
            time_ms = rng.randrange(plan.safety_ms * 9 // 10)
            for _ in range(burst):
                self._world.heap.at(time_ms, self._begin)

    def ask_only(self, hosts: "list[Host] | None") -> None:
        """Let clients reach these machines only; None: all."""
        self._may_ask = hosts

    def make_bundle(self) -> Bundle:
        """Make what one client wants."""
        digest = self._world.new_digest()
        if not self._world.plan.bills:
            return Bundle(digest)
        time_ms = WALL_ORIGIN_MS + self._world.heap.now_ms
        return Bundle(digest, True, self.book.draw(self._rng, time_ms))

    # --- the life of one request --------------------------------------------------------------

    def request(self, host: "Host") -> None:
        """Hand a new bundle to this machine first, and wait for a reply."""
        bundle = self.make_bundle()
        self.waiting[bundle.digest] = bundle
        self._world.heap.after(RETRY_MS, self._ask_again, bundle.digest)
        host.on_bundle(-1, bundle)

    def _begin(self) -> None:
        if self._hosts_up():
            bundle = self.make_bundle()
            self.waiting[bundle.digest] = bundle
            self._ask(bundle.digest)
        else:
            self._world.heap.after(NOBODY_UP_MS, self._begin)

    def _hosts_up(self) -> "list[Host]":
        hosts = self._world.hosts if self._may_ask is None else self._may_ask
        return [host for host in hosts if host.replica is not None]

    def _ask(self, digest: Digest) -> None:
        """Hand the bundle to some machines that answer; look again later."""
        bundle = self.waiting.get(digest)
        if bundle is None:
            return
        self._world.heap.after(RETRY_MS, self._ask_again, digest)
        up = self._hosts_up()
        for host in self._rng.sample(up, min(len(up), self._rng.choice((1, 1, 2, 3)))):
            host.on_bundle(-1, bundle)

    def _ask_again(self, digest: Digest) -> None:
        if digest in self.waiting:
            self._world.counts["client asked again"] += 1
            self._ask(digest)

    def on_reply(self, host: "Host", digest: Digest, height: int, header_hash: Digest) -> None:
        """Take the word of a machine; that of a dishonest one is worth nothing."""
        if not host.is_correct or host.header_salt:
            return
        if digest in self.replies:
            self._world.sometimes["client told twice"] += 1
            self.check(digest, height, header_hash)
            return
        self.waiting.pop(digest, None)
        self.replies[digest] = Reply(host.address, height, header_hash)
        self.on_acknowledged(host, digest)

    # --- rule 7 -------------------------------------------------------------------------------

    def check(self, digest: Digest, height: int, header_hash: Digest) -> None:
        reply = self.replies[digest]
        if (reply.height, reply.header_hash) != (height, header_hash):
            raise Violation(f"7: a client was told of two places, {reply.height} and {height}")

    def check_chains(self, hosts: "list[Host]") -> None:
        """See that every chain holds what any client was told."""
        for digest, reply in self.replies.items():
            for host in hosts:
                blocks = host.disk.blocks
                block = blocks[reply.height - 1] if reply.height <= len(blocks) else None
                if (
                    block is None
                    or block.header_hash != reply.header_hash
                    or digest not in block.batch.bundle_digests
                ):
                    raise Violation(
                        f"7: replica {host.replica_id} lacks block {reply.height}, which a client "
                        f"was told of by {reply.address}"
                    )
