"""The driver: persists before it sends, owes before it answers, proposes what waits."""

from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field

import trio
import trio.testing

from consensus import Membership, Ports, Record, Replica, ReplicaConfig, ReplicaId, Step, Timing
from consensus.messages import Prepare, PrePrepare
from consensus.records import BatchRecord
from ledgerd.clock import SystemClock
from ledgerd.node.batch_desk import BatchDesk
from ledgerd.node.bundle_book import BundleBook
from ledgerd.node.driver import Driver, Pacing
from ledgerd.node.inputs import BundlesKnown, Inputs, PeerSaid
from ledgerd.primitives.signatures import Ed25519Verifier
from tests.unit.ledgerd.node.samples import VALIDATOR_SIGNERS, epoch, numbered
from tests.unit.ledgerd.node.test_intake import status

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
    pacing = Pacing(batch_interval_ms=1, bundle_count_max=8)
    driver = Driver(replica, BatchDesk(book, lambda _: False), recorder, SystemClock(), pacing)
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
    desk = BatchDesk(BundleBook(1 << 20, 4), lambda _: False)
    driver = Driver(replica, desk, Recorder(), SystemClock(), Pacing(1, 8))
    inbox, inbox_end = trio.open_memory_channel[Inputs](1)
    inbox.close()

    with trio.fail_after(5):
        await driver.run(inbox_end)

    assert driver.report().view == 1
