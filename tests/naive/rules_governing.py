"""Who is a member, as domain.md section 4 says."""

from dataclasses import dataclass, field
from typing import Any

from ledgerd.ledger.reject_codes import RejectCode as Code
from ledgerd.primitives.identifiers import is_institution_id
from ledgerd.primitives.signatures import is_acceptable_public_key
from tests.naive import days
from tests.naive.model import Model, Who, creates, has_duplicates, moves, named, ref_of, wrong
from tests.naive.objects import Member


@dataclass
class Proposal:
    """What is proposed, and who has voted how."""

    candidate: Any
    state: str = "open"
    votes: dict[str, bool] = field(default_factory=dict)


def admission_problems(model: Model, candidate: Any) -> set[Code]:
    """Say why an institution cannot become a member."""
    members = model.state.members
    host = members.get(candidate.hosted_by)
    keys = [key.public_key for key in candidate.operator_keys]
    in_order = list(candidate.operator_keys) == sorted(
        candidate.operator_keys, key=lambda key: (key.role, key.public_key)
    )
    bad = has_duplicates(keys) or not in_order or not all(map(is_acceptable_public_key, keys))
    return wrong(
        (candidate.institution_id in members, Code.INSTITUTION_EXISTS),
        (not is_institution_id(candidate.institution_id), Code.UNKNOWN_INSTITUTION),
        (host is None or not host.is_validator, Code.NOT_A_VALIDATOR),
        (bad, Code.BAD_KEY),
    )


@creates("proposal", lambda op: op.date)
def propose(model: Model, who: Who, op: Any) -> set[Code]:
    found = admission_problems(model, op.candidate) | wrong(
        (not days.is_recent(op.date, model.now_ms), Code.BAD_DATE)
    )
    if not found:
        key = named(b"g", who.name, op.date, ref_of(who, op.client_ref))
        model.state.of("proposal")[key] = Proposal(op.candidate, votes={who.name: True})
    return found


@moves(lambda op: op.proposal)
def vote(model: Model, who: Who, op: Any) -> set[Code]:
    proposal = model.state.of("proposal").get(op.proposal)
    if proposal is None:
        return {Code.NOT_FOUND}
    found = wrong(
        (proposal.state != "open", Code.PROPOSAL_CLOSED),
        (who.name in proposal.votes, Code.ALREADY_VOTED),
    )
    if found:
        return found
    votes = {**proposal.votes, who.name: op.approve}
    in_favour = {model.state.members[name].kind for name, approves in votes.items() if approves}
    is_adopted = {"finance", "medicare"} <= in_favour
    if is_adopted:
        found = admission_problems(model, proposal.candidate)
        if found:
            return found
        _admit(model, proposal.candidate)
        proposal.state = "adopted"
    elif who.kind == "finance" and not op.approve:
        proposal.state = "rejected"
    proposal.votes = votes
    return found


def _admit(model: Model, candidate: Any) -> None:
    model.state.members[candidate.institution_id] = Member(
        candidate.kind, {key.public_key: key.role for key in candidate.operator_keys}
    )
