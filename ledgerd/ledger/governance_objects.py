"""The objects of governance: who votes, which rules are in force, what an institution did itself.

Rules: as in ``objects``.

Source: domain.md sections 1 and 4.
"""

from enum import IntEnum, unique
from typing import Annotated, Final

from msgspec import Meta

from ledgerd.chain.genesis import Institution, Kind
from ledgerd.chain.membership import MEMBER_COUNT_MAX
from ledgerd.ledger.governance_operations import Subject
from ledgerd.ledger.objects import Origin
from ledgerd.primitives.canonical import U16, Canonical, InstitutionId, Record, TimeMs

VOTES_MAX: Final = 128  # more than validators and bureaus that vote


class Elector(Canonical, frozen=True, kw_only=True):
    """An institution with a validator."""

    institution: InstitutionId
    kind: Kind


class Electorate(Record, tag=92, frozen=True, kw_only=True):
    """The institutions that decide common affairs: those with a validator, not suspended.

    Attributes:
        electors: ascending by id, none twice.
    """

    electors: Annotated[tuple[Elector, ...], Meta(max_length=MEMBER_COUNT_MAX)]


class Protocol(Record, tag=93, frozen=True, kw_only=True):
    """The version of the rules that members decided to go over to."""

    protocol_version: U16
    adopted: Origin


class OwnAffair(Record, tag=94, frozen=True, kw_only=True):
    """That an institution did something in its own affairs; what it is stands in its record."""

    origin: Origin


class Terminal(Record, tag=95, frozen=True, kw_only=True):
    """A registered terminal; once out of service it does not come back."""

    registered: Origin
    removed: Origin | None = None


class InstitutionRecord(Record, tag=90, frozen=True, kw_only=True):
    """A member of the ledger.

    Attributes:
        is_validator: it takes part in deciding; only such a member hosts others.
        admitted: None for the institutions of genesis.
        suspended: while it is, its operations are refused; None in good standing.
    """

    institution: Institution
    is_validator: bool
    admitted: Origin | None = None
    suspended: Origin | None = None


@unique
class ProposalState(IntEnum):
    """OPEN until enough approve, or until those who did not can no longer be enough."""

    OPEN = 1
    ADOPTED = 2
    REJECTED = 3


class Ballot(Canonical, frozen=True, kw_only=True):
    """One institution's vote; the proposer's own stands first."""

    voter: InstitutionId
    approve: bool
    origin: Origin


class Proposal(Record, tag=91, frozen=True, kw_only=True):
    """Something that members decide together, and their votes.

    Attributes:
        expires_ms: votes in blocks after it are refused.
    """

    state: ProposalState
    subject: Subject
    ballots: Annotated[tuple[Ballot, ...], Meta(max_length=VOTES_MAX)]
    origin: Origin
    expires_ms: TimeMs
