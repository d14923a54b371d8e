"""The guards of the axes of a bill, and the two rules against double reimbursement.

Rules: a guard looks at objects only and refuses by its code. These checks are made where
operations execute and nowhere else, so live, catch-up and restore cannot differ.

Source: domain.md section 3.
"""

from collections.abc import Iterable

from ledgerd.chain.genesis import Institution
from ledgerd.chain.params import Params
from ledgerd.ledger.acting import refuse, require
from ledgerd.ledger.days import DAY_MS
from ledgerd.ledger.fields import BillRef, BillType, PublicPosition
from ledgerd.ledger.objects import (
    AID,
    MEDICARE,
    PUBLIC_PAYERS,
    Bill,
    PayerPosition,
    PayerState,
)
from ledgerd.ledger.overlay import StateReader
from ledgerd.ledger.queries import institution_of
from ledgerd.ledger.reject_codes import RejectCode as Code
from ledgerd.primitives.identifiers import BillKey, owner_commitment
from ledgerd.primitives.money import sum_fen

FINAL_PUBLIC_STATES = (
    PayerState.DECIDED,
    PayerState.PAID,
    PayerState.REFUSED,
    PayerState.EXPIRED,
    PayerState.RECOVERED,
)


def checked_sum(amounts_fen: Iterable[int]) -> int:
    """Add amounts, or refuse when the sum leaves its range."""
    try:
        return sum_fen(amounts_fen)
    except OverflowError:
        refuse(Code.AMOUNT_OUT_OF_RANGE)


def require_institution(reader: StateReader, institution_id: str, *kinds: str) -> Institution:
    """Give an institution of one of the kinds (of any, when none is named)."""
    record = institution_of(reader, institution_id)
    if record is None or (kinds and record.institution.kind not in kinds):
        refuse(Code.UNKNOWN_INSTITUTION)
    return record.institution


def require_standing(bill: Bill) -> None:
    """Refuse a red bill, one that is taken back, and one whose sealed parts are gone."""
    require(bill.bill_type == BillType.BLUE, Code.RED_BILL)
    require(not bill.is_taken_back, Code.REVERSED)
    require(bill.erased == 0, Code.ERASED)


def require_unannounced(bill: Bill) -> None:
    """Refuse new claims, entries and papers on a bill that will be reversed."""
    require(bill.announced is None, Code.REVERSAL_ANNOUNCED)


def require_no_open_claim(bill: Bill) -> None:
    require(not any(entry.is_open for entry in bill.payers), Code.CLAIM_OPEN)


def require_supervisable(bill: Bill) -> None:
    """Refuse what cannot be countersigned: red bills can, those taken back cannot."""
    require(not bill.is_taken_back, Code.REVERSED)
    require(bill.supervised is None, Code.ALREADY_SUPERVISED)


def require_owner(bill: Bill, ref: BillRef, account: bytes, salt: bytes) -> None:
    """Check that account and salt open the bill's owner commitment."""
    require(bill.owner is not None, Code.NOT_THE_OWNER)
    opened = owner_commitment(BillKey(ref.code, ref.number), account, salt)
    require(bill.owner == opened, Code.NOT_THE_OWNER)


def require_claimable(bill: Bill, payer: str, params: Params, time_ms: int) -> None:
    """Check what filing a claim of one payer needs (the guards table, and rule 1)."""
    require_open_to_claims(bill, params, time_ms)
    entry = bill.payer(payer)
    if entry is not None:
        require(not entry.is_open, Code.CLAIM_OPEN)
        was_paid = entry.state in (PayerState.PAID, PayerState.RECOVERED)
        require(not was_paid, Code.CLAIM_PAID)


def require_open_to_claims(bill: Bill, params: Params, time_ms: int) -> None:
    """Check what filing and appealing need of the bill, whoever the payer is."""
    require_standing(bill)
    require(bill.supervised is not None, Code.NOT_SUPERVISED)
    require(bill.is_paid_in_full, Code.NOT_PAID_IN_FULL)
    require_unannounced(bill)
    require(not bill.is_paper_out, Code.PAPER_OUT)
    require(not bill.is_entered_wholly, Code.ENTERED)
    require(time_ms <= filing_ends_ms(bill, params), Code.FILING_PERIOD_OVER)


def filing_ends_ms(bill: Bill, params: Params) -> int:
    return bill.issued_ms + params.filing_days * DAY_MS


def require_room(bill: Bill, payer: str, amount_fen: int) -> None:
    """Check rule 2: what all payers bear together fits, the new amount included.

    What the hospital bears itself is no payer's to reimburse, so it does not count as room.
    """
    borne_fen = checked_sum(entry.borne_fen for entry in bill.payers)
    room_fen = bill.total_fen - bill.hospital_fen - borne_fen
    code = Code.OVER_TOTAL if payer in PUBLIC_PAYERS else Code.OVER_PRIVATE_SHARE
    require(amount_fen <= room_fen, code)


def require_public_final(bill: Bill, payer: str, params: Params, time_ms: int) -> None:
    """Check rule 3: an insurer decides when the public position is final."""
    if payer not in PUBLIC_PAYERS:
        require(is_public_final(bill, params, time_ms), Code.PUBLIC_NOT_FINAL)


def is_public_final(bill: Bill, params: Params, time_ms: int) -> bool:
    """Say whether no public payer can bear more of this bill.

    Final is a settlement, a decided or expired claim to medicare, "none" that nobody disputed in
    time, and a share that nobody claimed until the filing period ended; never while somebody waits
    for a decision on assistance.
    """
    aid = bill.payer(AID)
    if aid is not None and aid.state == PayerState.FILED:
        return False
    public = bill.payer(MEDICARE)
    if public is not None and public.state in FINAL_PUBLIC_STATES:
        return True
    if public is not None and public.is_open:
        return False
    if bill.public == PublicPosition.NONE:
        return time_ms > bill.issued_ms + params.public_dispute_ms
    return time_ms > filing_ends_ms(bill, params)


def was_anything_filed(bill: Bill) -> bool:
    return any(entry.claim is not None for entry in bill.payers)


def require_nothing_borne(bill: Bill) -> None:
    """Check that no claim is open and no payer but a settlement holds anything of the bill."""
    require_no_open_claim(bill)
    require(not bill.is_entered, Code.ENTERED)
    require(not any(e.borne_fen for e in bill.payers if not is_settled(e)), Code.SOMETHING_PAID)


def is_settled(entry: PayerPosition) -> bool:
    """Say whether an entry holds what a settlement at the counter bore."""
    return entry.claim is None and entry.payer == MEDICARE
