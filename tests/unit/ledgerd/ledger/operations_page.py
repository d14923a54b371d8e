"""The page docs/operations-of-the-ledger.md, written from the code tables.

Bodies, authors, tags and codes come from the code; what a table cannot say (preconditions, effect,
events, keys) stands in ``WORDS`` and is checked by the tests: events and keys against a story.
"""

from typing import get_type_hints

from ledgerd.ledger.operations import OPERATION_TYPES, Operation
from ledgerd.ledger.reject_codes import MEANINGS, RejectCode
from ledgerd.ledger.rights import RIGHTS, Right
from tests.unit.ledgerd.ledger.words import Words
from tests.unit.ledgerd.ledger.words_axes import AXIS_WORDS
from tests.unit.ledgerd.ledger.words_care import CARE_WORDS
from tests.unit.ledgerd.ledger.words_governance import BOOK_WORDS, GOVERNANCE_WORDS
from tests.unit.ledgerd.ledger.words_patients import PATIENT_WORDS
from tests.unit.ledgerd.ledger.words_redress import REDRESS_WORDS

_FIRST: dict[str, Words] = {
    "AllotNumbers": Words(
        "the code begins with the region; the code is the author's (or nobody's yet), or the "
        "parent range is the author's; `first` at or after the next free number",
        "creates the range, moves the parent's counter behind it",
        ("NumbersAllotted",),
        "2",
        ("UNKNOWN_INSTITUTION", "NUMBER_OUT_OF_RANGE", "NOT_A_PARTY", "RANGE_OVERLAPS",
         "RANGE_NOT_HELD", "NOT_FOUND"),
    ),
    "IssueBill": Words(
        "the number lies in a range that the author holds and has not handed on, no bill has it; "
        "the issue date lies within 31 days before and 1 day after the block; settled exactly "
        "with an open settlement of the same hospital, total and public share; no public share "
        "without one",
        "creates the bill; consumes the settlement, which then counts as paid by medicare",
        ("BillIssued",),
        "1, and 1 for a settlement",
        ("NOT_FOUND", "RANGE_NOT_HELD", "NUMBER_OUT_OF_RANGE", "NUMBER_TAKEN", "BAD_DATE",
         "PUBLIC_POSITION_WRONG", "SETTLEMENT_NOT_OPEN", "SETTLEMENT_DIFFERS"),
    ),
    "RecordPayment": Words(
        "an own blue bill that stands; the sum stays within total - public share - hospital part",
        "adds the payment to the bill (32 at most)",
        ("PaymentRecorded",),
        "1",
        ("NOT_FOUND", "NOT_A_PARTY", "RED_BILL", "REVERSED", "PAYMENT_TOO_HIGH", "TOO_MANY"),
    ),
    "Countersign": Words(
        "issued, not reversed, not yet supervised; the office has opened the face",
        "the bill is supervised",
        ("BillCountersigned",),
        "1",
        ("NOT_FOUND", "REVERSED", "ALREADY_SUPERVISED"),
    ),
    "AnnounceReversal": Words(
        "an own supervised blue bill",
        "no new claim from now on",
        ("ReversalAnnounced",),
        "1",
        ("NOT_FOUND", "NOT_A_PARTY", "RED_BILL", "REVERSED", "NOT_SUPERVISED",
         "REVERSAL_ANNOUNCED"),
    ),
    "ReverseBill": Words(
        "an own blue bill, announced or never claimed; no open claim; no payer but a settlement "
        "holds anything, no entry; no paper out; above `four_eyes_fen` announced by another key; "
        "the red number as in IssueBill",
        "creates the red bill of the same amounts, marks the blue one, releases its settlement",
        ("BillReversed",),
        "2, and 1 for a settlement",
        ("NOT_FOUND", "NOT_A_PARTY", "RED_BILL", "REVERSED", "NOT_ANNOUNCED", "CLAIM_OPEN",
         "ENTERED", "SOMETHING_PAID", "PAPER_OUT", "FOUR_EYES", "RANGE_NOT_HELD",
         "NUMBER_OUT_OF_RANGE", "NUMBER_TAKEN", "BAD_DATE"),
    ),
    "ReportUnreadable": Words(
        "the bill is somebody else's and the author should be able to read it: the finance of its "
        "code, the settling bureau (any when nothing was settled), a reader by an own delivery "
        "under a grant in force",
        "writes the report under the bill, with the time until which keys are delivered anew",
        ("UnreadableReported",),
        "1",
        ("NOT_FOUND", "NOT_A_PARTY", "SCOPE_NOT_HELD", "GRANT_EXPIRED"),
    ),
    "Settle": Words(
        "funds named once each; funds + account + hospital part within the total; the position "
        "token is unused",
        "creates an open settlement and uses the position",
        ("Settled",),
        "2",
        ("BAD_DATE", "UNKNOWN_INSTITUTION", "DUPLICATE_ITEM", "AMOUNT_OUT_OF_RANGE",
         "POSITION_TAKEN"),
    ),
    "ReverseSettle": Words(
        "the author's own settlement, open, or released by the reversal of its bill; a new "
        "position token",
        "the settlement is reversed and the position used",
        ("SettlementReversed",),
        "2",
        ("NOT_FOUND", "NOT_A_PARTY", "SETTLEMENT_CONSUMED", "SETTLEMENT_NOT_OPEN",
         "POSITION_TAKEN"),
    ),
    "EnrolPatient": Words(
        "the account id is new, the registrar is a medicare bureau, the device key is valid",
        "creates an unconfirmed account",
        ("PatientEnrolled",),
        "1",
        ("ACCOUNT_EXISTS", "UNKNOWN_INSTITUTION", "BAD_KEY"),
    ),
    "ConfirmPatient": Words(
        "the author is the account's registrar, with another key than the enrolling one; the "
        "person's token is unused",
        "the account may claim and grant; uses the token",
        ("PatientConfirmed",),
        "2",
        ("NOT_FOUND", "NOT_A_PARTY", "ALREADY_CONFIRMED", "SAME_KEY", "PERSON_HAS_ACCOUNT"),
    ),
    "GrantAccess": Words(
        "a confirmed account whose salt opens the bill's owner commitment; an end in the future",
        "creates the grant under the bill",
        ("AccessGranted",),
        "1",
        ("NOT_FOUND", "ACCOUNT_NOT_CONFIRMED", "NOT_THE_OWNER", "UNKNOWN_INSTITUTION",
         "GRANT_EXPIRED"),
    ),
    "DeliverKey": Words(
        "a grant in force, or an open report, or neither for the devices of the bill's owner; the "
        "author reads what it hands on: the issuer, the countersigning finance (face), the "
        "settling or binding bureau, or a reader by an own delivery under a grant in force",
        "names the sealed document under the bill; answers the report",
        ("KeyDelivered",),
        "1, and 1 for a report",
        ("NOT_FOUND", "DUPLICATE_ITEM", "GRANT_EXPIRED", "WRONG_STATE", "NOT_THE_OWNER",
         "SCOPE_NOT_HELD"),
    ),
    "FileClaim": Words(
        "a confirmed account that owns each bill; each blue, supervised, paid in full, without "
        "announced reversal, no paper out, not entered wholly, within `filing_days`, without an "
        "open or paid claim of this payer (all medicare bureaus are one payer)",
        "creates the claim and opens the payer's entry on each bill",
        ("ClaimFiled",),
        "1 a bill, and 1",
        ("ACCOUNT_NOT_CONFIRMED", "BAD_DATE", "UNKNOWN_INSTITUTION", "DUPLICATE_ITEM",
         "NOT_FOUND", "NOT_THE_OWNER", "RED_BILL", "REVERSED", "NOT_SUPERVISED",
         "NOT_PAID_IN_FULL", "REVERSAL_ANNOUNCED", "PAPER_OUT", "ENTERED",
         "FILING_PERIOD_OVER", "CLAIM_OPEN", "CLAIM_PAID", "AMOUNT_OUT_OF_RANGE", "TOO_MANY"),
    ),
    "DecideClaim": Words(
        "the author's own filed claim; no bill above what was asked; reserved and paid of all "
        "payers within total - hospital part; an insurer only when the public position is final; "
        "office keys up to `auto_decide_fen`",
        "reserves per bill, or refuses when all amounts are 0",
        ("ClaimDecided",),
        "1 a bill, and 1",
        ("NOT_FOUND", "NOT_A_PARTY", "ALREADY_DECIDED", "CLAIM_CLOSED", "AMOUNT_DIFFERS",
         "AMOUNT_OUT_OF_RANGE", "OFFICE_LIMIT", "PUBLIC_NOT_FINAL", "OVER_TOTAL",
         "OVER_PRIVATE_SHARE"),
    ),
    "PayClaim": Words(
        "the author's own decided claim and exactly its reserved sum; a cashier's key is not the "
        "deciding one, an office key pays up to `auto_pay_fen`",
        "turns reserved into paid",
        ("ClaimPaid",),
        "1 a bill, and 1",
        ("NOT_FOUND", "NOT_A_PARTY", "NOT_DECIDED", "CLAIM_CLOSED", "AMOUNT_DIFFERS",
         "OFFICE_LIMIT", "SAME_KEY"),
    ),
    "WithdrawClaim": Words(
        "the author's own claim, not decided",
        "the claim is over; it may be filed again",
        ("ClaimWithdrawn",),
        "1 a bill, and 1",
        ("NOT_FOUND", "NOT_A_PARTY", "ALREADY_DECIDED", "CLAIM_CLOSED"),
    ),
    "ReleaseExpired": Words(
        "an open claim whose time to be decided or paid is over",
        "the claim is over and what it reserved is free",
        ("ClaimExpired",),
        "1 a bill, and 1",
        ("NOT_FOUND", "CLAIM_CLOSED", "NOT_EXPIRED"),
    ),
    **GOVERNANCE_WORDS,
    **BOOK_WORDS,
}  # fmt: skip

