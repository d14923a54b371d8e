"""Dishonest members. Their powers, written down:

* They may send anything signed with their own keys, to anyone, at any time, or nothing; and pass on
  whatever they have seen. Several strategies can be mixed in one member.
* They cannot forge, and cannot delay or destroy what others send each other.

A dishonest host runs an ordinary replica and bends what it says; so it stays in the middle of
things. ``twins`` is a second machine with the same key and an honest program.
Source: reliability.md section 2.
"""

import random
from collections.abc import Callable
from dataclasses import replace
from typing import Any

from consensus import (
    Batch,
    Certificate,
    ConsensusError,
    Digest,
    Rank,
    ReplicaId,
    Send,
    SequenceNumber,
    Status,
    Step,
    View,
)
from consensus.messages import (
    Checkpoint,
    Claim,
    Commit,
    NewView,
    Prepare,
    PrePrepare,
    ViewChange,
    VoteKind,
)
from consensus.signing import new_view_payload, signed_parts
from tests.simulator.false_proofs import false_proofs
from tests.simulator.host import Host
from tests.simulator.letters import Blocks, Envelope, FetchBlocks, SealedRun

MARKER = b"\x01" * 64  # stands where the signature will be, to find what it has to sign
MEMORY_MAX = 200  # old messages that a replaying member keeps
TICK_MS = 150
HUGE = 10**9
Said = list[tuple[int, Any]]  # (address, message)


def signed(host: Host, message: Any) -> Any:
    """Sign a changed message again with the host's own key, where it carries its signature."""
    if isinstance(message, ViewChange):
        claim = replace(message.claim, signature=MARKER)
        signature = _signature_on(host, replace(message, claim=claim))
        return replace(message, claim=replace(claim, signature=signature))
    marked = replace(message, signature=MARKER)
    return replace(marked, signature=_signature_on(host, marked))


def _signature_on(host: Host, marked: Any) -> bytes:
    for part in signed_parts(marked, host.world.membership):
        if part.signature == MARKER:
            return host.world.keys.signers[host.replica_id].sign(part.payload)
    return bytes(64)


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
        self.answered: set[tuple[int, Any]] = set()  # membership only, never iterated
        self.world.heap.after(TICK_MS, self._tick)

    def say(self, send: Send) -> None:
        said = [(target, send.message) for target in self.world.addresses_of(self, send.to)]
        for strategy in self.strategies:
            bend = BENDERS.get(strategy)
            if bend is not None:
                said = bend(self, said)
        self._emit(said)

    def _emit(self, said: Said) -> None:
        for target, message in said:
            self._remember(message)
            envelope = self.world.seal_envelope(self, message)
            self.world.network.send(self.address, target, envelope)

    def on_delivery(self, source: int, payload: Any) -> None:
        if isinstance(payload, Envelope):
            self._remember(payload.message)
            if "split vote" in self.strategies:
                self._emit(second_votes(self, source, payload.message))
            payload = self._forget_myself(payload)
        super().on_delivery(source, payload)

    def _forget_myself(self, envelope: Envelope) -> Envelope:
        """Hide the own votes in what others show: this program does not look for amnesia."""
        status = envelope.message
        if not isinstance(status, Status):
            return envelope
        votes = tuple(vote for vote in status.votes if vote.replica != self.replica_id)
        claims = tuple(claim for claim in status.claims if claim.replica != self.replica_id)
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
                self._emit(tick(self))

    def on_fetch_blocks(self, source: int, letter: FetchBlocks) -> None:
        if "silent" in self.strategies:
            return
        if "false heights" in self.strategies and self.disk.blocks:
            self.post(source, self._poisoned_blocks(letter.first))
            return
        super().on_fetch_blocks(source, letter)

    def _poisoned_blocks(self, first: int) -> Blocks:
        """Answer with a real seal on another batch."""
        block = self.rng.choice(self.disk.blocks)
        seals = list(self.disk.seals.values())
        batch = replace(block.batch, sequence=SequenceNumber(first))
        return Blocks(tuple(SealedRun((batch,), seal, ()) for seal in seals[-1:]))


