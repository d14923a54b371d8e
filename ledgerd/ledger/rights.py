"""Who may do what: the authorisation matrix as one table.

Rules: a row per operation, nothing allowed without a row. Relations to the object (issuer of the
bill, payer of the claim, owner) are guards of the operation; amounts are limits of ``office`` keys.
The table is held to tests/data/who_may.csv, written by hand from the domain and not from here.

Source: domain.md section 4.
"""

from dataclasses import dataclass
from typing import Final

from ledgerd.chain.genesis import Kind, Role
from ledgerd.ledger import (
    bill_operations as bo,
    claim_operations as co,
    governance_operations as go,
)
from ledgerd.ledger.acting import Actor, require
from ledgerd.ledger.operations import Operation
from ledgerd.ledger.reject_codes import RejectCode

ALL_KINDS: Final[tuple[Kind, ...]] = ("finance", "hospital", "medicare", "insurer", "regulator")
ALL_ROLES: Final[tuple[Role, ...]] = (
    "office",
    "clerk",
    "cashier",
    "reviewer",
    "admin",
    "terminal",
)


@dataclass(frozen=True, slots=True)
class Right:
    """One row.

    Attributes:
        kinds: of institutions; empty when only patients may.
        roles: of the signing key.
        patients: a key of an account may.
    """

    kinds: tuple[Kind, ...] = ()
    roles: tuple[Role, ...] = ()
    patients: bool = False


_PATIENT: Final = Right(patients=True)
RIGHTS: Final[dict[type[Operation], Right]] = {
    bo.AllotNumbers: Right(("finance",), ("clerk", "office")),
    bo.IssueBill: Right(("hospital",), ("office", "cashier")),
    bo.RecordPayment: Right(("hospital",), ("office", "cashier")),
    bo.Countersign: Right(("finance",), ("office", "clerk")),
    bo.AnnounceReversal: Right(("hospital",), ("cashier",)),
    bo.ReverseBill: Right(("hospital",), ("cashier",)),
    bo.ReportUnreadable: Right(ALL_KINDS, ("office",)),
    bo.Settle: Right(("medicare",), ("office", "clerk")),
    bo.ReverseSettle: Right(("medicare",), ("office", "clerk")),
    co.EnrolPatient: Right(("hospital", "medicare"), ("clerk",)),
    co.ConfirmPatient: Right(("medicare",), ("reviewer",)),
    co.GrantAccess: _PATIENT,
    co.DeliverKey: Right(ALL_KINDS, ("office",)),
    co.FileClaim: _PATIENT,
    co.DecideClaim: Right(("medicare", "insurer"), ("office", "reviewer")),
    co.PayClaim: Right(("medicare", "insurer"), ("office", "cashier")),
    co.WithdrawClaim: _PATIENT,
    co.ReleaseExpired: Right(ALL_KINDS, ALL_ROLES, patients=True),
    go.Propose: Right(ALL_KINDS, ("admin",)),
    go.Vote: Right(("finance", "medicare"), ("admin",)),
}


def require_right(operation: Operation, actor: Actor) -> None:
    """Refuse an actor whose kind or role has no cell in the operation's row."""
    right = RIGHTS[type(operation)]
    if actor.institution is None:
        require(right.patients, RejectCode.KIND_NOT_ALLOWED)
        return
    require(actor.institution.kind in right.kinds, RejectCode.KIND_NOT_ALLOWED)
    require(actor.role in right.roles, RejectCode.ROLE_NOT_ALLOWED)