_ALL: dict[str, Words] = {**_FIRST, **PATIENT_WORDS, **AXIS_WORDS, **REDRESS_WORDS, **CARE_WORDS}
WORDS = {t.__name__: _ALL[t.__name__] for t in OPERATION_TYPES if t.__name__ in _ALL}

HEAD = """# Operations of the ledger

This page is written from the code (`tests/unit/ledgerd/ledger/test_operations_page.py --rewrite`)
and checked against it. An operation is a canonical array: tag, version 1, then the fields in this
order. Every operation can also be refused as a whole: MALFORMED, WRONG_CHAIN, EXPIRED,
VALID_TOO_LONG, UNKNOWN_AUTHOR, SIGNER_NOT_CURRENT, SUSPENDED, KIND_NOT_ALLOWED, ROLE_NOT_ALLOWED,
CONFLICTING_CLIENT_REF (where the ref names the object), ATOMIC_FAILED.

The same operation again, at any later height, changes nothing: its receipt says REPEATED and names
the first. An object is named by its state key.

Beside the state keys that each operation changes, the chain keeps running sums, one record of its
owner and period that a block of many operations changes once: what an `office` key did today
(every operation of such a key; OFFICE_DAY_LIMIT), the day book of an issuer (IssueBill,
ReverseBill, VoidBill), the highest number used of a range (IssueBill, ReverseBill), the clearing
of a bureau with a hospital in a month (Settle, ReverseSettle). Days and months are UTC, of block
time.
"""


