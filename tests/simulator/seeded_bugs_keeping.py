"""Seeded bugs of keeping: what is on disk before it is said, and what comes back after a crash.

Thought of from the protocol alone: a vote is signed again after a restart because the guard was
kept in memory; the view that was left for is forgotten; the certificate is not down when the Commit
leaves; the contents are not down when the vote leaves; a replica whose log is known to be damaged
votes; a replica that is shown its own forgotten votes votes; it votes before anybody could show it
any; a seal or an executed block lowers what was higher; a new segment of the log leaves out the
votes, the view change or the certificate; the tip is lost, so that the view is begun again; what
was decided in the last step before the cut is never executed.

Harmless, so not seeded: checkpoints that are not in the log. Their height and header are (as what
was executed), execution depends on the chain alone, and a signature over the same bytes again
contradicts nothing. Only together with a second mistake, an execution that gives another header
the second time, would the guard have something to refuse; a test of the guard does that.
"""

from dataclasses import replace

from consensus.chain import Chain
from consensus.guard import VoteGuard
from consensus.messages import VoteKind
from consensus.proofs import Proofs
from consensus.records import (
    AmnesiaRecord,
    BatchRecord,
    CertificateRecord,
    ExecutedRecord,
    LeaveRecord,
    VoteRecord,
)
from consensus.replica import Replica
from consensus.witness import Witness
from tests.simulator import seeded_bugs_stories as stories, test_targeted_scenarios as targeted
from tests.simulator.disk import Disk
from tests.simulator.profiles import Plan
from tests.simulator.seeded_bugs_hunt import Bug
from tests.simulator.wrong import swap


def lost_from_log(*kinds) -> None:
    """Records of these kinds never reach the log."""

    def append(self, records):
        right(self, tuple(record for record in records if not isinstance(record, kinds)))

    right = swap(Disk, "append", append)


def lost_from_segments(*kinds) -> None:
    """A new segment of the log is begun without these."""

    def durable_records(self):
        return tuple(record for record in right(self) if not isinstance(record, kinds))

    right = swap(Replica, "durable_records", durable_records)


def guard_in_memory() -> None:
    swap(VoteGuard, "remember", lambda _self, _vote: True)


def prepares_not_durable() -> None:
    def append(self, records):
        right(
            self,
            tuple(
                record
                for record in records
                if not (isinstance(record, VoteRecord) and record.vote.kind is VoteKind.PREPARE)
            ),
        )

    right = swap(Disk, "append", append)


def certificate_not_durable() -> None:
    swap(Proofs, "write_highest", lambda _self: None)


def contents_not_durable() -> None:
    """The batch is kept in memory; only its digest is voted for on disk."""

    def record(self, batch):
        self.add(batch)

    swap(Chain, "record", record)
    swap(Chain, "record_later", record)


def damage_ignored() -> None:
    """The host says that the log is damaged; the replica votes on what is left of it."""

    def start(self, now):
        object.__setattr__(self._state.config, "log_is_damaged", False)
        return right(self, now)

    right = swap(Replica, "start", start)
    swap(Witness, "forgot", lambda _self: None)


def witnesses_ignored() -> None:
    swap(Witness, "on_status", lambda _self, _status: None)
    swap(Witness, "on_own", lambda _self, _message: None)


def votes_at_once() -> None:
    """A started replica votes before anybody could show it what it has forgotten."""

    def arm(self, now):
        right_answered = self._protocols.hearing.answered_count
        self._protocols.hearing.answered_count = lambda: 10**6
        try:
            return right(self, now)
        finally:
            self._protocols.hearing.answered_count = right_answered

    right = swap(Replica, "_arm", arm)


def tip_forgotten() -> None:
    """A restarted replica begins its view again from the anchor."""
    from consensus import durable

    swap(durable, "_resume_tip", lambda _state: None)


