"""The driver: persists before it sends, owes before it answers, proposes what waits."""

from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from itertools import pairwise

import msgspec
import trio
import trio.testing

from consensus import Membership, Ports, Record, Replica, ReplicaConfig, ReplicaId, Step, Timing
from consensus.messages import Prepare, PrePrepare, Status, ViewChange
from consensus.records import BatchRecord
from ledgerd.clock import SystemClock
from ledgerd.node.batch_desk import BatchDesk
from ledgerd.node.bundle_book import BundleBook, CheckedBundle
from ledgerd.node.driver import GATHERING_MS_MAX, PAUSE_MS_MAX, Driver, Pacing
from ledgerd.node.inputs import BundlesKnown, BundlesOver, Inputs, LinksChanged, PeerSaid
from ledgerd.node.tempo import LATELY_COUNT, Tempo
from ledgerd.primitives.signatures import Ed25519Verifier
from tests.unit.ledgerd.node.rings import TIMING, LoopClock, pace, ring
from tests.unit.ledgerd.node.samples import (
    VALIDATOR_SIGNERS,
    NothingStored,
    epoch,
    genesis,
    numbered,
)
from tests.unit.ledgerd.node.test_intake import status
from tests.unit.ledgerd.node.test_tempo import agreed
from tests.virtual_time import pass_time

QUIET_S = 6  # three timeouts: whatever is owed has led to a change of view by then
QUIET = Timing(status_ms=60_000, wait_for_peers_ms=0)


@dataclass
class Recorder:
    """Performs nothing; writes down what it was to perform."""

    steps: list[Step] = field(default_factory=list)
    rotations: list[Sequence[Record]] = field(default_factory=list)
    is_rotation_due: bool = False
    changed: trio.Event = field(default_factory=trio.Event)

    async def perform(self, step: Step) -> None:
        self.steps.append(step)
        self.changed.set()
        self.changed = trio.Event()

    async def rotate(self, records: Sequence[Record]) -> None:
        self.is_rotation_due = False
        self.rotations.append(records)

    @property
    def messages(self) -> list[object]:
        return [send.message for step in self.steps for send in step.sends]

    @property
    def links_told(self) -> list[tuple[int, ...]]:
        return [said.links_down for said in self.messages if isinstance(said, Status)]

    async def wait_message(self, kind: type) -> object:
        while True:
            found = [message for message in self.messages if isinstance(message, kind)]
            if found:
                return found[0]
            await self.changed.wait()


@dataclass
class Seat:
    """One driven replica and the things around it."""

    book: BundleBook
    recorder: Recorder
    inbox: trio.MemorySendChannel[Inputs]
    driver: Driver


def membership() -> Membership:
    return epoch().membership


@asynccontextmanager
async def seat(self_id: int, is_rotation_due: bool = False) -> AsyncIterator[Seat]:
    config = ReplicaConfig(ReplicaId(self_id), membership(), QUIET)
    replica = Replica(config, Ports(VALIDATOR_SIGNERS[self_id], Ed25519Verifier()))
    book = BundleBook(1 << 20, 4)
    recorder = Recorder(is_rotation_due=is_rotation_due)
    pacing = Pacing(1, genesis().limits, Tempo())
    driver = Driver(
        replica, BatchDesk(book, NothingStored(), 1 << 20), recorder, SystemClock(), pacing
    )
    inbox, inbox_end = trio.open_memory_channel[Inputs](16)
    with trio.fail_after(10):
        async with trio.open_nursery() as nursery:
            nursery.start_soon(driver.run, inbox_end)
            others = [replica for replica in range(4) if replica != self_id]
            await inbox.send(tuple(PeerSaid(status(replica)) for replica in others))
            yield Seat(book, recorder, inbox, driver)
            nursery.cancel_scope.cancel()


PRIMARY = membership().primary_of(1)
BACKUP = (PRIMARY + 1) % 4


