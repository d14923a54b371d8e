"""Typed bodies of the operations by which institutions govern the ledger.

Rules: as in ``bill_operations``. Only admissions without a validator exist so far.

Source: domain.md section 4.
"""

from ledgerd.chain.genesis import Institution
from ledgerd.ledger.fields import Day, ObjectKey
from ledgerd.primitives.canonical import ClientRef, Record


class Propose(Record, tag=50, frozen=True, kw_only=True):
    """Propose the admission of an institution that a validator hosts; counts as a yes.

    Attributes:
        date: YYYYMMDD, part of the proposal's key.
    """

    client_ref: ClientRef
    date: Day
    candidate: Institution


class Vote(Record, tag=51, frozen=True, kw_only=True):
    """Vote on a proposal; finance and one medicare bureau adopt it together."""

    client_ref: ClientRef
    proposal: ObjectKey
    approve: bool


GovernanceOperation = Propose | Vote
