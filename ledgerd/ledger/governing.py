"""Proposals and votes: who decides what, and when it is decided.

Rules: admission needs finance and one medicare bureau, and a no of finance rejects it. Everything
else needs more than two thirds of the institutions with a validator, finance among them; it is
rejected as soon as those who have not said no can no longer be enough. A ballot of an institution
that is suspended when votes are counted does not count. What a proposal is about is checked when
it is made and again when it is adopted, because another one may have come first.

Source: domain.md section 4; ADR 0100.
"""

from collections.abc import Iterable

from msgspec.structs import replace

from ledgerd.ledger import events, governance_events as told, state_keys
from ledgerd.ledger.acting import Act, Effect, require
from ledgerd.ledger.adopting import adopt, require_adoptable, subject_named
from ledgerd.ledger.days import is_recent_day
from ledgerd.ledger.governance_objects import VOTES_MAX, Ballot, Proposal, ProposalState
from ledgerd.ledger.governance_operations import Admission, Propose, Subject, Vote
from ledgerd.ledger.governance_queries import electorate_of
from ledgerd.ledger.queries import institution_of, proposal_of
from ledgerd.ledger.reject_codes import RejectCode as Code


def propose(act: Act, op: Propose) -> Effect:
    """Write down a proposal with the proposer's own yes."""
    require(is_recent_day(op.date, act.context.time_ms), Code.BAD_DATE)
    require_adoptable(act, op.subject)
    key = state_keys.proposal_key(act.institution_id, op.date, act.ref)
    proposal = Proposal(
        state=ProposalState.OPEN,
        subject=op.subject,
        ballots=(),
        origin=act.origin,
        expires_ms=act.context.time_ms + act.params.proposal_ms,
    )
    name, institution = subject_named(op.subject)
    made = told.ProposalMade(proposal=key, subject=name, institution=institution)
    return Effect(key, (made, *_with_ballot(act, key, proposal, is_yes=True)))


def vote(act: Act, op: Vote) -> Effect:
    """Add a vote; adopt or reject when it decides."""
    proposal = act.need(proposal_of(act.state, op.proposal))
    require(proposal.state == ProposalState.OPEN, Code.PROPOSAL_CLOSED)
    require(act.context.time_ms <= proposal.expires_ms, Code.PROPOSAL_EXPIRED)
    require(has_vote(act, proposal.subject), Code.NO_VOTE)
    voters = [ballot.voter for ballot in proposal.ballots]
    require(act.institution_id not in voters, Code.ALREADY_VOTED)
    require(len(voters) < VOTES_MAX, Code.TOO_MANY)
    cast = told.VoteCast(proposal=op.proposal, voter=act.institution_id, approve=op.approve)
    return Effect(op.proposal, (cast, *_with_ballot(act, op.proposal, proposal, is_yes=op.approve)))


def has_vote(act: Act, subject: Subject) -> bool:
    """Say whether the acting institution may vote on a subject."""
    assert act.actor.institution is not None
    if isinstance(subject, Admission):
        return act.actor.institution.kind in ("finance", "medicare")
    electors = electorate_of(act.state).electors
    return any(elector.institution == act.institution_id for elector in electors)


def _with_ballot(
    act: Act, key: bytes, proposal: Proposal, *, is_yes: bool
) -> tuple[events.Event, ...]:
    ballot = Ballot(voter=act.institution_id, approve=is_yes, origin=act.origin)
    ballots = (*proposal.ballots, ballot)
    state = _outcome(act, proposal.subject, ballots)
    changed = replace(proposal, state=state, ballots=ballots)
    act.state.put(key, changed)
    if state is ProposalState.ADOPTED:
        return adopt(act, key, proposal.subject)
    return (told.ProposalRejected(proposal=key),) if state is ProposalState.REJECTED else ()


def _outcome(act: Act, subject: Subject, ballots: Iterable[Ballot]) -> ProposalState:
    if isinstance(subject, Admission):
        return _outcome_of_admission(act, ballots)
    kinds = {one.institution: one.kind for one in electorate_of(act.state).electors}
    said = {ballot.voter: ballot.approve for ballot in ballots if ballot.voter in kinds}
    yes = [name for name, approve in said.items() if approve]
    possible = [name for name in kinds if said.get(name, True)]
    if _is_enough([kinds[name] for name in yes], len(kinds)):
        return ProposalState.ADOPTED
    if not _is_enough([kinds[name] for name in possible], len(kinds)):
        return ProposalState.REJECTED
    return ProposalState.OPEN


def _is_enough(kinds: list[str], elector_count: int) -> bool:
    """Say whether so many of the electors, of these kinds, decide a common affair."""
    return 3 * len(kinds) > 2 * elector_count and "finance" in kinds


def _outcome_of_admission(act: Act, ballots: Iterable[Ballot]) -> ProposalState:
    said = [(_kind_in_standing(act, ballot.voter), ballot.approve) for ballot in ballots]
    if ("finance", False) in said:
        return ProposalState.REJECTED
    if ("finance", True) in said and ("medicare", True) in said:
        return ProposalState.ADOPTED
    return ProposalState.OPEN


def _kind_in_standing(act: Act, institution_id: str) -> str:
    """Give the kind of a voter; none while it is suspended."""
    record = act.need(institution_of(act.state, institution_id))
    return "" if record.suspended is not None else record.institution.kind
