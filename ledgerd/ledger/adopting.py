"""What a proposal is about: whether it can be adopted, and what its adoption does.

Rules: checks read and refuse, adoption writes what was checked in the same operation. The last
institution of finance with a validator is never suspended, for without it nothing common could be
decided any more, its own reinstatement included.

Source: domain.md section 4; ADR 0100.
"""

from typing import assert_never

import msgspec
from msgspec.structs import replace

from ledgerd.chain.block import KNOWN_PROTOCOL_VERSIONS
from ledgerd.chain.params import Params
from ledgerd.ledger import governance_events as told, state_keys
from ledgerd.ledger.acting import Act, refuse, require
from ledgerd.ledger.admitting import admit, require_admissible
from ledgerd.ledger.governance_objects import Elector, Electorate, InstitutionRecord, Protocol
from ledgerd.ledger.governance_operations import (
    Admission,
    NewParams,
    NewProtocol,
    Reinstatement,
    Subject,
    Suspension,
)
from ledgerd.ledger.governance_queries import electorate_of
from ledgerd.ledger.queries import institution_of, params_of
from ledgerd.ledger.reject_codes import RejectCode as Code


def subject_named(subject: Subject) -> tuple[told.SubjectName, str | None]:
    """Say in a word what a subject is, and whom it is about."""
    match subject:
        case Admission():
            return "admission", subject.candidate.institution_id
        case Suspension():
            return "suspension", subject.institution
        case Reinstatement():
            return "reinstatement", subject.institution
        case NewParams():
            return "params", None
        case NewProtocol():
            return "protocol", None
        case _:
            assert_never(subject)


def require_adoptable(act: Act, subject: Subject) -> None:
    """Refuse a subject that could not be adopted as things stand."""
    match subject:
        case Admission():
            require_admissible(act, subject.candidate)
        case Suspension():
            _require_suspendable(act, subject.institution)
        case Reinstatement():
            require(_record(act, subject.institution).suspended is not None, Code.WRONG_STATE)
        case NewParams():
            changed_params(params_of(act.state), subject)
        case NewProtocol():
            version = subject.protocol_version
            is_later = version > act.context.protocol_version
            require(is_later and version in KNOWN_PROTOCOL_VERSIONS, Code.UNKNOWN_PROTOCOL)
        case _:
            assert_never(subject)


def adopt(act: Act, key: bytes, subject: Subject) -> tuple[told.GovernanceEvent, ...]:
    """Carry out what members decided; refuses when that is no longer possible."""
    require_adoptable(act, subject)
    match subject:
        case Admission():
            admit(act, subject.candidate)
            return (told.InstitutionAdmitted(institution=subject.candidate.institution_id),)
        case Suspension() | Reinstatement():
            is_suspended = isinstance(subject, Suspension)
            _change_standing(act, subject.institution, is_suspended=is_suspended)
            changed = told.StandingChanged(
                institution=subject.institution, is_suspended=is_suspended
            )
            return (changed,)
        case NewParams():
            params = changed_params(params_of(act.state), subject)
            act.state.put(state_keys.PARAMS_KEY, params)
            return (told.ParamsChanged(proposal=key),)
        case NewProtocol():
            protocol = Protocol(protocol_version=subject.protocol_version, adopted=act.origin)
            act.state.put(state_keys.PROTOCOL_KEY, protocol)
            return (told.ProtocolAdopted(protocol_version=subject.protocol_version),)
        case _:
            assert_never(subject)


def changed_params(params: Params, subject: NewParams) -> Params:
    """Give the parameters with some fields changed.

    Raises:
        TransactionRejected: BAD_PARAMS, no such field, named twice, or out of its own bounds.
    """
    values = {name: getattr(params, name) for name in Params.__struct_fields__}
    names = [change.name for change in subject.changes]
    require(len(set(names)) == len(names), Code.DUPLICATE_ITEM)
    require("version" not in names and set(names) <= set(values), Code.BAD_PARAMS)
    values.update((change.name, change.value) for change in subject.changes)
    ordered = (Params.__struct_config__.tag, *values.values())
    try:
        return msgspec.convert(ordered, Params)
    except msgspec.ValidationError:
        refuse(Code.BAD_PARAMS)


def _record(act: Act, institution: str) -> InstitutionRecord:
    record = institution_of(act.state, institution)
    if record is None:
        refuse(Code.UNKNOWN_INSTITUTION)
    return record


def _require_suspendable(act: Act, institution: str) -> None:
    require(_record(act, institution).suspended is None, Code.WRONG_STATE)
    others = (e for e in electorate_of(act.state).electors if e.institution != institution)
    require(any(elector.kind == "finance" for elector in others), Code.LAST_FINANCE)


def _change_standing(act: Act, institution: str, *, is_suspended: bool) -> None:
    record = _record(act, institution)
    changed = replace(record, suspended=act.origin if is_suspended else None)
    act.state.put(state_keys.institution_key(institution), changed)
    if record.is_validator:
        _put_electors(act, record, is_suspended=is_suspended)


def _put_electors(act: Act, record: InstitutionRecord, *, is_suspended: bool) -> None:
    own = record.institution
    kept = [e for e in electorate_of(act.state).electors if e.institution != own.institution_id]
    if not is_suspended:
        kept.append(Elector(institution=own.institution_id, kind=own.kind))
    kept.sort(key=lambda elector: elector.institution)
    act.state.put(state_keys.ELECTORATE_KEY, Electorate(electors=tuple(kept)))
