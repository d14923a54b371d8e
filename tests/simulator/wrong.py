"""The wrong variants themselves: each function makes the process in which it is called wrong.

Rules of this file: one mistake per function, as small as it would be made; what is replaced is
named in full, so that a renaming in ``consensus`` breaks a mutant loudly instead of hiding it.
"""

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import consensus.obligations
import consensus.ordering
import consensus.view_change
from consensus import Membership
from consensus.admission import are_orderable, is_well_formed
from consensus.certificates import CertificateBook
from consensus.fetching import Fetching
from consensus.guard import VoteGuard
from consensus.ids import View
from consensus.journal import Journal
from consensus.messages import NewView, ViewChange, VoteKind
from consensus.obligations import Obligations
from consensus.ordering import Ordering
from consensus.proofs import Proofs
from consensus.records import SealRecord, VoteRecord
from consensus.repeating import Repeating
from consensus.signing import claim_payload
from consensus.step import EMPTY
from consensus.view_change import ViewChanges
from consensus.watermarks import Watermarks
from consensus.witness import Witness
from tests.simulator.disk import Disk
from tests.simulator.host import Host
from tests.simulator.letters import Envelope


def swap(owner: Any, name: str, wrong: Any) -> Callable[..., Any]:
    """Put ``wrong`` in the place of an existing name; return what stood there."""
    right = getattr(owner, name)
    setattr(owner, name, wrong)
    return right


def count_otherwise(name: str, threshold: Callable[[Membership], int]) -> None:
    """Let every membership have another threshold of this name."""

    def post_init(self):
        right(self)
        object.__setattr__(self, name, threshold(self))

    right = swap(Membership, "__post_init__", post_init)


def canary() -> None:
    """The header depends on the machine: any run with one block must fail."""

    def header_hash_of(self, batch, below):
        self.header_salt = bytes([self.replica_id])
        return right(self, batch, below)

    right = swap(Host, "header_hash_of", header_hash_of)


def quorum_of_two_thirds() -> None:
    count_otherwise("quorum", lambda members: 2 * members.fault_max + 1)


def highest_certificate_not_kept() -> None:
    swap(Proofs, "prepared", lambda _self, _certificate: None)


def forgotten_on_restart() -> None:
    def restore(self, certificate):
        if certificate.kind is VoteKind.COMMIT:
            right(self, certificate)

    right = swap(Proofs, "restore", restore)


def commit_after_leaving() -> None:
    """A quorum of prepares brings a Commit, whatever view this replica is in by now."""

    def vote(self, kind, view, ref):
        is_new = kind is VoteKind.COMMIT and self.stored(kind, view, ref.sequence) is None
        if is_new and self.may_sign() and self._marks.low < ref.sequence <= self._marks.high:
            return self._sign_vote(kind, view, ref)
        return right(self, kind, view, ref)

    def commit_prepared(self):
        step = EMPTY
        for slot in tuple(self._state.log.slots()):
            certificate = slot.certificate
            if certificate is not None and self._state.guard.may_sign():
                place = (VoteKind.COMMIT, certificate.view, slot.sequence)
                if self._state.guard.stored(*place) is None:
                    step += self._commit(certificate)
        return step

    right = swap(VoteGuard, "vote", vote)
    swap(Ordering, "_commit_prepared", commit_prepared)


def _ladder(state):
    """All undecided batches up to the true anchor of the present view, oldest first."""
    entry = state.reign.entry
    if not state.reign.active or not isinstance(entry, NewView) or entry.certificate is None:
        return ()
    return state.chain.path_to(
        entry.certificate.ref, lambda ref: state.chain.get(ref.digest)
    ).batches


def ancestors_one_by_one() -> None:
    """A new primary repeats all undecided ancestors of the anchor, oldest first."""

    def enter(self, new_view, now):
        right_enter(self, new_view, now)
        steps = _ladder(self._state)
        if len(steps) > 1:
            self._state.reign.anchor = steps[0].ref

    def well_formed(pre_prepare, state):
        return pre_prepare.batch in _ladder(state) or is_well_formed(pre_prepare, state)

    def next_step(self):
        tip = self._state.reign.tip
        steps = () if tip is None else _ladder(self._state)
        return next((batch for batch in steps if batch.parent_digest == tip.digest), None)

    def can_propose(self):
        return next_step(self) is None and right_can(self)

    def repeat_anchor(self, now):
        step = right_repeat(self, now)
        batch = next_step(self)
        if batch is not None and self._state.is_primary() and self._may_vote_for(batch.sequence):
            self.verdicts.trust(batch)
            step += self._say_pre_prepare(batch, now)
        return step

    right_enter = swap(ViewChanges, "_enter", enter)
    right_can = swap(Ordering, "can_propose", can_propose)
    right_repeat = swap(Ordering, "_repeat_anchor", repeat_anchor)
    swap(consensus.ordering, "is_well_formed", well_formed)


