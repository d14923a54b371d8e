"""Dishonest members. Their powers, written down:

* They may send anything signed with their own keys, to anyone, at any time, or nothing; and pass on
  whatever they have seen. Several strategies can be mixed in one member.
* They cannot forge, and cannot delay or destroy what others send each other.

A dishonest host runs an ordinary replica and bends what it says; so it stays in the middle of
things. ``twins`` is a second machine with the same key and an honest program. The strategies stand
in the ``lies_in_*`` modules beside this one.
Source: reliability.md section 2.
"""

import random
from collections.abc import Callable
from dataclasses import replace
from typing import Any

from consensus import (
    Certificate,
    ConsensusError,
    Digest,
    ReplicaId,
    Send,
    SequenceNumber,
    Status,
    Step,
    View,
)
from consensus.messages import Claim, Prepare, PrePrepare, ViewChange, VoteKind
from tests.simulator import (
    false_proofs,
    lies_in_bytes,
    lies_in_catching_up,
    lies_in_ordering,
    lies_in_views,
)
from tests.simulator.disk import Bundle
from tests.simulator.forging import MARKER, Said, signed
from tests.simulator.host import Host
from tests.simulator.letters import Blocks, Envelope, FetchBlocks
from tests.simulator.lies_in_catching_up import poisoned
from tests.simulator.lies_in_ordering import second_votes

__all__ = ["MARKER", "STRATEGIES", "DishonestHost", "signed"]

MEMORY_MAX = 200  # old messages that a replaying member keeps
TICK_MS = 150
FED_MAX = 6  # bundles that a member invents to feed them to one


class DishonestHost(Host):
    """Bends everything that its replica says by its strategies, one after the other."""

    def __init__(self, *arguments: Any) -> None:
        super().__init__(*arguments)
        self.is_correct = False
        self.strategies = self.world.byzantine[self.replica_id]
        self.rng = random.Random(self.world.streams.byzantine.getrandbits(64))
        self.seen: list[Any] = []
        self.claims: dict[View, dict[ReplicaId, Claim]] = {}
        self.prepares: dict[tuple[View, SequenceNumber, Digest], dict[ReplicaId, bytes]] = {}
        self.latest: Certificate | None = None
        self.fed_count = 0
        self.answered: set[tuple[int, Any]] = set()  # membership only, never iterated
        self.world.heap.after(TICK_MS, self._tick)

    def say(self, send: Send) -> None:
        said = [(target, send.message) for target in self.world.addresses_of(self, send.to)]
        for strategy in self.strategies:
            bend = BENDERS.get(strategy)
            if bend is not None:
                said = bend(self, said)
        self.emit(said)

    def emit(self, said: Said) -> None:
        if self.replica is None:
            return  # what was to be said late is said no more
        for target, message in said:
            self._remember(message)
            envelope = self.world.seal_envelope(self, message)
            self.world.counts["false signature sent"] += not envelope.is_sound
            self.world.network.send(self.address, target, envelope)

    def on_delivery(self, source: int, payload: Any) -> None:
        if isinstance(payload, Envelope):
            self._remember(payload.message)
            if "split vote" in self.strategies:
                self.emit(second_votes(self, source, payload.message))
            payload = self._forget_myself(payload)
        super().on_delivery(source, payload)

    def _forget_myself(self, envelope: Envelope) -> Envelope:
        """Hide the own votes in what others show: this program does not look for amnesia."""
        status = envelope.message
        if not isinstance(status, Status):
            return envelope
        votes = tuple(vote for vote in status.votes if vote.replica != self.replica_id)
        claims = tuple(claim for claim in status.claims if claim.replica != self.replica_id)
        if len(votes) == len(status.votes) and len(claims) == len(status.claims):
            return envelope
        return replace(envelope, message=replace(status, votes=votes, claims=claims))

    def _call(self, call: str, arguments: tuple[Any, ...]) -> Step:
        try:
            return super()._call(call, arguments)
        except (AssertionError, ConsensusError):
            self.world.counts["dishonest program failed"] += 1
            return Step()

    def _remember(self, message: Any) -> None:
        self._remember_proofs(message)
        if len(self.seen) < MEMORY_MAX:
            self.seen.append(message)
        else:
            self.seen[self.rng.randrange(MEMORY_MAX)] = message

    def _remember_proofs(self, message: Any) -> None:
        if isinstance(message, ViewChange):
            claim = message.claim
            self.claims.setdefault(claim.new_view, {})[claim.replica] = claim
        elif isinstance(message, Prepare | PrePrepare):
            self._bind(message)

    def _bind(self, message: Prepare | PrePrepare) -> None:
        """Make prepared certificates from what passes by."""
        membership, place = self.world.membership, (message.view, message.sequence, message.digest)
        is_vote = isinstance(message, Prepare)
        voter = message.replica if is_vote else membership.primary_of(message.view)
        votes = self.prepares.setdefault(place, {})
        votes[voter] = message.signature
        if len(votes) >= membership.quorum and (self.latest is None or place > self.latest.rank):
            signatures = tuple((voter, votes[voter]) for voter in sorted(votes))
            self.latest = Certificate(VoteKind.PREPARE, membership.epoch, *place, signatures)

    def _tick(self) -> None:
        self.world.heap.after(TICK_MS, self._tick)
        if self.replica is None:
            return
        for strategy in self.strategies:
            tick = TICKS.get(strategy)
            if tick is not None:
                self.emit(tick(self))

    # --- towards those who are behind, and towards clients -------------------------------------

    def on_fetch_blocks(self, source: int, letter: FetchBlocks) -> None:
        if "silent" not in self.strategies:
            super().on_fetch_blocks(source, letter)

    def post(self, target: int, letter: Any) -> None:
        lies = {"false heights", "poisoned blocks"} & set(self.strategies)
        if isinstance(letter, Blocks) and lies and self.rng.random() < 0.8:
            letter = poisoned(self, letter)
        super().post(target, letter)

    def on_bundle(self, source: int, bundle: Bundle) -> None:
        """Take a bundle; one that a client handed in is fed to a single other, where that is so."""
        if source < 0 and "feeding one" in self.strategies:
            self.post(self.rng.choice(self.world.peers_of(self)), bundle)
            source = self.address
        super().on_bundle(source, bundle)

    def _candidates(self) -> tuple[Digest, ...]:
        """Leave out what is censored, and propose the rest."""
        if self.replica is None or "censoring primary" not in self.strategies:
            return super()._candidates()
        view, memory = self.replica.report().view, self.memory
        waiting = [d for d in memory.pool if memory.proposed_in.get(d) != view and d[-1] & 1]
        return tuple(waiting[: self.world.plan.machine.bundles_per_batch])


