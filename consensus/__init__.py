"""A chained PBFT replica without input or output, and the contract of whoever drives it.

The host owns the sockets, the disk and the clock. It keeps these duties, each of which some
promise of the protocol rests on:

1. One task calls the replica; every call returns a :class:`Step`.
2. A step is performed in the order of its fields. ``persist`` is appended to the vote log and
   synced before anything else of the step leaves; records of several steps may share one sync as
   long as no effect of a step leaves before its own records are down. Should the append fail, the
   process stops.
3. Before ``receive`` the host checks ``signed_parts(message, membership)`` and, where a message
   is not signed, that ``message.replica`` is the member at the other end of the link. Messages
   of one link may be lost, repeated and reordered; none may be invented.
4. ``decided`` batches are executed in order, each once, idempotent by sequence; after a restart
   those above the last ``executed`` come again. ``executed`` is called once per block, in order,
   when the block is written and synced; also for one that was written before a crash and comes
   again. A block that catch-up brings is reported with ``adopt`` instead.
5. ``checks`` are answered by ``batch_checked`` when every bundle of the batch is at hand, each
   signature in it is verified, and bundles and sidecars are durable in the bundle log. The host
   fetches what is missing and answers late rather than with INVALID: a verdict depends on the
   bytes alone. A digest that no bundle can match is never answered.
6. ``owe`` is called for every verified, unexpired bundle that is in no decided batch, from
   wherever it came, and before a check of a batch that holds it is answered: a batch that was
   found valid and holds nothing owed is no progress. ``wants`` names bundles that others wait for.
7. ``fetches`` are hints: what counts are sealed blocks. ``seals`` are stored beside the blocks,
   idempotent by sequence; the last one comes again after a restart.
8. ``on_deadline`` is called when ``next_deadline()`` has come; ``Now`` never goes back.
   ``links_changed`` is called with all links that are down whenever one of them changes.
9. From time to time ``durable_records()`` begins a new log segment; then older ones may go.
   At a start the records of the log are handed to the constructor. A log that was lost or cut is
   reported with ``log_is_damaged``; the replica then never votes again with this key.
10. ``halt`` ends the process with the diagnosis; restarting it without cure is of no use.

    step = replica.start(now())
    while True:
        perform(step)
        wait for a message, an answer of the executor or checker, or replica.next_deadline()
        step = replica.receive(message, now())  # or batch_checked, executed, on_deadline ...

Public are the names below and the module functions of ``codec``, ``signing``, ``certificates``.
Source: consensus.md.
"""

from consensus.config import ReplicaConfig
from consensus.errors import (
    ConsensusError,
    DecodeError,
    InvalidCertificate,
    RestoreError,
    UsageError,
)
from consensus.faults import Fault, FaultKind
from consensus.ids import Digest, Rank, ReplicaId, SequenceNumber, View
from consensus.messages import Batch, Certificate, Message, StableCertificate, Status
from consensus.quorum import Limits, Membership
from consensus.records import Record
from consensus.replica import Replica
from consensus.signing import Ports, Signer, Verifier
from consensus.step import (
    BatchVerdict,
    BundleHint,
    CatchUpHint,
    Complaint,
    Decided,
    Halt,
    Proposal,
    Report,
    Send,
    Step,
)
from consensus.timers import Now, Timing

__all__ = [
    "Batch",
    "BatchVerdict",
    "BundleHint",
    "CatchUpHint",
    "Certificate",
    "Complaint",
    "ConsensusError",
    "Decided",
    "DecodeError",
    "Digest",
    "Fault",
    "FaultKind",
    "Halt",
    "InvalidCertificate",
    "Limits",
    "Membership",
    "Message",
    "Now",
    "Ports",
    "Proposal",
    "Rank",
    "Record",
    "Replica",
    "ReplicaConfig",
    "ReplicaId",
    "Report",
    "RestoreError",
    "Send",
    "SequenceNumber",
    "Signer",
    "StableCertificate",
    "Status",
    "Step",
    "Timing",
    "UsageError",
    "Verifier",
    "View",
]