def decided_lost_with_power() -> None:
    """What was decided before a cut is taken for executed: the step's promise is made too early."""

    def hand_out(self, batches, certificate):
        step = right(self, batches, certificate)
        for batch in batches:
            self._state.journal.write(ExecutedRecord(batch.sequence, batch.digest, None))
        return step

    from consensus.deciding import Deciding

    right = swap(Deciding, "_hand_out", hand_out)


def never_armed_again() -> None:
    """A replica waits for answers of all others, not of a quorum."""

    def arm(self, now):
        hearing = self._protocols.hearing
        if hearing.answered_count() < self._state.membership.replica_count - 1:
            return EMPTY
        return right(self, now)

    from consensus.step import EMPTY

    right = swap(Replica, "_arm", arm)


def blocks_not_synced() -> None:
    """A block is reported as executed while it is only in memory: a power cut takes it back."""

    def crash(self, rng):
        right(self, rng)
        del self.blocks[-1:]

    right = swap(Disk, "crash", crash)


def with_an_aged_log(plan: Plan) -> Plan:
    """One member, no more, gets an older copy of its log back."""
    return replace(plan, byzantine=(), hazards=replace(plan.hazards, amnesia=1))


KNOWN_TO_ONE = "a commit known to one, then a power cut of all"
OTHERS_MASK = "what one replica forgets harms nobody until others fail too"

KEEPING = (
    Bug("vote guard kept in memory", guard_in_memory, "crash"),
    Bug("prepares not durable", prepares_not_durable, "crash"),
    Bug("commits and prepares not durable", lambda: lost_from_log(VoteRecord), "crash"),
    Bug("view change not durable", lambda: lost_from_log(LeaveRecord), "turmoil"),
    Bug(
        "certificate not durable before the commit",
        certificate_not_durable,
        story=targeted.test_a_commit_known_to_one_survives_a_power_cut_of_all,
        why=KNOWN_TO_ONE,
    ),
    Bug(
        "certificates not in the log",
        lambda: lost_from_log(CertificateRecord),
        story=targeted.test_a_commit_known_to_one_survives_a_power_cut_of_all,
        why=KNOWN_TO_ONE,
    ),
    Bug("contents not durable before the vote", contents_not_durable, "crash"),
    Bug("batches not in the log", lambda: lost_from_log(BatchRecord), "crash"),
    Bug("executed heights not in the log", lambda: lost_from_log(ExecutedRecord), "crash"),
    Bug("new segment without votes", lambda: lost_from_segments(VoteRecord), "crash"),
    Bug(
        "new segment without the view change",
        lambda: lost_from_segments(LeaveRecord),
        story=stories.a_new_segment_keeps_the_view_that_was_left_for,
        why=OTHERS_MASK,
    ),
    Bug(
        "new segment without certificates",
        lambda: lost_from_segments(CertificateRecord),
        story=stories.a_new_segment_keeps_the_highest_certificate,
        why=OTHERS_MASK,
    ),
    Bug("new segment without batches", lambda: lost_from_segments(BatchRecord), "crash"),
    Bug("damaged log ignored", damage_ignored, "storm", with_an_aged_log),
    Bug(
        "shown votes of its own ignored",
        witnesses_ignored,
        story=stories.who_is_shown_what_it_forgot_never_votes_again,
        why=OTHERS_MASK,
    ),
    Bug(
        "votes at once after a restart",
        votes_at_once,
        story=stories.nobody_votes_before_others_could_show_what_it_forgot,
        why=OTHERS_MASK,
    ),
    Bug(
        "amnesia not in the log",
        lambda: lost_from_log(AmnesiaRecord),
        story=stories.amnesia_outlives_a_power_cut_of_all,
        why=OTHERS_MASK,
    ),
    Bug("waits for answers of all", never_armed_again, "crash"),
    Bug("tip forgotten on restart", tip_forgotten, "crash"),
    Bug("decided taken for executed", decided_lost_with_power, "crash"),
    Bug("blocks not synced", blocks_not_synced, "crash"),
)
