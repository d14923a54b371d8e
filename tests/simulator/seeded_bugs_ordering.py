"""Seeded bugs of ordering: digests, the chain, the window, decisions, execution.

Thought of from the protocol alone: the digest of a batch is read instead of computed, so it does
not cover the contents; a child need not name the base as its parent; a child of what was only
prepared is decided without it; a batch is handed out twice, or its ancestors are not; times need
not rise, or may lie in the future; contents are voted for that nobody has, or whose signatures do
not hold; a bundle twice in a batch, or in two; any member's proposal is taken for the primary's;
the header is made from an iterated set; a seal for another
header is followed; blocks from a peer are believed; a block is applied twice.

Harmless, so not seeded: one transition per input instead of all in a loop. Every input, at the
latest the deadline of the next status, takes the next one, and no promise says how many inputs a
batch may take.
"""

import hashlib

from consensus import Digest, admission, ordering
from consensus.chain import Chain
from consensus.checkpointing import Checkpointing
from consensus.deciding import Deciding
from consensus.messages import Batch
from consensus.ordering import Ordering
from consensus.step import BatchVerdict, Step
from consensus.verdicts import Verdicts
from tests.simulator import test_targeted_scenarios as targeted
from tests.simulator.host import Host
from tests.simulator.seeded_bugs_hunt import Bug, among
from tests.simulator.wrong import swap


def digest_not_recomputed() -> None:
    """What is voted for does not cover what is in it: the digest comes from elsewhere."""

    def post_init(self):
        bundles = self.bundle_digests
        object.__setattr__(self, "bundle_digests", bundles[:1])
        right(self)
        object.__setattr__(self, "bundle_digests", bundles)

    right = swap(Batch, "__post_init__", post_init)


def time_not_in_the_digest() -> None:
    def post_init(self):
        time_ms = self.timestamp_ms
        object.__setattr__(self, "timestamp_ms", 0)
        right(self)
        object.__setattr__(self, "timestamp_ms", time_ms)

    right = swap(Batch, "__post_init__", post_init)


def parent_not_checked() -> None:
    """Whatever has the next sequence is the next batch."""

    def candidate(self):
        state = self._state
        found = right(self)
        if found is not None or not state.reign.active or state.is_primary():
            return found
        base = ordering.base_of(state)
        slot = state.log.find(base.sequence + 1)
        following = None if slot is None else slot.proposal(state.reign.view)
        is_open = following is not None and following.sequence <= state.marks.high
        return following if is_open and state.guard.may_sign() else None

    def timestamp_ms(self, ref):
        found = right_time(self, ref)
        return 0 if found is None else found

    right = swap(Ordering, "_candidate", candidate)
    right_time = swap(Chain, "timestamp_ms", timestamp_ms)


def ancestors_not_decided() -> None:
    """A commit certificate commits its batch; the ancestors have had their turn."""

    def hand_out(self, batches, certificate):
        step = right(self, batches, certificate)
        return Step(decided=step.decided[-1:])

    right = swap(Deciding, "_hand_out", hand_out)


def decided_twice() -> None:
    """Every commit certificate hands its batch out, new or not."""

    def hand_out(self, batches, certificate):
        step = right(self, batches, certificate)
        return Step(decided=(*step.decided, *step.decided[-1:]))

    right = swap(Deciding, "_hand_out", hand_out)


def youngest_first() -> None:
    def hand_out(self, batches, certificate):
        step = right(self, batches, certificate)
        return Step(decided=tuple(reversed(step.decided)))

    right = swap(Deciding, "_hand_out", hand_out)


def times_need_not_rise() -> None:
    def is_acceptable(self, message):
        return right(self, message) or admission.is_well_formed(message, self._state)

    right = swap(Ordering, "_is_acceptable", is_acceptable)


def times_from_the_future() -> None:
    swap(Ordering, "_is_ripe", lambda _self, _batch, _now: True)


