"""Admission of institutions without a validator, by proposal and vote.

Rules: finance and one medicare bureau adopt together; a no of finance rejects. The candidate is
checked when proposed and again when adopted, because another proposal may have come first.

Source: domain.md section 4.
"""

from msgspec.structs import replace

from ledgerd.chain.genesis import Institution
from ledgerd.ledger import events, state_keys
from ledgerd.ledger.acting import Act, Effect, require
from ledgerd.ledger.days import is_recent_day
from ledgerd.ledger.governance_operations import Propose, Vote
from ledgerd.ledger.objects import (
    VOTES_MAX,
    Ballot,
    InstitutionRecord,
    Proposal,
    ProposalState,
)
from ledgerd.ledger.queries import institution_of, proposal_of
from ledgerd.ledger.reject_codes import RejectCode as Code
from ledgerd.primitives.canonical import encode
from ledgerd.primitives.identifiers import is_institution_id
from ledgerd.primitives.signatures import is_acceptable_public_key


def propose(act: Act, op: Propose) -> Effect:
    """Write down a proposal with the proposer's own yes."""
    require(is_recent_day(op.date, act.context.time_ms), Code.BAD_DATE)
    _require_admissible(act, op.candidate)
    key = state_keys.proposal_key(act.institution_id, op.date, act.ref)
    proposal = Proposal(
        state=ProposalState.OPEN,
        candidate=op.candidate,
        ballots=(_ballot(act, is_yes=True),),
        origin=act.origin,
    )
    act.state.put(key, encode(proposal))
    made = events.ProposalMade(proposal=key, institution=op.candidate.institution_id)
    return Effect(key, (made,))


def vote(act: Act, op: Vote) -> Effect:
    """Add a vote; adopt or reject when it decides."""
    proposal = act.need(proposal_of(act.state, op.proposal))
    require(proposal.state == ProposalState.OPEN, Code.PROPOSAL_CLOSED)
    voters = [ballot.voter for ballot in proposal.ballots]
    require(act.institution_id not in voters, Code.ALREADY_VOTED)
    require(len(voters) < VOTES_MAX, Code.TOO_MANY)
    ballots = (*proposal.ballots, _ballot(act, is_yes=op.approve))
    state = _outcome(act, ballots)
    cast = events.VoteCast(proposal=op.proposal, voter=act.institution_id, approve=op.approve)
    told: tuple[events.Event, ...] = (cast,)
    if state is ProposalState.ADOPTED:
        told = (cast, _admit(act, proposal.candidate))
    changed = replace(proposal, state=state.value, ballots=ballots)
    act.state.put(op.proposal, encode(changed))
    return Effect(op.proposal, told)


def _ballot(act: Act, *, is_yes: bool) -> Ballot:
    return Ballot(voter=act.institution_id, approve=is_yes, origin=act.origin)


def _outcome(act: Act, ballots: tuple[Ballot, ...]) -> ProposalState:
    kinds = [(_kind_of(act, ballot.voter), ballot.approve) for ballot in ballots]
    if ("finance", False) in kinds:
        return ProposalState.REJECTED
    if ("finance", True) in kinds and ("medicare", True) in kinds:
        return ProposalState.ADOPTED
    return ProposalState.OPEN


def _kind_of(act: Act, institution_id: str) -> str:
    return act.need(institution_of(act.state, institution_id)).institution.kind


def _admit(act: Act, candidate: Institution) -> events.InstitutionAdmitted:
    _require_admissible(act, candidate)
    record = InstitutionRecord(institution=candidate, is_validator=False, admitted=act.origin)
    key = state_keys.institution_key(candidate.institution_id)
    act.state.put(key, encode(record))
    return events.InstitutionAdmitted(institution=candidate.institution_id)


def _require_admissible(act: Act, candidate: Institution) -> None:
    require(is_institution_id(candidate.institution_id), Code.UNKNOWN_INSTITUTION)
    existing = institution_of(act.state, candidate.institution_id)
    require(existing is None, Code.INSTITUTION_EXISTS)
    _require_host(act, candidate)
    _require_keys(candidate)


def _require_host(act: Act, candidate: Institution) -> None:
    require(candidate.hosted_by is not None, Code.NOT_A_VALIDATOR)
    assert candidate.hosted_by is not None
    host = institution_of(act.state, candidate.hosted_by)
    require(host is not None and host.is_validator, Code.NOT_A_VALIDATOR)


def _require_keys(candidate: Institution) -> None:
    """Check keys as genesis does: ascending, none twice, none that anybody could sign for."""
    operators = [(key.role, key.public_key) for key in candidate.operator_keys]
    require(operators == sorted(set(operators)), Code.BAD_KEY)
    public_keys = [public_key for _, public_key in operators]
    require(len(set(public_keys)) == len(public_keys), Code.BAD_KEY)
    require(all(is_acceptable_public_key(key) for key in public_keys), Code.BAD_KEY)
    numbers = [key.number for key in candidate.encryption_keys]
    require(numbers == sorted(set(numbers)), Code.BAD_KEY)
