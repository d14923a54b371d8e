"""Performs one step of the replica, in the order in which ``Step`` lists its effects.

Rules: bundle bytes and vote records of a round go to disk in one synced group, and nothing is
said before it came back. Sending never waits: losing is allowed, a ``Status`` brings repetition.
The replica's checks are answered by the driver, who comes before this.

Source: consensus.md section 6; style.md section 14.
"""

from collections import Counter
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass

import structlog

from consensus import Decided, Fault, FaultKind, Halt, Record, Send, StableCertificate, Step
from consensus.codec import encode_message, encode_record
from consensus.records import AmnesiaRecord
from ledgerd.network.frames import FrameKind
from ledgerd.network.transport import Transport
from ledgerd.node.applying import Applier, NodeHalted
from ledgerd.node.bundle_book import BundleBook
from ledgerd.node.catch_up import CatchUp
from ledgerd.node.futures import wait_future
from ledgerd.node.opening_logs import OpenedLogs
from ledgerd.storage.bundle_log import StoredBundle

UNSAVED_BYTES_MAX = 4 << 20  # bundles not yet in the log before they are written without a vote

log = structlog.get_logger()


@dataclass(frozen=True, slots=True)
class Outlets:
    """Where effects go.

    Attributes:
        members: institution ids in replica order: the names of the links.
    """

    logs: OpenedLogs
    book: BundleBook
    transport: Transport
    members: tuple[str, ...]
    applier: Applier
    catch_up: CatchUp
    note_fault: Callable[[str, str], None]
    give_up_voting: Callable[[], Awaitable[None]]
    keep_evidence: Callable[[Sequence[Fault]], Awaitable[None]]


class StepPerformer:
    """Performs steps, one at a time."""

    def __init__(self, outlets: Outlets) -> None:
        self._outlets = outlets
        self._blamed: Counter[tuple[str, FaultKind]] = Counter()

    @property
    def is_rotation_due(self) -> bool:
        """Say whether the vote log wants to begin anew."""
        return self._outlets.logs.durable.is_rotation_due

    async def rotate(self, records: Sequence[Record]) -> None:
        """Begin the vote log anew with the whole durable state of the replica."""
        await wait_future(self._outlets.logs.durable.rotate([encode_record(r) for r in records]))

    async def perform(self, step: Step) -> None:
        """Perform one step.

        A crash between any two lines is safe: nothing is said before it is durable, and blocks
        are applied once, by height.

        Raises:
            NodeHalted: a seal contradicts the own state.
            StorageError: a log could not be written.
        """
        await self._persist(step.persist)
        self._send(step.sends)
        self._decide(step.decided)
        for hint in step.fetches:
            self._outlets.catch_up.hint(self._outlets.members[hint.replica], hint.sequence)
        for want in step.wants:
            self._outlets.book.heed(want.digest, want.replica)
        for seal in step.seals:
            self._take_seal(seal)
        if step.faults:
            self._blame(step.faults)
            await self._outlets.keep_evidence(step.faults)
        if step.halt is not None:
            raise NodeHalted(_diagnosis(step.halt))

    async def _persist(self, records: Sequence[Record]) -> None:
        book = self._outlets.book
        if not records and book.unsaved_bytes < UNSAVED_BYTES_MAX:
            return
        bundles = [
            StoredBundle(b.digest, b.bundle, tuple(b.sidecars.values()))
            for b in book.take_unsaved()
        ]
        # A replica without an intact log never votes: what it notes need not outlive the process.
        kept = records if self._outlets.logs.has_votes else ()
        votes = [encode_record(record) for record in kept]
        if votes or bundles:
            await wait_future(self._outlets.logs.durable.submit(votes, bundles))
        if any(isinstance(record, AmnesiaRecord) for record in kept):
            await self._outlets.give_up_voting()

    def _send(self, sends: Sequence[Send]) -> None:
        for send in sends:
            to = None if send.to is None else self._outlets.members[send.to]
            self._outlets.transport.offer(FrameKind.VOTE, encode_message(send.message), to)

    def _decide(self, decided: Sequence[Decided]) -> None:
        for one in decided:
            self._outlets.applier.decide(one)

    def _take_seal(self, seal: StableCertificate) -> None:
        """Have a seal stored; who signed a block that is not here has it.

        After the chain was lost, the own vote log may know a seal that no peer tells of any more.
        """
        self._outlets.applier.store_seal(seal)
        if seal.sequence > self._outlets.applier.height:
            for signer, _ in seal.signatures:
                self._outlets.catch_up.hint(self._outlets.members[signer], seal.sequence)

    def _blame(self, faults: Sequence[Fault]) -> None:
        for fault in faults:
            name = self._outlets.members[fault.replica]
            self._blamed[name, fault.kind] += 1
            count = self._blamed[name, fault.kind]
            if count & (count - 1) == 0:  # 1, 2, 4, 8: a liar does not fill the log
                log.warning(
                    "replica misbehaved", institution=name, kind=fault.kind.value, count=count
                )
            self._outlets.note_fault(name, fault.kind.value)


def _diagnosis(halt: Halt) -> str:
    return f"block {halt.sequence}: {halt.reason}; own {halt.own.hex()}, proven {halt.proven.hex()}"
