"""The powers of dishonest members: every strategy of the design is there, and does what it says."""

from collections import Counter
from typing import Any

import pytest

from consensus import Digest, Rank, ReplicaId, SequenceNumber, View
from consensus.messages import Certificate, Claim, Prepare, PrePrepare, ViewChange, VoteKind
from tests.simulator.adversaries import STRATEGIES, DishonestHost
from tests.simulator.cluster import Cluster
from tests.simulator.letters import Envelope
from tests.simulator.lies_in_bytes import integers_in, off_by_one, with_changed
from tests.simulator.staging import TIMEOUT_MS, fill, started

# reliability.md section 2, in its order; each item and the strategies that are it.
DESIGN = {
    "equivocating pre-prepares": ("equivocating primary",),
    "equivocating prepares, commits, checkpoints": ("equivocating voter", "split vote"),
    "withholding down to exactly one short of a quorum": ("withholding", "one short"),
    "view changes that leave out, invent, truncate, duplicate or age": ("lying view change",),
    "new views with omitted, reordered or invented entries": ("lying new view", "late new view"),
    "view = now + 10^9": ("huge view",),
    "view-change spam": ("view change spam", "echoing"),
    "silent, slow, censoring primary": ("silent", "slow primary", "censoring primary"),
    "a primary that says nothing, or nothing of use": ("silent primary", "empty batches"),
    "invalid timestamps, unknown bundles": ("bad proposals", "clock ahead", "clock behind"),
    "old labels": ("old label",),
    "replays of old views, epochs, other chains": ("replaying", "other chains"),
    "non-canonical encodings; oversize": ("raw bytes",),
    "false heights and poisoned chunks": ("false heights", "shrinking heights", "poisoned blocks"),
    "±1 on any integer and re-signed": ("mutating",),
    "forged copies of what others said": ("spoilt copies", "foreign new view"),
    "a bundle fed to one backup only": ("feeding one",),
    "Twins": ("twins",),
}
PLACE = (View(2), SequenceNumber(3), Digest(b"d" * 32))
CERTIFICATE = Certificate(VoteKind.PREPARE, 0, *PLACE, ((ReplicaId(1), bytes(64)),))
CLAIM = Claim(ReplicaId(1), 0, View(3), Rank(View(2), SequenceNumber(3)), PLACE[2], bytes(64))


def liar(world: Cluster) -> DishonestHost:
    (found,) = [host for host in world.hosts if isinstance(host, DishonestHost)]
    return found


def overhear(world: Cluster) -> list[tuple[int, Any, bool]]:
    """Note what the dishonest member says: to whom, what, and whether it is signed soundly."""
    said: list[tuple[int, Any, bool]] = []

    def note(source: int, target: int, payload: Any) -> bool:
        if isinstance(payload, Envelope) and source == liar(world).address:
            said.append((target, payload.message, payload.is_sound))
        return False

    world.network.loses = note
    return said


def test_every_strategy_of_the_design_is_drawn() -> None:
    named = [strategy for strategies in DESIGN.values() for strategy in strategies]
    assert len(named) == len(set(named))
    assert set(named) <= set(STRATEGIES)


def test_every_integer_of_a_message_can_be_off_by_one() -> None:
    message = ViewChange(CLAIM, CERTIFICATE)
    paths = list(integers_in(message))
    assert len(paths) == len(set(paths)) == 9  # five of the claim, four of the certificate
    changed = {with_changed(message, path, 1) for path in paths}
    assert len(changed) == len(paths)
    assert message not in changed


def test_what_is_off_by_one_is_signed_again_where_it_is_the_members_own() -> None:
    world = started(byzantine=((3, ("silent",)),))
    vote = Prepare(ReplicaId(3), 0, *PLACE, bytes(64))
    for _ in range(20):
        sent = off_by_one(liar(world), vote)
        envelope = world.seal_envelope(liar(world), sent)
        assert envelope.is_sound == (sent.replica == 3)


def test_who_is_one_short_tells_the_same_ones_each_time() -> None:
    world = started(byzantine=((2, ("one short",)),), window=1)  # primary of view 1
    said = overhear(world)
    world.submit(world.hosts[0])
    world.run_for(TIMEOUT_MS * 3)
    proposals = [(m.view, m.sequence, t) for t, m, _ in said if isinstance(m, PrePrepare)]
    hearers = Counter(place[:2] for place in set(proposals))
    assert proposals
    assert set(hearers.values()) <= {1, 2}  # with its own a quorum of three, or one short of it


def test_a_slow_primary_proposes_just_before_the_timeout() -> None:
    world = started(byzantine=((2, ("slow primary",)),))
    said = overhear(world)
    world.submit(world.hosts[0])
    world.run_for(TIMEOUT_MS // 2)
    assert not [m for _, m, _ in said if isinstance(m, PrePrepare)]
    world.run_for(TIMEOUT_MS // 2)
    assert [m for _, m, _ in said if isinstance(m, PrePrepare)]


def test_a_censoring_primary_orders_the_rest() -> None:
    world = started(byzantine=((2, ("censoring primary",)),))
    said = overhear(world)
    for _ in range(12):
        world.submit(world.hosts[0])
    world.run_for(TIMEOUT_MS // 2)
    ordered = {d for _, m, _ in said if isinstance(m, PrePrepare) for d in m.batch.bundle_digests}
    assert ordered
    assert all(digest[-1] & 1 for digest in ordered)


def test_votes_for_other_chains_are_refused_by_their_signatures() -> None:
    """Checklist 13."""
    world = started(byzantine=((0, ("other chains",)),))
    said = overhear(world)
    fill(world, world.hosts[1], 12)
    votes = [(m, sound) for _, m, sound in said if isinstance(m, Prepare)]
    assert {sound for _, sound in votes} == {True, False}
    assert any(vote.epoch == 1 for vote, _ in votes)
    world.settle()


@pytest.mark.parametrize("strategy", STRATEGIES)
def test_a_strategy_alone_breaks_no_promise(strategy: str) -> None:
    """Everything that is said goes through the codec here, as it does between real nodes."""
    world = started(
        byzantine=((2, (strategy,)),), term=4, window=4, safety_ms=8_000, through_codec=True
    )
    for turn in range(10):
        world.submit(world.hosts[(0, 1, 3)[turn % 3]])
        world.run_for(TIMEOUT_MS // 3)
    world.expect_executed(world.correct_hosts, 12 * TIMEOUT_MS)
    world.settle()