# --- strategies: (host, said) -> what is said instead ---------------------------------------------


def silent(_host: DishonestHost, _said: Said) -> Said:
    return []


def silent_primary(_host: DishonestHost, said: Said) -> Said:
    return [(t, m) for t, m in said if not isinstance(m, PrePrepare | NewView)]


def withholding(host: DishonestHost, said: Said) -> Said:
    """Say it to some only: often to one fewer than a quorum needs."""
    return [pair for pair in said if host.rng.random() < 0.6]


def other_batch(host: DishonestHost, batch: Batch) -> Batch:
    """Return a batch that is as good as this one, for the same place."""
    if len(batch.bundle_digests) > 1 and host.rng.random() < 0.5:
        return replace(batch, bundle_digests=batch.bundle_digests[:-1])
    return replace(batch, timestamp_ms=batch.timestamp_ms + 1)


def equivocating_primary(host: DishonestHost, said: Said) -> Said:
    """Send two proposals for one place, each to some; a few get both."""
    bent: Said = []
    other = None
    for target, message in said:
        if isinstance(message, PrePrepare):
            if other is None:
                other = signed(host, replace(message, batch=other_batch(host, message.batch)))
            draw = host.rng.random()
            if draw < 0.5:
                bent.append((target, other))
            if draw > 0.4:
                bent.append((target, message))
        else:
            bent.append((target, message))
    return bent


def equivocating_voter(host: DishonestHost, said: Said) -> Said:
    bent: Said = []
    for target, message in said:
        is_bent = host.rng.random() < 0.5
        bent.append((target, _other_vote(host, message) if is_bent else message))
    return bent


def _other_vote(host: DishonestHost, message: Any) -> Any:
    if isinstance(message, Prepare | Commit):
        return signed(host, replace(message, digest=_any_digest(host)))
    if isinstance(message, Checkpoint):
        return signed(host, replace(message, header_hash=_any_digest(host)))
    return message


def _any_digest(host: DishonestHost) -> Digest:
    batches = list(host.world.watch.batches)
    if batches and host.rng.random() < 0.7:
        return host.rng.choice(batches[-6:])
    return Digest(host.rng.randbytes(32))


def second_votes(host: DishonestHost, source: int, message: Any) -> Said:
    """Vote for whatever anybody votes for, to that one."""
    if not isinstance(message, Prepare | Commit | PrePrepare):
        return []
    place = (message.view, message.sequence, message.digest)
    if (source, place) in host.answered:
        return []  # two members that do this would talk to each other for ever
    host.answered.add((source, place))
    me, membership = host.replica_id, host.world.membership
    votes = [kind(me, membership.epoch, *place, MARKER) for kind in (Prepare, Commit)]
    return [(source, signed(host, vote)) for vote in votes]


def lying_view_change(host: DishonestHost, said: Said) -> Said:
    """Leave out, age, invent or mutilate the certificate."""
    return [
        (target, _lie(host, message) if isinstance(message, ViewChange) else message)
        for target, message in said
    ]


def _lie(host: DishonestHost, message: ViewChange) -> ViewChange:
    membership, claim = host.world.membership, message.claim
    draw = host.rng.random()
    if draw < 0.4 or message.certificate is None:
        root = replace(claim, rank=membership.root_rank, digest=membership.root_digest)
        return signed(host, ViewChange(root, None))
    if draw < 0.6:
        older = [m for m in host.seen if isinstance(m, ViewChange) and m.certificate]
        certificate = host.rng.choice(older).certificate if older else message.certificate
        aged = replace(claim, rank=certificate.rank, digest=certificate.digest)
        return signed(host, ViewChange(aged, certificate))
    if draw < 0.8:
        rank = Rank(View(claim.new_view - 1), SequenceNumber(claim.rank.sequence + 1))
        return signed(host, ViewChange(replace(claim, rank=rank), message.certificate))
    cut = replace(message.certificate, signatures=message.certificate.signatures[:-1])
    return signed(host, ViewChange(claim, cut))


