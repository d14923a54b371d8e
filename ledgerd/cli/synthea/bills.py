"""What one claim of a Synthea data set becomes: a bill, who pays what of it, and what was too much.

Rules: pure; amounts in integer fen; every claim with at least one charge becomes one bill, also
when its total is 0. The money of payers is what they sent electronically (``ECHECK``); the rest
of the bill is the patient's, whatever else the data set says was paid: cash above the charge is
counted as overpaid and does not stand on the bill.
"""

from collections.abc import Iterable
from dataclasses import dataclass, field

from ledgerd.cli.synthea.categories import CategoryTable
from ledgerd.cli.synthea.rows import ClaimRow, DataSet, DataSetError, TransactionRow

# Payers of the data set that are public; each other one is a commercial insurer.
PUBLIC_PAYERS = frozenset({"Dual Eligible", "Medicare", "Medicaid"})
QUANTITY_SCALE = 10_000  # quantities are integers of 1/10000
PRICE_SCALE_PER_FEN = 100  # unit prices are integers of 1/10000 yuan, a fen is 1/100


@dataclass(frozen=True, slots=True)
class BillLine:
    """One charge: category, what it was, and its amount."""

    category: str
    code: str
    description: str = field(repr=False)
    quantity: int
    unit_price: int
    amount_fen: int


@dataclass(frozen=True, slots=True)
class PayerShare:
    """What one payer bore of a bill, in fen, more than 0."""

    payer_id: str
    is_public: bool
    amount_fen: int


@dataclass(frozen=True, slots=True)
class ClaimBill:
    """A bill as the importer issues it.

    Attributes:
        shares: payers with money in this bill, public ones first, each once.
        patient_fen: the total less all shares: what the patient bears in the end. At the counter
            the patient pays ``own_fen``; commercial insurers give back their part by claims.
        overpaid_fen: what the data set says was paid beyond the charges; not on the bill.
    """

    claim_id: str
    patient_id: str
    organization_id: str
    encounter_class: str
    service_date: str
    lines: tuple[BillLine, ...]
    shares: tuple[PayerShare, ...]
    total_fen: int
    patient_fen: int
    overpaid_fen: int

    @property
    def public_fen(self) -> int:
        return sum(share.amount_fen for share in self.shares if share.is_public)

    @property
    def own_fen(self) -> int:
        """What stands on the bill as the patient's: the total less what public payers settled."""
        return self.total_fen - self.public_fen

    @property
    def commercial(self) -> PayerShare | None:
        """The commercial insurer's share: at most one of a bill's two payers is commercial."""
        found = [share for share in self.shares if not share.is_public]
        assert len(found) <= 1
        return found[0] if found else None

    @property
    def category_sums_fen(self) -> dict[str, int]:
        """Return the sums per category, in the order of the categories."""
        sums: dict[str, int] = {}
        for line in sorted(self.lines, key=lambda line: line.category):
            sums[line.category] = sums.get(line.category, 0) + line.amount_fen
        return sums


@dataclass(frozen=True, slots=True)
class Totals:
    """Sums over bills, in fen (the data set's cents) and counts."""

    bill_count: int
    line_count: int
    charged_fen: int
    settled_fen: int
    claimed_fen: int
    overpaid_fen: int


def bills_of(data: DataSet, table: CategoryTable) -> tuple[ClaimBill, ...]:
    """Return a bill for each claim with at least one charge, in the order of the claims.

    Raises:
        DataSetError: payers sent more than was charged, or money without naming a payer.
    """
    found = (_bill_of(claim, data, table) for claim in data.claims)
    return tuple(bill for bill in found if bill.lines)


def totals_of(bills: Iterable[ClaimBill]) -> Totals:
    """Sum up what an import of these bills must leave on the chain."""
    listed = tuple(bills)
    public = sum(bill.public_fen for bill in listed)
    return Totals(
        bill_count=len(listed),
        line_count=sum(len(bill.lines) for bill in listed),
        charged_fen=sum(bill.total_fen for bill in listed),
        settled_fen=public,
        claimed_fen=sum(s.amount_fen for bill in listed for s in bill.shares) - public,
        overpaid_fen=sum(bill.overpaid_fen for bill in listed),
    )


def _bill_of(claim: ClaimRow, data: DataSet, table: CategoryTable) -> ClaimBill:
    rows = data.transactions.get(claim.source_id, ())
    encounter = data.encounters[claim.encounter_id]
    lines = tuple(_line_of(row, data, table) for row in rows if row.kind == "CHARGE")
    total_fen = sum(line.amount_fen for line in lines)
    shares = _shares_of(claim, rows, data)
    covered_fen = sum(share.amount_fen for share in shares)
    if covered_fen > total_fen:
        raise DataSetError("claims_transactions.csv: payers of a claim sent more than was charged")
    paid_fen = sum(row.paid_fen for row in rows)
    return ClaimBill(
        claim_id=claim.source_id,
        patient_id=claim.patient_id,
        organization_id=encounter.organization_id,
        encounter_class=encounter.encounter_class,
        service_date=claim.service_date,
        lines=lines,
        shares=shares,
        total_fen=total_fen,
        patient_fen=total_fen - covered_fen,
        overpaid_fen=max(0, paid_fen - total_fen),
    )


def _line_of(row: TransactionRow, data: DataSet, table: CategoryTable) -> BillLine:
    return BillLine(
        category=table.category_of(row.code, data),
        code=row.code,
        description=row.note,
        quantity=row.unit_count * QUANTITY_SCALE,
        unit_price=row.unit_price_fen * PRICE_SCALE_PER_FEN,
        amount_fen=row.charged_fen,
    )


def _shares_of(
    claim: ClaimRow, rows: tuple[TransactionRow, ...], data: DataSet
) -> tuple[PayerShare, ...]:
    """Split the electronic payments: the first payer's, behind a transfer of type 2 the second's.

    Each line is charged to the first payer anew, so a charge ends the second payer's turn.
    """
    sums: dict[str, int] = {}
    payer_id = claim.primary_payer_id
    for row in rows:
        if row.kind == "CHARGE":
            payer_id = claim.primary_payer_id
        elif row.kind == "TRANSFERIN" and row.transfer_type == "2":
            payer_id = claim.secondary_payer_id
        elif row.kind == "PAYMENT" and row.method == "ECHECK" and row.paid_fen:
            if not payer_id:
                raise DataSetError(
                    "claims_transactions.csv: a payment by a payer that is not named"
                )
            sums[payer_id] = sums.get(payer_id, 0) + row.paid_fen
    shares = (
        PayerShare(payer_id, data.payers.get(payer_id, "") in PUBLIC_PAYERS, amount_fen)
        for payer_id, amount_fen in sums.items()
    )
    return tuple(sorted(shares, key=lambda share: not share.is_public))
