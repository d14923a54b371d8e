"""Lies about what is ordered: proposals and votes, bent one by one or held back.

Rules of this file: a lie gets what the replica inside would say, and returns what is said instead.
"""

import random
from collections.abc import Callable
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from consensus import Batch, Digest, ReplicaId, SequenceNumber, View
from consensus.messages import Checkpoint, Commit, NewView, Prepare, PrePrepare
from tests.simulator.disk import Bundle
from tests.simulator.forging import MARKER, Said, any_digest, signed

if TYPE_CHECKING:
    from tests.simulator.adversaries import DishonestHost

EPSILON_MS = 60  # a proposal that is this much earlier than the timeout still arrives in time


def silent(_host: "DishonestHost", _said: Said) -> Said:
    return []


def silent_primary(_host: "DishonestHost", said: Said) -> Said:
    return [(t, m) for t, m in said if not isinstance(m, PrePrepare | NewView)]


def withholding(host: "DishonestHost", said: Said) -> Said:
    """Say it to some only: often to one fewer than a quorum needs."""
    return [pair for pair in said if host.rng.random() < 0.6]


def one_short(host: "DishonestHost", said: Said) -> Said:
    """Say it to so many that a quorum is just complete, or one short: to the same ones for ever."""
    return [(t, m) for t, m in said if t in _circle(host, m)]


def _circle(host: "DishonestHost", message: Any) -> list[int]:
    """Return who hears this: always the same ones for one kind and place."""
    peers = host.world.peers_of(host)
    if not isinstance(message, PrePrepare | Prepare | Commit | Checkpoint):
        return peers
    place = f"{type(message).__name__} {getattr(message, 'view', 0)} {message.sequence}"
    rng = random.Random(f"{host.world.plan.seed} {host.address} {place}")
    quorum = host.world.membership.quorum
    if isinstance(message, PrePrepare):  # who hears it prepares, and so does its primary
        return rng.sample(peers, min(len(peers), rng.choice((quorum - 2, quorum - 1))))
    return rng.sample(peers, rng.choice((0, 1, 1, len(peers) - 1)))


def slow_primary(host: "DishonestHost", said: Said) -> Said:
    """Propose just before anybody complains."""
    late = [(t, m) for t, m in said if isinstance(m, PrePrepare)]
    if late:
        delay_ms = host.world.plan.timing.request_timeout_ms - EPSILON_MS
        host.world.heap.after(delay_ms, host.emit, late)
    return [(t, m) for t, m in said if not isinstance(m, PrePrepare)]


def other_batch(host: "DishonestHost", batch: Batch) -> Batch:
    """Return a batch that is as good as this one, for the same place."""
    if len(batch.bundle_digests) > 1 and host.rng.random() < 0.5:
        return replace(batch, bundle_digests=batch.bundle_digests[:-1])
    return replace(batch, timestamp_ms=batch.timestamp_ms + 1)


def equivocating_primary(host: "DishonestHost", said: Said) -> Said:
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


def equivocating_voter(host: "DishonestHost", said: Said) -> Said:
    bent: Said = []
    for target, message in said:
        is_bent = host.rng.random() < 0.5
        bent.append((target, _other_vote(host, message) if is_bent else message))
    return bent


def _other_vote(host: "DishonestHost", message: Any) -> Any:
    if isinstance(message, Prepare | Commit):
        return signed(host, replace(message, digest=any_digest(host)))
    if isinstance(message, Checkpoint):
        return signed(host, replace(message, header_hash=any_digest(host)))
    return message


def second_votes(host: "DishonestHost", source: int, message: Any) -> Said:
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


def bad_proposals(host: "DishonestHost", said: Said) -> Said:
    """Propose batches that nobody may accept, or that nobody can check."""
    return [
        (target, _spoil(host, message) if isinstance(message, PrePrepare) else message)
        for target, message in said
    ]


def _spoil(host: "DishonestHost", message: PrePrepare) -> PrePrepare:
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
        {"bundle_digests": batch.bundle_digests * 2},
        {"bundle_digests": (_invalid_bundle(host),)},
        {"epoch": batch.epoch + 1},
    )
    return signed(host, replace(message, batch=replace(batch, **host.rng.choice(changes))))


def _invalid_bundle(host: "DishonestHost") -> Digest:
    """Return a bundle with a false signature inside, at hand for whoever asks."""
    bundle = Bundle(Digest(host.rng.randbytes(32)), valid=False)
    host.disk.bundles[bundle.digest] = bundle
    return bundle.digest


def old_label(host: "DishonestHost", said: Said) -> Said:
    """Give a new batch the label of an earlier view, and a time that nothing can follow."""
    return [
        (target, _label_old(host, message) if isinstance(message, PrePrepare) else message)
        for target, message in said
    ]


def _label_old(host: "DishonestHost", message: PrePrepare) -> PrePrepare:
    batch = message.batch
    if batch.proposed_in_view != message.view or message.view < 2:
        return message
    label = View(host.rng.randrange(1, message.view))
    primary = host.world.membership.primary_of(label)
    aged = replace(batch, proposed_in_view=label, proposer=primary, timestamp_ms=2**62)
    return signed(host, replace(message, batch=aged))


def empty_batches(host: "DishonestHost", said: Said) -> Said:
    """Look busy: propose, but nothing."""
    return [
        (target, _emptied(host, message) if isinstance(message, PrePrepare) else message)
        for target, message in said
    ]


def _emptied(host: "DishonestHost", message: PrePrepare) -> PrePrepare:
    if message.batch.proposed_in_view != message.view:
        return message
    return signed(host, replace(message, batch=replace(message.batch, bundle_digests=())))


BENDERS: dict[str, Callable[[Any, Said], Said]] = {
    "silent": silent,
    "silent primary": silent_primary,
    "withholding": withholding,
    "one short": one_short,
    "slow primary": slow_primary,
    "equivocating primary": equivocating_primary,
    "equivocating voter": equivocating_voter,
    "bad proposals": bad_proposals,
    "old label": old_label,
    "empty batches": empty_batches,
}
