"""Typed bodies of the operations by which institutions govern the ledger and themselves.

Rules: as in ``bill_operations``. What a proposal is about is a tagged union, so that a vote is on
exactly one thing; common affairs are voted on, own affairs are not.

Source: domain.md section 4.
"""

from typing import Annotated, Final

from msgspec import Meta

from ledgerd.chain.genesis import Address, Institution, Role
from ledgerd.ledger.fields import Day, ObjectKey
from ledgerd.primitives.canonical import (
    U16,
    U63,
    Canonical,
    ClientRef,
    InstitutionId,
    Key32,
    Record,
    Signature64,
)

PARAM_CHANGES_MAX: Final = 32
ADDRESSES_MAX: Final = 8

ParamName = Annotated[str, Meta(min_length=1, max_length=40, pattern=r"\A[a-z_]+\Z")]
ParamText = Annotated[str, Meta(max_length=64, pattern=r"\A[\x20-\x7e]*\Z")]


class Admission(Record, tag=1, frozen=True, kw_only=True):
    """Let in an institution that a validator hosts; finance and one medicare bureau decide."""

    candidate: Institution


class Suspension(Record, tag=2, frozen=True, kw_only=True):
    """Suspend an institution: its operations are refused, its votes do not count."""

    institution: InstitutionId


class Reinstatement(Record, tag=3, frozen=True, kw_only=True):
    """End the suspension of an institution."""

    institution: InstitutionId


class ParamChange(Canonical, frozen=True, kw_only=True):
    """A new value of one field of ``Params``; the field's own type bounds it."""

    name: ParamName
    value: U63 | ParamText


class NewParams(Record, tag=4, frozen=True, kw_only=True):
    """Change any of the parameters; the others stay what they are when it is adopted."""

    changes: Annotated[tuple[ParamChange, ...], Meta(min_length=1, max_length=PARAM_CHANGES_MAX)]


class NewProtocol(Record, tag=5, frozen=True, kw_only=True):
    """Go over to a later version of the rules, from the block after the adoption."""

    protocol_version: U16


Subject = Admission | Suspension | Reinstatement | NewParams | NewProtocol


class Propose(Record, tag=50, frozen=True, kw_only=True):
    """Propose something that members decide together; counts as the author's yes.

    Attributes:
        date: YYYYMMDD, part of the proposal's key.
    """

    client_ref: ClientRef
    date: Day
    subject: Subject


class Vote(Record, tag=51, frozen=True, kw_only=True):
    """Vote on a proposal, once."""

    client_ref: ClientRef
    proposal: ObjectKey
    approve: bool


class OperatorKeyChange(Record, tag=1, frozen=True, kw_only=True):
    """Add an operator key, retire one, or both at once.

    Attributes:
        role: of the added and of the retired key.
        possession: the added key's signature over chain, institution, role and key.
    """

    role: Role
    added: Key32 | None = None
    possession: Signature64 | None = None
    retired: Key32 | None = None


class EncryptionKeyAdded(Record, tag=2, frozen=True, kw_only=True):
    """Announce the next encryption key; older ones stay, for old payloads are sealed to them."""

    number: U16
    public_key: Key32


class RotateOwnKey(Record, tag=52, frozen=True, kw_only=True):
    """Change an own key; never leaves the institution without an admin key."""

    client_ref: ClientRef
    change: OperatorKeyChange | EncryptionKeyAdded


class RegisterTerminal(Record, tag=53, frozen=True, kw_only=True):
    """Register an own terminal (a machine at the counter), or take it out of service.

    Attributes:
        possession: the terminal's signature over chain, institution, role and key; None takes
            the terminal out of service for ever.
    """

    client_ref: ClientRef
    terminal: Key32
    possession: Signature64 | None = None


class AnnounceAddress(Record, tag=54, frozen=True, kw_only=True):
    """Say where the own node listens, or which validator's node is used from now on.

    Attributes:
        addresses: all of them; replaces what was announced.
        hosted_by: of a hosted institution its host; None for one with an own node.
    """

    client_ref: ClientRef
    addresses: Annotated[tuple[Address, ...], Meta(max_length=ADDRESSES_MAX)] = ()
    hosted_by: InstitutionId | None = None


GovernanceOperation = Propose | Vote | RotateOwnKey | RegisterTerminal | AnnounceAddress
