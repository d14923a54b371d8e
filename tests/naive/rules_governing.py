"""Who is a member, as domain.md section 4 says."""

import re
from dataclasses import dataclass, field
from typing import Any

import msgspec

from ledgerd.chain.params import DAY_MS, HOUR_MS
from ledgerd.ledger.governance_operations import Admission, NewParams, NewProtocol, Suspension
from ledgerd.ledger.reject_codes import RejectCode as Code
from ledgerd.primitives.identifiers import is_institution_id
from ledgerd.primitives.signatures import is_acceptable_public_key
from tests.naive import days
from tests.naive.model import Model, Who, creates, has_duplicates, moves, named, ref_of, wrong
from tests.naive.objects import Member

_DURATION = (HOUR_MS, 100 * 366 * DAY_MS)
_FEN = (0, 10**12)
_DAYS = (1, 36_600)
BOUNDS: dict[str, tuple[int, int]] = {
    "filing_days": _DAYS,
    "retention_days": _DAYS,
    "decision_ms": _DURATION,
    "supplement_ms": _DURATION,
    "public_dispute_ms": _DURATION,
    "valid_until_ms_max": _DURATION,
    "key_delay_ms": _DURATION,
    "presence_ms": _DURATION,
    "archive_ms": _DURATION,
    "proposal_ms": _DURATION,
    "four_eyes_fen": _FEN,
    "assisted_fen": _FEN,
    "auto_decide_fen": _FEN,
    "auto_pay_fen": _FEN,
    "supplement_count_max": (0, 8),
    "office_day_count_max": (0, 2**32 - 1),
    "office_day_fen_max": (0, 2**62),
}  # of the parameters that random members change
RELYING_PARTY = re.compile(r"[a-z0-9]([a-z0-9.-]{0,62}[a-z0-9])?")


@dataclass
class Proposal:
    """What is proposed, and who has voted how."""

    subject: Any
    ends_ms: int
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


def subject_problems(model: Model, subject: Any) -> set[Code]:
    """Say why a subject could not be adopted as things stand."""
    if isinstance(subject, Admission):
        return admission_problems(model, subject.candidate)
    if isinstance(subject, NewParams):
        names = [change.name for change in subject.changes]
        return wrong(
            (has_duplicates(names), Code.DUPLICATE_ITEM),
            (not all(map(_fits, subject.changes)), Code.BAD_PARAMS),
        )
    if isinstance(subject, NewProtocol):
        return {Code.UNKNOWN_PROTOCOL}  # there is one version, and a later one is none yet
    member = model.state.members.get(subject.institution)
    if member is None:
        return {Code.UNKNOWN_INSTITUTION}
    is_suspension = isinstance(subject, Suspension)
    others = [name for name in electors(model) if name != subject.institution]
    is_last = not any(model.state.members[name].kind == "finance" for name in others)
    return wrong(
        (member.is_suspended == is_suspension, Code.WRONG_STATE),
        (is_suspension and is_last, Code.LAST_FINANCE),
    )


def _fits(change: Any) -> bool:
    """Say whether a value is one that its parameter may have."""
    if change.name == "relying_party":
        return isinstance(change.value, str) and RELYING_PARTY.fullmatch(change.value) is not None
    bounds = BOUNDS.get(change.name)
    if bounds is None or isinstance(change.value, str):
        return False
    return bounds[0] <= change.value <= bounds[1]


def electors(model: Model) -> list[str]:
    members = model.state.members
    return [name for name, its in members.items() if its.is_validator and not its.is_suspended]


@creates("proposal", lambda op: op.date)
def propose(model: Model, who: Who, op: Any) -> set[Code]:
    found = subject_problems(model, op.subject) | wrong(
        (not days.is_recent(op.date, model.now_ms), Code.BAD_DATE)
    )
    if not found:
        key = named(b"g", who.name, op.date, ref_of(who, op.client_ref))
        ends_ms = model.now_ms + model.params.proposal_ms
        proposal = Proposal(op.subject, ends_ms, votes={who.name: True})
        model.state.of("proposal")[key] = proposal
        _decide(model, proposal)
    return found


@moves(lambda op: op.proposal)
def vote(model: Model, who: Who, op: Any) -> set[Code]:
    proposal = model.state.of("proposal").get(op.proposal)
    if proposal is None:
        return {Code.NOT_FOUND}
    is_admission = isinstance(proposal.subject, Admission)
    may = who.kind in {"finance", "medicare"} if is_admission else who.name in electors(model)
    found = wrong(
        (proposal.state != "open", Code.PROPOSAL_CLOSED),
        (model.now_ms > proposal.ends_ms, Code.PROPOSAL_EXPIRED),
        (not may, Code.NO_VOTE),
        (who.name in proposal.votes, Code.ALREADY_VOTED),
    )
    if found:
        return found
    proposal.votes[who.name] = op.approve
    if _would_pass(model, proposal):
        found = subject_problems(model, proposal.subject)
        if found:
            del proposal.votes[who.name]
            return found
    _decide(model, proposal)
    return found


def _would_pass(model: Model, proposal: Proposal) -> bool:
    members = model.state.members
    yes = [name for name, approves in proposal.votes.items() if approves]
    in_standing = [name for name in yes if not members[name].is_suspended]
    if isinstance(proposal.subject, Admission):
        return {"finance", "medicare"} <= {members[name].kind for name in in_standing}
    voters = electors(model)
    counted = [name for name in in_standing if name in voters]
    has_finance = any(members[name].kind == "finance" for name in counted)
    return has_finance and 3 * len(counted) > 2 * len(voters)


def _decide(model: Model, proposal: Proposal) -> None:
    members, subject = model.state.members, proposal.subject
    if _would_pass(model, proposal):
        proposal.state = "adopted"
        if isinstance(subject, Admission):
            candidate = subject.candidate
            members[candidate.institution_id] = Member.of(candidate, is_validator=False)
        elif isinstance(subject, NewParams):
            values: dict[str, Any] = {change.name: change.value for change in subject.changes}
            model.state.params = msgspec.structs.replace(model.params, **values)
        else:
            members[subject.institution].is_suspended = isinstance(subject, Suspension)
    elif _is_hopeless(model, proposal):
        proposal.state = "rejected"


def _is_hopeless(model: Model, proposal: Proposal) -> bool:
    no = {name for name, approves in proposal.votes.items() if not approves}
    if isinstance(proposal.subject, Admission):
        return any(model.state.members[name].kind == "finance" for name in no)
    voters = electors(model)
    left = [name for name in voters if name not in no]
    has_finance = any(model.state.members[name].kind == "finance" for name in left)
    return not has_finance or not 3 * len(left) > 2 * len(voters)