def lying_new_view(host: DishonestHost, said: Said) -> Said:
    """Send new views with too few, doubled or chosen claims, or a lower certificate."""
    return [
        (target, _bend_new_view(host, message) if isinstance(message, NewView) else message)
        for target, message in said
    ]


def _bend_new_view(host: DishonestHost, message: NewView) -> NewView:
    claims, draw = message.claims, host.rng.random()
    if message.view <= 0 or host.world.membership.primary_of(message.view) != host.replica_id:
        return message
    if draw < 0.2:
        return signed(host, replace(message, claims=claims[:-1]))
    if draw < 0.4:
        return signed(host, replace(message, claims=(*claims[:-1], claims[0])))
    if draw < 0.7:
        return signed(host, replace(message, certificate=None))
    seen = [m.claim for m in host.seen if isinstance(m, ViewChange)]
    fitting = {claim.replica: claim for claim in seen if claim.new_view == message.view}
    chosen = tuple(fitting[replica] for replica in sorted(fitting))
    return signed(host, replace(message, claims=chosen or claims))


def bad_proposals(host: DishonestHost, said: Said) -> Said:
    """Propose batches that nobody may accept, or that nobody can check."""
    return [
        (target, _spoil(host, message) if isinstance(message, PrePrepare) else message)
        for target, message in said
    ]


def _spoil(host: DishonestHost, message: PrePrepare) -> PrePrepare:
    batch = message.batch
    if batch.proposed_in_view != message.view or host.rng.random() < 0.4:
        return message
    changes: tuple[dict[str, Any], ...] = (
        {"timestamp_ms": 2**62},
        {"timestamp_ms": batch.timestamp_ms + 3_600_000},
        {"timestamp_ms": 0},
        {"bundle_digests": (Digest(host.rng.randbytes(32)),)},
        {"bundle_digests": ()},
        {"proposed_in_view": View(max(0, batch.proposed_in_view - 1))},
        {"proposer": ReplicaId((batch.proposer + 1) % host.world.plan.replica_count)},
        {"parent_digest": Digest(host.rng.randbytes(32))},
        {"sequence": SequenceNumber(batch.sequence + host.world.plan.window)},
    )
    return signed(host, replace(message, batch=replace(batch, **host.rng.choice(changes))))


def old_label(host: DishonestHost, said: Said) -> Said:
    """Give a new batch the label of an earlier view, and a time that nothing can follow."""
    return [
        (target, _label_old(host, message) if isinstance(message, PrePrepare) else message)
        for target, message in said
    ]


def _label_old(host: DishonestHost, message: PrePrepare) -> PrePrepare:
    batch = message.batch
    if batch.proposed_in_view != message.view or message.view < 2:
        return message
    label = View(host.rng.randrange(1, message.view))
    primary = host.world.membership.primary_of(label)
    aged = replace(batch, proposed_in_view=label, proposer=primary, timestamp_ms=2**62)
    return signed(host, replace(message, batch=aged))


def empty_batches(host: DishonestHost, said: Said) -> Said:
    """Look busy: propose, but nothing."""
    return [
        (target, _emptied(host, message) if isinstance(message, PrePrepare) else message)
        for target, message in said
    ]


def _emptied(host: DishonestHost, message: PrePrepare) -> PrePrepare:
    if message.batch.proposed_in_view != message.view:
        return message
    return signed(host, replace(message, batch=replace(message.batch, bundle_digests=())))


def mutating(host: DishonestHost, said: Said) -> Said:
    """Change one number by one and sign it again."""
    return [(t, _mutate(host, m) if host.rng.random() < 0.3 else m) for t, m in said]


def _mutate(host: DishonestHost, message: Any) -> Any:
    step = host.rng.choice((-1, 1))
    if isinstance(message, Prepare | Commit | Checkpoint):
        field = host.rng.choice(
            ["sequence"] if isinstance(message, Checkpoint) else ["sequence", "view"]
        )
        changed = max(0, getattr(message, field) + step)
        return signed(host, replace(message, **{field: changed}))
    if isinstance(message, PrePrepare) and message.view == message.batch.proposed_in_view:
        return signed(host, replace(message, view=View(max(0, message.view + step))))
    if isinstance(message, ViewChange):
        claim = replace(message.claim, new_view=View(max(0, message.claim.new_view + step)))
        return signed(host, replace(message, claim=claim))
    return message