async def test_the_primary_proposes_a_bundle_as_soon_as_it_is_known() -> None:
    async with seat(PRIMARY) as primary:
        bundle = numbered(1)
        primary.book.add(bundle)

        await primary.inbox.send((BundlesKnown((bundle.digest,)),))
        proposal = await primary.recorder.wait_message(PrePrepare)

        assert isinstance(proposal, PrePrepare)
        assert proposal.batch.bundle_digests == (bundle.digest,)


async def test_a_backup_votes_when_the_bundles_are_at_hand_and_records_it_in_the_same_step() -> (
    None
):
    bundle = numbered(1)
    async with seat(PRIMARY) as primary, seat(BACKUP) as backup:
        for site in (primary, backup):
            site.book.add(bundle)
            await site.inbox.send((BundlesKnown((bundle.digest,)),))
        proposal = await primary.recorder.wait_message(PrePrepare)

        await backup.inbox.send((PeerSaid(proposal),))
        await backup.recorder.wait_message(Prepare)

        (step,) = [
            step
            for step in backup.recorder.steps
            if any(isinstance(send.message, Prepare) for send in step.sends)
        ]
        assert any(isinstance(record, BatchRecord) for record in step.persist)


async def test_a_backup_without_the_bundles_votes_when_they_have_come() -> None:
    bundle = numbered(1)
    async with seat(PRIMARY) as primary, seat(BACKUP) as backup:
        primary.book.add(bundle)
        await primary.inbox.send((BundlesKnown((bundle.digest,)),))
        await backup.inbox.send((PeerSaid(await primary.recorder.wait_message(PrePrepare)),))
        while not backup.book.wanted():
            await trio.lowlevel.checkpoint()
        assert not any(isinstance(m, Prepare) for m in backup.recorder.messages)

        backup.book.add(bundle)
        await backup.inbox.send((BundlesKnown((bundle.digest,)),))

        await backup.recorder.wait_message(Prepare)


async def test_a_log_that_has_grown_is_begun_anew_with_the_whole_state() -> None:
    async with seat(BACKUP, is_rotation_due=True) as backup:
        await backup.inbox.send((BundlesKnown(()),))
        while not backup.recorder.rotations:
            await trio.lowlevel.checkpoint()

        assert len(backup.recorder.rotations) == 1
        assert backup.recorder.rotations[0] != ()


async def test_the_end_of_the_inbox_ends_the_driver() -> None:
    config = ReplicaConfig(ReplicaId(0), membership(), QUIET)
    replica = Replica(config, Ports(VALIDATOR_SIGNERS[0], Ed25519Verifier()))
    desk = BatchDesk(BundleBook(1 << 20, 4), NothingStored(), 1 << 20)
    driver = Driver(replica, desk, Recorder(), SystemClock(), Pacing(1, genesis().limits, Tempo()))
    inbox, inbox_end = trio.open_memory_channel[Inputs](1)
    inbox.close()

    with trio.fail_after(5):
        await driver.run(inbox_end)

    assert driver.report().view == 1


async def test_four_drivers_decide_the_same_batches_in_the_same_order(
    autojump_clock: object,
) -> None:
    async with ring() as running:
        running.give(*(numbered(number, author=number % 4) for number in range(20)))

        decided = [await member.wait_decided(3) for member in running.members.values()]

        assert decided[0] == decided[1] == decided[2] == decided[3]
        digests = [d for batch in decided[0] for d in batch.bundle_digests]
        assert len(digests) == len(set(digests)) == 20


