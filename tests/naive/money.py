"""What must hold of every bill that the ledger writes, whatever a model says (domain.md section 3).

Read from the ledger's own bytes, before and after each act, so that no rule of the naive model can
excuse a breach.
"""

from ledgerd.ledger.objects import Bill, PayerPosition
from tests.naive.objects import PUBLIC_PAYERS


def breaches(before: Bill | None, after: Bill) -> list[str]:
    """Say which invariants of money a changed bill breaks."""
    return [*_of_sums(after), *_of_steps(before, after)]


def _of_sums(bill: Bill) -> list[str]:
    borne = sum(its.reserved_fen + its.paid_fen for its in bill.payers)
    public = sum(_borne(its) for its in bill.payers if its.payer in PUBLIC_PAYERS)
    checks = (
        (borne <= bill.total_fen - bill.hospital_fen, "more is borne than was charged"),
        (borne - public <= bill.total_fen - bill.public_fen, "private payers bear a public share"),
        (bill.paid_fen == sum(p.amount_fen for p in bill.payments), "payments do not add up"),
        (
            bill.paid_fen <= bill.total_fen - bill.public_fen - bill.hospital_fen,
            "the patient paid more than the patient's share",
        ),
        (bill.refunded_fen <= bill.paid_fen, "more was refunded than was paid"),
    )
    return [what for holds, what in checks if not holds]


def _borne(its: PayerPosition) -> int:
    return its.reserved_fen + its.paid_fen


def _of_steps(before: Bill | None, after: Bill) -> list[str]:
    if before is None:
        return []
    known = {its.payer: its for its in before.payers}
    found = []
    for its in after.payers:
        old = known.get(its.payer)
        if old is None:
            continue
        growth = its.paid_fen - old.paid_fen
        if old.recovered_fen and (growth > 0 or its.reserved_fen > old.reserved_fen):
            found.append("a payer pays again what was recovered from its claim")
        if old.claim is not None and its.claim == old.claim and growth > old.reserved_fen:
            found.append("more was paid than was reserved")
        if its.recovered_fen < old.recovered_fen:
            found.append("what was recovered became less")
    return found
