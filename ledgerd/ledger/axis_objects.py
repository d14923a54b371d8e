"""The objects that the further axes of a bill keep under the bill's key.

Source: domain.md section 3; the keys are in ``state_keys``.
"""

from ledgerd.ledger.fields import GrantId, SealedDocument
from ledgerd.ledger.objects import Origin
from ledgerd.primitives.canonical import Fen, InstitutionId, Record


class BillEntry(Record, tag=100, frozen=True, kw_only=True):
    """A bill in the accounts of a unit; the amount stands in the bill as what ``employer`` paid.

    Attributes:
        grant: the consent under which it was entered.
        unit: sealed; only finance and the patient know which unit it is.
    """

    finance: InstitutionId
    grant: GrantId
    amount_fen: Fen
    unit: SealedDocument
    origin: Origin
    revoked: Origin | None = None
