"""The replica: routes one input to one protocol and joins the steps. Bodies follow."""

from collections.abc import Iterable

from consensus.config import ReplicaConfig
from consensus.ids import Digest, SequenceNumber
from consensus.messages import Batch, Message, StableCertificate
from consensus.records import Record
from consensus.signing import Ports
from consensus.step import BatchVerdict, Proposal, Report, Step
from consensus.timers import Now


class Replica:
    """One validator (or observer) of one epoch; see the package docstring for its host."""

    def __init__(self, config: ReplicaConfig, ports: Ports, records: Iterable[Record] = ()) -> None:
        """Build a fresh replica, or exactly the one that wrote these records.

        Raises:
            RestoreError: the records contradict each other or belong to another epoch.
        """
        raise NotImplementedError

    def start(self, now: Now) -> Step:
        """Say again what was promised, and a first Status. Called once, before anything else."""
        raise NotImplementedError

    def receive(self, message: Message, now: Now) -> Step:
        """Take in one message whose envelope signatures (``signed_parts``) hold.

        The replica that an unsigned message names must be the one at the other end of the link.
        """
        raise NotImplementedError

    def propose(self, proposal: Proposal, now: Now) -> Step:
        """Order these bundles next.

        Raises:
            UsageError: not ``can_propose()``, or the proposal is empty, too large or repeats one.
        """
        raise NotImplementedError

    def can_propose(self) -> bool:
        """Say whether a new batch may be proposed now; old ones are repeated without the host."""
        raise NotImplementedError

    def batch_checked(self, digest: Digest, verdict: BatchVerdict, now: Now) -> Step:
        """Take the answer to ``Step.checks``; late and repeated answers are allowed."""
        raise NotImplementedError

    def owe(self, bundle_digests: tuple[Digest, ...], now: Now) -> Step:
        """Note bundles that are verified, unexpired and in no decided batch: obligations."""
        raise NotImplementedError

    def forgive(self, bundle_digests: tuple[Digest, ...], now: Now) -> Step:
        """Drop obligations that have expired or were settled otherwise."""
        raise NotImplementedError

    def executed(self, sequence: SequenceNumber, header_hash: Digest, now: Now) -> Step:
        """Note that a decided block was executed, written and synced: sign its header.

        Raises:
            UsageError: out of order, or not decided.
        """
        raise NotImplementedError

    def adopt(self, batch: Batch, seal: StableCertificate, now: Now) -> Step:
        """Note that catch-up brought, executed and stored this sealed block.

        Idempotent by sequence. May jump over a gap (a snapshot).

        Raises:
            UsageError: the seal is not for this height or does not hold.
        """
        raise NotImplementedError

    def on_deadline(self, now: Now) -> Step:
        """Do what is due; call when ``next_deadline()`` has come (earlier is harmless)."""
        raise NotImplementedError

    def next_deadline(self) -> int:
        """Return the monotonic millisecond at which ``on_deadline`` wants to be called."""
        raise NotImplementedError

    def durable_records(self) -> tuple[Record, ...]:
        """Return the whole durable state: the first records of a new log segment.

        Call it between two performed steps; older segments may go once these are synced.
        """
        raise NotImplementedError

    def report(self) -> Report:
        """Return where this replica stands."""
        raise NotImplementedError
