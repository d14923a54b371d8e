"""Whether an institution can become a member, and its record when it does.

Rules: what genesis checks of an institution is checked here again, in the same way.

Source: domain.md sections 1 and 4.
"""

from ledgerd.chain.genesis import Institution
from ledgerd.ledger import state_keys
from ledgerd.ledger.acting import Act, require
from ledgerd.ledger.governance_objects import InstitutionRecord
from ledgerd.ledger.queries import institution_of
from ledgerd.ledger.reject_codes import RejectCode as Code
from ledgerd.primitives.identifiers import is_institution_id
from ledgerd.primitives.signatures import is_acceptable_public_key
from ledgerd.primitives.wrapping import is_acceptable_encryption_key


def require_admissible(act: Act, candidate: Institution) -> None:
    """Refuse a candidate that cannot be a member."""
    require(is_institution_id(candidate.institution_id), Code.UNKNOWN_INSTITUTION)
    existing = institution_of(act.state, candidate.institution_id)
    require(existing is None, Code.INSTITUTION_EXISTS)
    require(candidate.hosted_by is not None, Code.NOT_A_VALIDATOR)
    assert candidate.hosted_by is not None
    require_host(act, candidate.hosted_by)
    require_keys(candidate)


def require_host(act: Act, host: str) -> None:
    """Refuse a host that runs no validator."""
    record = institution_of(act.state, host)
    require(record is not None and record.is_validator, Code.NOT_A_VALIDATOR)


def require_keys(candidate: Institution) -> None:
    """Check keys as genesis does: ascending, none twice, none that anybody could sign for."""
    operators = [(key.role, key.public_key) for key in candidate.operator_keys]
    require(operators == sorted(set(operators)), Code.BAD_KEY)
    public_keys = [public_key for _, public_key in operators]
    require(len(set(public_keys)) == len(public_keys), Code.BAD_KEY)
    require(all(is_acceptable_public_key(key) for key in public_keys), Code.BAD_KEY)
    numbers = [key.number for key in candidate.encryption_keys]
    require(numbers == sorted(set(numbers)), Code.BAD_KEY)
    sealing = [key.public_key for key in candidate.encryption_keys]
    require(all(is_acceptable_encryption_key(key) for key in sealing), Code.BAD_KEY)


def admit(act: Act, candidate: Institution) -> None:
    """Write the record of a new member."""
    record = InstitutionRecord(institution=candidate, is_validator=False, admitted=act.origin)
    act.state.put(state_keys.institution_key(candidate.institution_id), record)