def old_label_accepted() -> None:
    """What bears the label of an earlier view passes like the anchor: no other question."""

    def well_formed(pre_prepare, state):
        is_old = pre_prepare.batch.proposed_in_view < pre_prepare.view
        return is_old or is_well_formed(pre_prepare, state)

    def is_ripe(self, batch, now):
        return batch.proposed_in_view < self._state.reign.view or right(self, batch, now)

    swap(consensus.ordering, "is_well_formed", well_formed)
    right = swap(Ordering, "_is_ripe", is_ripe)


def seal_not_durable() -> None:
    def write(self, record):
        if not isinstance(record, SealRecord):
            right(self, record)

    right = swap(Journal, "write", write)


def obligations_kept_to_oneself() -> None:
    swap(Obligations, "named", lambda _self: ())


def names_not_followed() -> None:
    swap(Host, "_fetch_wanted", lambda _self, _want: None)


def low_without_execution() -> None:
    def move(self):
        right(self)
        self.low = self.sealed
        self.high = self.low + self._window
        self.horizon = self.low + 2 * self._window

    right = swap(Watermarks, "_move", move)


def tip_does_not_follow() -> None:
    def base_of(state):
        return state.reign.anchor if state.reign.tip is None else state.reign.tip

    swap(consensus.ordering, "base_of", base_of)


def no_help_into_the_same_view() -> None:
    def view(self, status, now):
        return right(self, status, now) if status.view < self._state.reign.view else ()

    right = swap(Repeating, "_view", view)
    swap(Fetching, "ask_for_view", lambda *_: EMPTY)


def new_view_unchecked() -> None:
    def is_sound_from(self, peer):
        return isinstance(self.message, NewView) or right(self, peer)

    right = swap(Envelope, "is_sound_from", is_sound_from)


def later_certificate() -> None:
    def verify(self, highest, certificate):
        right(self, replace(highest, new_view=View(2**62)), certificate)

    right = swap(CertificateBook, "_verify_anchor", verify)


def obligations_not_reset() -> None:
    swap(Obligations, "on_entered", lambda _self: None)


def standstill_without_bound() -> None:
    swap(consensus.obligations, "STANDSTILL_TIMEOUTS_MAX", 10**9)


def blamed_for_a_closed_window() -> None:
    swap(Obligations, "_is_blameless", lambda _self: False)


def empty_batches_accepted() -> None:
    def orderable(digests, limits):
        return not digests or are_orderable(digests, limits)

    swap(consensus.admission, "are_orderable", orderable)


def old_votes_missing() -> None:
    def is_unknown(self, kind, view, ref):
        return self._state.guard.stored(kind, view, ref.sequence) != ref.digest

    swap(Witness, "_is_unknown", is_unknown)


def view_change_made_again() -> None:
    """Who says its view change again says it with the certificates that it has by now."""

    def view(self, status, now):
        state = self._state
        said = state.reign.view_change
        if state.reign.active or said is None or status.view > state.reign.view:
            return right(self, status, now)
        rank, digest = state.proofs.rank, state.proofs.ref.digest
        claim = replace(said.claim, rank=rank, digest=digest)
        signature = state.guard._signer.sign(claim_payload(state.membership, claim))
        return (ViewChange(replace(claim, signature=signature), state.proofs.highest),)

    right = swap(Repeating, "_view", view)


def proposal_not_durable() -> None:
    """The proposal leaves; the vote that is in it was never written."""

    def say(self, batch, now):
        step = right(self, batch, now)
        records = self._state.journal._records
        records[:] = [record for record in records if not isinstance(record, VoteRecord)]
        return step

    right = swap(Ordering, "_say_pre_prepare", say)


def commit_outside_the_window() -> None:
    def vote(self, kind, view, ref):
        is_new = kind is VoteKind.COMMIT and self.stored(kind, view, ref.sequence) is None
        is_here = self._reign.active and view == self._reign.view
        if is_new and is_here and self.may_sign() and ref.sequence > self._marks.high:
            return self._sign_vote(kind, view, ref)
        return right(self, kind, view, ref)

    def may_vote_for(self, _sequence):
        return self._state.reign.active and self._state.guard.may_sign()

    right = swap(VoteGuard, "vote", vote)
    swap(Ordering, "_may_vote_for", may_vote_for)


def joins_on_one() -> None:
    """The largest view that anybody wants is followed."""

    def join(self, now):
        wanted = max(change.claim.new_view for change in self._latest.values())
        return self.leave_for(View(wanted), now) if wanted > self._state.reign.view else EMPTY

    swap(ViewChanges, "_join", join)


def view_change_without_proof() -> None:
    swap(CertificateBook, "verify_view_change", lambda _self, _view_change: None)


def said_before_synced() -> None:
    """The last group of records is still on its way to the disk when its messages leave."""

    def sync(self):
        records, self._unsynced_votes = self._unsynced_votes, []
        self.votes.extend(getattr(self, "late", []))
        self.late = records

    def crash(self, _rng):
        self.late = []
        self._unsynced_votes.clear()

    swap(Disk, "sync", sync)
    swap(Disk, "crash", crash)