def false_heights(host: DishonestHost, said: Said) -> Said:
    bent: Said = []
    for target, message in said:
        is_bent = isinstance(message, Status) and host.rng.random() < 0.5
        bent.append((target, _at_false_height(host, message) if is_bent else message))
    return bent


def _at_false_height(host: DishonestHost, status: Status) -> Status:
    height = SequenceNumber(host.rng.choice((2**60, status.decided + 3, 0)))
    return replace(
        status, decided=height, executed=height, low_watermark=height, tip_sequence=height
    )


# --- spontaneous talk ----------------------------------------------------------------------------


def replaying(host: DishonestHost) -> Said:
    """Say again, to anybody, what anybody once said."""
    targets = host.world.peers_of(host)
    count = min(3, len(host.seen))
    return [(host.rng.choice(targets), host.rng.choice(host.seen)) for _ in range(count)]


def huge_view(host: DishonestHost) -> Said:
    return _claim_for(host, View(host.rng.choice((HUGE, 2**62, host.rng.randrange(2, 40)))))


def echoing(host: DishonestHost) -> Said:
    """Second every complaint, so that one mistaken backup is a weak quorum."""
    views = [m.claim.new_view for m in host.seen if isinstance(m, ViewChange)]
    if not views:
        return []
    return _claim_for(host, max(views))


def _claim_for(host: DishonestHost, view: View) -> Said:
    membership = host.world.membership
    rank, digest = membership.root_rank, membership.root_digest
    claim = Claim(host.replica_id, membership.epoch, view, rank, digest, MARKER)
    message = signed(host, ViewChange(claim, None))
    return [(target, message) for target in host.world.peers_of(host)]


def foreign_new_view(host: DishonestHost) -> Said:
    """Open a view that is another member's to open, with the claims that everybody has."""
    claims = [m.claim for m in host.seen if isinstance(m, ViewChange)]
    if not claims:
        return []
    view = host.rng.choice(claims).new_view
    fitting = {claim.replica: claim for claim in claims if claim.new_view == view}
    chosen = tuple(fitting[replica] for replica in sorted(fitting))
    key = host.world.keys.signers[host.replica_id]
    unsigned = NewView(host.world.membership.epoch, view, chosen, None, bytes(64))
    payload = new_view_payload(host.world.membership, unsigned)
    message = replace(unsigned, signature=key.sign(payload))
    return [(target, message) for target in host.world.peers_of(host)]


def late_new_view(host: DishonestHost) -> Said:
    """Open an own view of the past on a certificate that came after it."""
    membership, latest, me = host.world.membership, host.latest, host.replica_id
    views = [v for v in host.claims if v >= 0 and membership.primary_of(v) == me]
    if latest is None or not views:
        return []
    view = host.rng.choice(views)
    own = Claim(me, membership.epoch, view, latest.rank, latest.digest, MARKER)
    claims = {**host.claims[view], me: signed(host, ViewChange(own, latest)).claim}
    chosen = tuple(claims[replica] for replica in sorted(claims))
    message = signed(host, NewView(membership.epoch, view, chosen, latest, MARKER))
    return [(target, message) for target in host.world.peers_of(host)]


BENDERS: dict[str, Callable[[DishonestHost, Said], Said]] = {
    "silent": silent,
    "silent primary": silent_primary,
    "equivocating primary": equivocating_primary,
    "equivocating voter": equivocating_voter,
    "lying view change": lying_view_change,
    "lying new view": lying_new_view,
    "withholding": withholding,
    "bad proposals": bad_proposals,
    "mutating": mutating,
    "false heights": false_heights,
    "old label": old_label,
    "empty batches": empty_batches,
}
TICKS: dict[str, Callable[[DishonestHost], Said]] = {
    "replaying": replaying,
    "huge view": huge_view,
    "echoing": echoing,
    "foreign new view": foreign_new_view,
    "late new view": late_new_view,
    "false proofs": false_proofs,
}
