"""The objects of governance: who votes, which rules are in force, what an institution did itself.

Rules: as in ``objects``.

Source: domain.md sections 1 and 4.
"""

from typing import Annotated

from msgspec import Meta

from ledgerd.chain.genesis import Kind
from ledgerd.chain.membership import MEMBER_COUNT_MAX
from ledgerd.ledger.objects import Origin
from ledgerd.primitives.canonical import U16, Canonical, InstitutionId, Record


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