def feeding_one(host: DishonestHost) -> Said:
    """Hand a bundle to a single backup, as if a client had done so."""
    if host.fed_count < FED_MAX and host.world.heap.now_ms < host.world.plan.safety_ms:
        host.fed_count += 1
        bundle = Bundle(host.world.new_digest())
        host.post(host.rng.choice(host.world.peers_of(host)), bundle)
    return []


def unasked_blocks(host: DishonestHost) -> Said:
    """Answer a question about blocks that nobody asked, near where everybody is."""
    height = len(host.disk.blocks)
    if height:
        first = max(1, height - host.rng.randrange(6))
        host.on_fetch_blocks(host.rng.choice(host.world.peers_of(host)), FetchBlocks(first))
    return []


BENDERS: dict[str, Callable[[DishonestHost, Said], Said]] = {
    **lies_in_ordering.BENDERS,
    **lies_in_views.BENDERS,
    **lies_in_bytes.BENDERS,
    **lies_in_catching_up.BENDERS,
    **false_proofs.BENDERS,
}
TICKS: dict[str, Callable[[DishonestHost], Said]] = {
    **lies_in_views.TALKERS,
    **lies_in_bytes.TALKERS,
    **false_proofs.TALKERS,
    "feeding one": feeding_one,
    "poisoned blocks": unasked_blocks,
}
# These act elsewhere: in what is heard, in clocks, in answers, in what is proposed.
OTHERWISE = (
    "split vote",
    "twins",
    "clock ahead",
    "clock behind",
    "censoring primary",
)
STRATEGIES = tuple(sorted({*BENDERS, *TICKS, *OTHERWISE}))