async def test_over_many_terms_every_bundle_is_ordered_once_and_nobody_is_blamed(
    autojump_clock: object,
) -> None:
    """The primary of a term proposes at once, also while the blocks before it are at work."""
    async with ring(pacing=pace(10, bundle_count_max=1), term=2) as running:
        running.give(*(numbered(number, author=number % 4) for number in range(24)))

        decided = [await member.wait_decided(24) for member in running.members.values()]

        digests = [digest for batch in decided[0] for digest in batch.bundle_digests]
        assert len(digests) == len(set(digests)) == 24
        assert [batch.proposed_in_view for batch in decided[0]] == [s // 2 + 1 for s in range(24)]
        assert not any(member.sent(ViewChange) for member in running.members.values())


async def test_the_first_proposal_of_a_view_is_not_overtaken_by_the_blocks_before_it(
    autojump_clock: object,
) -> None:
    """Its bundles stay in it while blocks of the term before are written."""
    async with ring(pacing=pace(10, bundle_count_max=1), term=2) as running:
        for member in running.members.values():
            member.is_executing = False
        running.give(numbered(1), numbered(2))
        next_primary = running.members[membership().primary_of(2)]
        before = await next_primary.wait_decided(2)
        next_primary.others.clear()
        running.give(numbered(3))
        await pass_time(0.1)

        for batch in before:
            next_primary.execute(batch)
        await pass_time(0.1)

        ((_, proposal),) = next_primary.sent(PrePrepare)
        assert proposal.batch.bundle_digests == (numbered(3).digest,)


async def test_time_alone_makes_a_driver_say_where_it_stands(autojump_clock: object) -> None:
    async with ring() as running:
        await pass_time(2)

        times = [at_ms for at_ms, _ in running.members[0].sent(Status) if at_ms >= 500]
        assert {after - before for before, after in pairwise(times)} == {TIMING.status_ms}
        assert times[-1] >= 1_500


async def test_without_its_primary_a_bundle_is_proposed_again_by_the_next_one(
    autojump_clock: object,
) -> None:
    async with ring(silent=PRIMARY) as running:
        running.give(numbered(1), numbered(2))

        decided = [await member.wait_decided(1) for member in running.members.values()]

        assert {batch.proposed_in_view for batches in decided for batch in batches} == {2}
        assert {d for batch in decided[0] for d in batch.bundle_digests} == {
            numbered(1).digest,
            numbered(2).digest,
        }


async def test_a_replica_is_told_of_links_and_names_those_that_stay_down() -> None:
    async with seat(BACKUP) as made:
        await made.inbox.send((LinksChanged(frozenset({ReplicaId(PRIMARY)})),))

        while (PRIMARY,) not in made.recorder.links_told:
            await made.recorder.changed.wait()


async def test_a_batch_that_its_view_did_not_decide_is_released_for_the_next_one(
    autojump_clock: object,
) -> None:
    """The primary proposed to nobody who lives; its bundles wait for a batch of another view."""
    async with ring(silent=PRIMARY) as running:
        lost = numbered(1)
        proposal = await proposal_of_primary(lost)
        running.give(lost)
        running.members[BACKUP].inbox.send_nowait((PeerSaid(proposal),))

        (batch, *_) = await running.members[BACKUP].wait_decided(1)

        assert batch.bundle_digests == (lost.digest,)
        assert batch.proposed_in_view == 2


async def test_decided_bundles_are_owed_by_nobody(autojump_clock: object) -> None:
    """Nobody is blamed for a bundle that came late, when its batch was decided already."""
    async with ring() as running:
        late = numbered(1)
        running.give(late, to=[index for index in range(4) if index != BACKUP])
        await running.members[PRIMARY].wait_decided(1)
        running.give(late, to=[BACKUP])
        await running.members[BACKUP].wait_decided(1)

        await pass_time(QUIET_S)

        assert not any(member.sent(ViewChange) for member in running.members.values())


async def test_what_comes_while_a_block_is_at_work_goes_into_the_next_one_together(
    autojump_clock: object,
) -> None:
    """Agreement takes no time here: whatever is at work lasts longer."""
    async with ring(pacing=pace(10, bundle_count_max=8)) as running:
        for member in running.members.values():
            member.is_executing = False
        running.give(numbered(1))
        (first,) = await running.members[PRIMARY].wait_decided(1)
        for number in range(2, 6):
            running.give(numbered(number))
            await pass_time(0.1)

        for member in running.members.values():
            member.execute(first)
        decided = await running.members[PRIMARY].wait_decided(2)

        assert [len(batch.bundle_digests) for batch in decided] == [1, 4]


async def test_over_a_long_way_batches_follow_each_other_an_interval_apart(
    autojump_clock: object,
) -> None:
    async with ring(pacing=pace(50, bundle_count_max=8), way_s=0.1) as running:
        primary = running.members[PRIMARY]
        running.give(numbered(0))
        await primary.wait_decided(1)
        for number in range(1, 21):
            running.give(numbered(number))
            await pass_time(0.02)
        await primary.wait_bundles(21)

        times = [at_ms for at_ms, _ in primary.sent(PrePrepare)]
        gaps = [after - before for before, after in pairwise(times)][1:]
        assert len(gaps) >= 5
        assert all(50 <= gap <= 70 for gap in gaps)


async def test_an_idle_chain_proposes_at_once(autojump_clock: object) -> None:
    async with ring(pacing=pace(1_000, bundle_count_max=1)) as running:
        for number in range(3):
            given_ms = LoopClock().monotonic_ms()
            running.give(numbered(number))
            await running.members[PRIMARY].wait_decided(number + 1)

            assert LoopClock().monotonic_ms() - given_ms < 100


async def test_a_bundle_that_ran_out_of_time_is_waited_for_no_more(autojump_clock: object) -> None:
    async with ring(silent=PRIMARY) as running:
        over = numbered(1)
        running.give(over)
        for member in running.members.values():
            member.inbox.send_nowait((BundlesOver((over.digest,)),))
            member.book.expire(2**62, ())

        await pass_time(QUIET_S)

        assert not any(member.sent(ViewChange) for member in running.members.values())


async def proposal_of_primary(bundle: CheckedBundle) -> object:
    async with seat(PRIMARY) as primary:
        primary.book.add(bundle)
        await primary.inbox.send((BundlesKnown((bundle.digest,)),))
        return await primary.recorder.wait_message(PrePrepare)


def test_a_proposal_waits_while_the_work_lasts_longer_than_agreement_on_more() -> None:
    pacing = Pacing(10, genesis().limits, Tempo())
    per_ms = pacing.tempo.per_s / 1_000

    assert pacing.pause_ms(1, agreed()) == PAUSE_MS_MAX
    assert pacing.pause_ms(int(50 * per_ms), agreed(50)) == 10
    assert pacing.pause_ms(int(50 * per_ms) + 1, agreed(50)) == PAUSE_MS_MAX


def test_proposals_are_rarer_where_machines_are_busy_also_with_nothing_at_work() -> None:
    pacing = Pacing(10, genesis().limits, Tempo())

    assert pacing.pause_ms(0, agreed(50, *[50] * LATELY_COUNT)) == 0
    assert pacing.pause_ms(0, agreed(50, *[100] * LATELY_COUNT)) == 50
    assert pacing.pause_ms(0, agreed(50, *[60_000] * LATELY_COUNT)) == GATHERING_MS_MAX


def test_a_pause_is_a_small_part_of_a_short_timeout() -> None:
    limits = msgspec.structs.replace(genesis().limits, request_timeout_ms=800)

    assert Pacing(10, limits, Tempo()).pause_ms(1, agreed()) == 200


async def test_a_primary_that_is_behind_with_its_blocks_goes_on_proposing(
    autojump_clock: object,
) -> None:
    async with ring(pacing=pace(10, bundle_count_max=1)) as running:
        for member in running.members.values():
            member.is_executing = False
        running.give(*(numbered(number) for number in range(4)))

        await running.members[PRIMARY].wait_decided(4)

        times = [at_ms for at_ms, _ in running.members[PRIMARY].sent(PrePrepare)]
        assert {after - before for before, after in pairwise(times)} == {PAUSE_MS_MAX}
