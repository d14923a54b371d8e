"""What the operations of governance tell the subscribers.

Rules: as in ``events``.
"""

from typing import Literal

from ledgerd.ledger.fields import ObjectKey
from ledgerd.primitives.canonical import U16, InstitutionId, Key32, Record

SubjectName = Literal["admission", "suspension", "reinstatement", "params", "protocol"]


class ProposalMade(Record, tag=50, frozen=True, kw_only=True):
    """Something waits for votes.

    Attributes:
        institution: whom it is about; None for parameters and rules.
    """

    proposal: ObjectKey
    subject: SubjectName
    institution: InstitutionId | None


class VoteCast(Record, tag=51, frozen=True, kw_only=True):
    """An institution voted on a proposal."""

    proposal: ObjectKey
    voter: InstitutionId
    approve: bool


class InstitutionAdmitted(Record, tag=52, frozen=True, kw_only=True):
    """An institution is a member."""

    institution: InstitutionId


class StandingChanged(Record, tag=53, frozen=True, kw_only=True):
    """An institution was suspended, or its suspension ended."""

    institution: InstitutionId
    is_suspended: bool


class ParamsChanged(Record, tag=54, frozen=True, kw_only=True):
    """Other parameters are in force."""

    proposal: ObjectKey


class ProtocolAdopted(Record, tag=55, frozen=True, kw_only=True):
    """From the next block on other rules are in force."""

    protocol_version: U16


class ProposalRejected(Record, tag=56, frozen=True, kw_only=True):
    """A proposal can no longer be adopted."""

    proposal: ObjectKey


class OwnKeysChanged(Record, tag=57, frozen=True, kw_only=True):
    """An institution changed its own keys."""

    institution: InstitutionId


class TerminalChanged(Record, tag=58, frozen=True, kw_only=True):
    """A terminal was registered or taken out of service."""

    institution: InstitutionId
    terminal: Key32
    in_service: bool


class AddressAnnounced(Record, tag=59, frozen=True, kw_only=True):
    """An institution is reached elsewhere."""

    institution: InstitutionId


GovernanceEvent = (
    ProposalMade
    | VoteCast
    | InstitutionAdmitted
    | StandingChanged
    | ParamsChanged
    | ProtocolAdopted
    | ProposalRejected
    | OwnKeysChanged
    | TerminalChanged
    | AddressAnnounced
)