def contents_unseen() -> None:
    """Votes for a batch before its contents are here: they will come."""

    def ask(self, batch):
        self.trust(batch)

    swap(Verdicts, "ask", ask)


def verdict_ignored() -> None:
    def answer(self, digest, _verdict):
        return right(self, digest, BatchVerdict.VALID)

    right = swap(Verdicts, "answer", answer)


def anybody_proposes() -> None:
    """The label need not be the primary's."""

    def well_formed(message, state):
        batch = message.batch
        return batch.ref == state.reign.anchor or (
            batch.proposed_in_view == message.view
            and admission.are_orderable(batch.bundle_digests, state.membership.limits)
        )

    swap(ordering, "is_well_formed", well_formed)


def set_iterated_into_a_hash() -> None:
    """Each machine has another order of sets, as processes have other seeds of their hashes."""

    def header_hash_of(self, batch, below):
        salt = b"%d %d" % (self.replica_id, self.boot_count)
        by_hash = sorted(set(batch.bundle_digests), key=lambda d: hashlib.sha256(salt + d).digest())
        return Digest(hashlib.sha256(right(self, batch, below) + b"".join(by_hash)).digest())

    right = swap(Host, "header_hash_of", header_hash_of)


def clock_in_the_header() -> None:
    """Executed at another time, another outcome."""

    def header_hash_of(self, batch, below):
        wall_ms = self.clock.read(self.world.heap.now_ms).wall_ms
        header_hash = right(self, batch, below)
        return Digest(hashlib.sha256(header_hash + b"%d" % (wall_ms // 10_000)).digest())

    right = swap(Host, "header_hash_of", header_hash_of)


def majority_followed() -> None:
    """A seal for another header than the own is taken for the truth, without a word."""

    def take_seal(self, seal, source):
        right_of = self._state.marks.header_hash
        self._state.marks.header_hash = lambda _sequence: None
        try:
            return right(self, seal, source)
        finally:
            self._state.marks.header_hash = right_of

    right = swap(Checkpointing, "_take_seal", take_seal)
    swap(Checkpointing, "_proven_header", lambda _self, _sequence: None)


def blocks_believed() -> None:
    """Catch-up takes what a peer sends."""
    swap(Host, "_is_proven", lambda _self, _run: True)


def block_applied_again() -> None:
    """What consensus brings is executed, also when catch-up was faster."""

    def execute(self):
        waiting = self.memory.to_execute
        if waiting and waiting[0].sequence <= len(self.disk.blocks):
            self._write_block(waiting[0])
        right(self)

    right = swap(Host, "_execute", execute)


ORDERING = (
    Bug("digest not recomputed", digest_not_recomputed, change=among("equivocating primary")),
    Bug("time not in the digest", time_not_in_the_digest, change=among("equivocating primary")),
    Bug("parent not checked", parent_not_checked, change=among("bad proposals")),
    Bug("ancestors not decided", ancestors_not_decided),
    Bug("decided twice", decided_twice),
    Bug("youngest handed out first", youngest_first),
    Bug("times need not rise", times_need_not_rise, change=among("bad proposals")),
    Bug("times from the future", times_from_the_future, change=among("bad proposals")),
    Bug("votes for contents unseen", contents_unseen, change=among("bad proposals")),
    Bug("verdict on contents ignored", verdict_ignored, change=among("false contents")),
    Bug("label of anybody accepted", anybody_proposes, change=among("bad proposals")),
    Bug("set iterated into a hash", set_iterated_into_a_hash),
    Bug("clock in the header", clock_in_the_header),
    Bug(
        "majority followed silently",
        majority_followed,
        story=lambda: targeted.test_a_replica_with_a_bug_halts_and_the_others_go_on(4),
        why="a second mistake, in the execution, is needed before there is a majority to follow",
    ),
    Bug("blocks from a peer believed", blocks_believed, change=among("false heights")),
    Bug("block applied again", block_applied_again),
)