def _who(right: Right) -> str:
    rows = [(right.kinds, right.roles)] if right.kinds else []
    rows += [((kind,), roles) for kind, roles in right.also]
    parts = [f"{', '.join(kinds)} / {', '.join(roles)}" for kinds, roles in rows]
    patient = ["a patient's device key"] if right.patients else []
    others = ["for the patient a proxy or an assisting clerk"] if right.for_others else []
    return "; ".join([*parts, *patient, *others])


def _section(type_: type[Operation]) -> str:
    name = type_.__name__
    words = WORDS[name]
    summary = (type_.__doc__ or "").split("\n")[0]
    hints = get_type_hints(type_)
    fields = ", ".join(f"`{field}`" for field in type_.__struct_fields__ if field in hints)
    lines = (
        f"## {name} ({type_.__struct_config__.tag})",
        "",
        summary,
        "",
        f"- Body: {fields}",
        f"- Who: {_who(RIGHTS[type_])}",
        f"- Needs: {words.needs}",
        f"- Effect: {words.effect}",
        f"- Events: {', '.join(words.events)}",
        f"- State keys changed: {words.keys}",
        f"- Refused with: {', '.join(words.codes)}",
    )
    return "\n".join(lines) + "\n"


def written_page() -> str:
    """Write the whole page."""
    codes = ["## Reject codes", "", "| Number | Name | Meaning |", "|---|---|---|"]
    codes += [f"| {code.value} | {code.name} | {MEANINGS[code]} |" for code in RejectCode]
    sections = [_section(type_) for type_ in OPERATION_TYPES]
    return "\n".join([HEAD, *sections, *codes]) + "\n"
