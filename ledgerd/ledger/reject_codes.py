"""The published codes with which the ledger answers an operation.

Rules: a number is never reused or renumbered, because receipts in old blocks carry it; every code
has a meaning in plain words, and a test holds docs/operations-of-the-ledger.md to this table.

Source: domain.md sections 2 to 4; style.md section 8.
"""

from enum import IntEnum, unique
from typing import Final


@unique
class RejectCode(IntEnum):
    """What became of one operation; 0 and 1 say that its effect is in force."""

    OK = 0
    REPEATED = 1

    # The transaction as a whole.
    MALFORMED = 10
    WRONG_CHAIN = 11
    EXPIRED = 12
    VALID_TOO_LONG = 13
    UNKNOWN_AUTHOR = 14
    SIGNER_NOT_CURRENT = 15
    SCHEME_NOT_SUPPORTED = 16
    ATOMIC_FAILED = 17

    # Who may.
    KIND_NOT_ALLOWED = 20
    ROLE_NOT_ALLOWED = 21
    NOT_A_PARTY = 22
    OFFICE_LIMIT = 23
    SAME_KEY = 24
    ACCOUNT_NOT_CONFIRMED = 25
    NOT_THE_OWNER = 26

    # Any object.
    CONFLICTING_CLIENT_REF = 30
    NOT_FOUND = 31
    BAD_DATE = 32
    AMOUNT_OUT_OF_RANGE = 33
    AMOUNT_DIFFERS = 34
    DUPLICATE_ITEM = 35
    UNKNOWN_INSTITUTION = 36
    WRONG_STATE = 37
    TOO_MANY = 38
    BAD_KEY = 39
    TOO_LARGE = 40

    # Numbers and the issue of bills.
    RANGE_OVERLAPS = 50
    NUMBER_OUT_OF_RANGE = 51
    NUMBER_TAKEN = 52
    RANGE_NOT_HELD = 53
    PUBLIC_POSITION_WRONG = 54
    SETTLEMENT_NOT_OPEN = 55
    SETTLEMENT_DIFFERS = 56
    POSITION_TAKEN = 57
    SETTLEMENT_CONSUMED = 58

    # The further axes of a bill.
    OWNER_SET = 60
    PAPER_OUT = 61
    PAPER_EXCHANGED = 62
    NO_PAPER_OUT = 63
    NOT_REVERSED = 64
    REFUND_TOO_HIGH = 65
    ALREADY_ENTERED = 66
    ENTERED = 67
    ENTRY_REVOKED = 68
    PURPOSE_DIFFERS = 69

    # The life of a bill.
    ALREADY_SUPERVISED = 70
    NOT_SUPERVISED = 71
    REVERSAL_ANNOUNCED = 72
    REVERSED = 73
    NOT_ANNOUNCED = 74
    PAYMENT_TOO_HIGH = 75
    NOT_PAID_IN_FULL = 76
    RED_BILL = 77
    FOUR_EYES = 78

    # Claims.
    FILING_PERIOD_OVER = 90
    CLAIM_OPEN = 91
    CLAIM_PAID = 92
    PUBLIC_NOT_FINAL = 93
    OVER_TOTAL = 94
    OVER_PRIVATE_SHARE = 95
    ALREADY_DECIDED = 96
    NOT_DECIDED = 97
    NOT_EXPIRED = 98
    CLAIM_CLOSED = 99
    SOMETHING_PAID = 100
    APPEAL_USED = 101
    CLAIM_REPLACED = 102
    SUPPLEMENT_OPEN = 103
    NO_SUPPLEMENT_ASKED = 104
    SUPPLEMENTS_USED = 105
    NOTHING_PAID = 106
    DEADLINE_OVER = 107

    # Alerts and cases.
    ALERT_USED = 160
    CASE_CLOSED = 161
    TOO_EARLY = 162
    SAME_INSTITUTION = 163

    # Accounts, grants, institutions.
    ACCOUNT_EXISTS = 110
    ALREADY_CONFIRMED = 111
    PERSON_HAS_ACCOUNT = 112
    GRANT_EXPIRED = 113
    SCOPE_NOT_HELD = 114
    INSTITUTION_EXISTS = 120
    PROPOSAL_CLOSED = 121
    NOT_A_VALIDATOR = 122
    ALREADY_VOTED = 123
    PROPOSAL_EXPIRED = 124
    NO_VOTE = 125
    LAST_FINANCE = 126
    BAD_PARAMS = 127
    UNKNOWN_PROTOCOL = 128
    SUSPENDED = 129
    POSSESSION_NOT_SHOWN = 130
    LAST_ADMIN_KEY = 131
    KEY_NUMBER_NOT_NEXT = 132
    OFFICE_DAY_LIMIT = 133

    # Books.
    NUMBERS_USED = 134
    NESTED_TOO_DEEP = 135
    PERIOD_NOT_OVER = 136
    TOTALS_DIFFER = 137
    ALREADY_REPORTED = 138
    NOT_REPORTED = 139
    ALREADY_ATTESTED = 140
    NOT_ATTESTED = 141
    ALREADY_WRITTEN_OFF = 142

    # Keys of accounts, and acts for others.
    KEY_WAITING = 170
    KEY_NOT_WAITING = 171
    RELYING_PARTY_DIFFERS = 172
    PROXY_OVER = 173
    OUT_OF_SCOPE = 174
    NOT_FOR_OTHERS = 175
    PRESENCE_STALE = 176
    PRESENCE_USED = 177
    PRESENCE_DIFFERS = 178
    ACCOUNT_HAS_KEY = 179
    ACT_IN_FORCE = 180
    ACT_NOT_WAITING = 181
    REVOCATION_OVER = 182
    ACT_REVOKED = 183

    # Visits and prescriptions.
    VISIT_CLOSED = 150
    VISIT_NOT_REGISTERED = 151
    ALREADY_REGISTERED = 152
    VISIT_DIFFERS = 153
    PRESCRIPTION_OVER = 154
    ALL_DISPENSED = 155

    # Erasure.
    ERASED = 190
    RETENTION_NOT_OVER = 191
    CASE_OPEN = 192
    ALREADY_APPROVED = 193
    ERASURE_NOT_APPROVED = 194
    ALREADY_CONFIRMED_ERASED = 195


IN_FORCE: Final = (RejectCode.OK, RejectCode.REPEATED)

_C = RejectCode
MEANINGS: Final[dict[RejectCode, str]] = {
    _C.OK: "Done.",
    _C.REPEATED: "The same operation is in force already; nothing changed, `first` names it.",
    _C.MALFORMED: "Not the canonical bytes of a known operation with every field in its range.",
    _C.WRONG_CHAIN: "The transaction names another chain.",
    _C.EXPIRED: "The block is later than the transaction's valid_until_ms.",
    _C.VALID_TOO_LONG: "valid_until_ms is more than 24 hours after the block.",
    _C.UNKNOWN_AUTHOR: "No institution or account of this id.",
    _C.SIGNER_NOT_CURRENT: "The signing key is no current key of the author.",
    _C.SCHEME_NOT_SUPPORTED: "The signature scheme is not allowed for this author.",
    _C.ATOMIC_FAILED: "Another operation of the same atomic transaction was refused.",
    _C.KIND_NOT_ALLOWED: "This kind of institution may not do this.",
    _C.ROLE_NOT_ALLOWED: "The role of the signing key may not do this.",
    _C.NOT_A_PARTY: "The object belongs to somebody else.",
    _C.OFFICE_LIMIT: "The amount is above what an office key may do alone.",
    _C.SAME_KEY: "This step needs another key than the step before it.",
    _C.ACCOUNT_NOT_CONFIRMED: "The account is not confirmed by its registrar.",
    _C.NOT_THE_OWNER: "Account and salt do not open the bill's owner commitment.",
    _C.CONFLICTING_CLIENT_REF: "Another operation of this author is in force under this ref.",
    _C.NOT_FOUND: "The object that the operation names does not exist.",
    _C.BAD_DATE: "No calendar day, or too far from the block's time.",
    _C.AMOUNT_OUT_OF_RANGE: "A sum leaves the range of amounts.",
    _C.AMOUNT_DIFFERS: "The amount is not the one that the ledger holds.",
    _C.DUPLICATE_ITEM: "The same thing is named twice in one operation.",
    _C.UNKNOWN_INSTITUTION: "The named institution does not exist or is of the wrong kind.",
    _C.WRONG_STATE: "The object's state does not allow this step.",
    _C.TOO_MANY: "The object holds as many entries as it may.",
    _C.BAD_KEY: "A public key is not valid, or stands there twice.",
    _C.TOO_LARGE: "More items or bytes than allowed.",
    _C.RANGE_OVERLAPS: "The numbers are allotted already or lie outside the parent range.",
    _C.NUMBER_OUT_OF_RANGE: "The number is not in the named range.",
    _C.NUMBER_TAKEN: "A bill with this number exists.",
    _C.RANGE_NOT_HELD: "The range is held by somebody else, or was handed on.",
    _C.PUBLIC_POSITION_WRONG: "Public share, settlement and public position contradict each other.",
    _C.SETTLEMENT_NOT_OPEN: "The settlement is consumed or reversed.",
    _C.SETTLEMENT_DIFFERS: "The settlement is of another hospital or other amounts.",
    _C.POSITION_TAKEN: "This position of the person's yearly counters is used.",
    _C.SETTLEMENT_CONSUMED: "A bill stands on this settlement: reverse the bill first.",
    _C.OWNER_SET: "The bill has an owner already.",
    _C.PAPER_OUT: "A paper bill is out for it: recall the paper first.",
    _C.PAPER_EXCHANGED: "A paper bill was exchanged for it already.",
    _C.NO_PAPER_OUT: "No paper bill is out for it.",
    _C.NOT_REVERSED: "The bill stands: a refund follows its reversal.",
    _C.REFUND_TOO_HIGH: "More than the patient paid would be refunded.",
    _C.ALREADY_ENTERED: "The bill is entered, or was, and is not entered again.",
    _C.ENTERED: "A unit bears the bill by an entry: revoke the entry first.",
    _C.ENTRY_REVOKED: "The entry is revoked already.",
    _C.PURPOSE_DIFFERS: "The grant was given for another purpose.",
    _C.ALREADY_SUPERVISED: "The bill is countersigned already.",
    _C.NOT_SUPERVISED: "The bill is not countersigned by finance.",
    _C.REVERSAL_ANNOUNCED: "The reversal of this bill is announced.",
    _C.REVERSED: "The bill is reversed or voided.",
    _C.NOT_ANNOUNCED: "Something was filed on this bill: its reversal must be announced first.",
    _C.PAYMENT_TOO_HIGH: "More than the patient's share would be paid.",
    _C.NOT_PAID_IN_FULL: "The patient's share is not paid in full.",
    _C.RED_BILL: "This cannot be done with a red bill.",
    _C.FOUR_EYES: "Above the limit one key announces and another one reverses.",
    _C.FILING_PERIOD_OVER: "The period for filing a claim is over.",
    _C.CLAIM_OPEN: "A claim on this bill is open.",
    _C.CLAIM_PAID: "This payer has paid this bill.",
    _C.PUBLIC_NOT_FINAL: "The public position of the bill is not final.",
    _C.OVER_TOTAL: "All payers together would bear more than the bill.",
    _C.OVER_PRIVATE_SHARE: "Insurers and employer together would bear more than the private share.",
    _C.ALREADY_DECIDED: "The claim is decided.",
    _C.NOT_DECIDED: "The claim is not decided.",
    _C.NOT_EXPIRED: "The claim's time is not over.",
    _C.CLAIM_CLOSED: "The claim is paid, refused, withdrawn or expired.",
    _C.SOMETHING_PAID: "A payer has paid and not recovered.",
    _C.APPEAL_USED: "The decision was appealed as often as it may be.",
    _C.CLAIM_REPLACED: "A later claim of this payer stands on the bill.",
    _C.SUPPLEMENT_OPEN: "Documents are asked for and the patient's time is not over.",
    _C.NO_SUPPLEMENT_ASKED: "No documents are asked for.",
    _C.SUPPLEMENTS_USED: "Documents were asked for as often as allowed.",
    _C.NOTHING_PAID: "The claim is not paid: there is nothing to take back.",
    _C.DEADLINE_OVER: "The time for this step is over.",
    _C.ALERT_USED: "A case was opened from this alert.",
    _C.CASE_CLOSED: "The case is closed.",
    _C.TOO_EARLY: "The deadline before which this may not be done is not over.",
    _C.SAME_INSTITUTION: "The second judge is neither opener nor finder nor first judge.",
    _C.ACCOUNT_EXISTS: "An account of this id exists.",
    _C.ALREADY_CONFIRMED: "The account is confirmed already.",
    _C.PERSON_HAS_ACCOUNT: "This person has a confirmed account already.",
    _C.GRANT_EXPIRED: "The grant is over or was revoked.",
    _C.SCOPE_NOT_HELD: "The author cannot read what it would hand on.",
    _C.INSTITUTION_EXISTS: "An institution of this id exists.",
    _C.PROPOSAL_CLOSED: "The proposal is adopted or rejected.",
    _C.NOT_A_VALIDATOR: "The named host runs no validator.",
    _C.ALREADY_VOTED: "The institution has voted on this proposal.",
    _C.PROPOSAL_EXPIRED: "The time to vote on this proposal is over.",
    _C.NO_VOTE: "The institution has no vote on this.",
    _C.LAST_FINANCE: "Without this institution of finance nothing could be decided any more.",
    _C.BAD_PARAMS: "No such parameter, or a value outside of its bounds.",
    _C.UNKNOWN_PROTOCOL: "No later version of the rules that this release knows.",
    _C.SUSPENDED: "The institution is suspended.",
    _C.POSSESSION_NOT_SHOWN: "The new key did not sign for this institution and role.",
    _C.LAST_ADMIN_KEY: "An institution keeps at least one admin key.",
    _C.KEY_NUMBER_NOT_NEXT: "Encryption keys are numbered one after the other.",
    _C.OFFICE_DAY_LIMIT: "The office key has done as much today as it may.",
    _C.NUMBERS_USED: "The numbers are used, handed on, or not at the end of the range.",
    _C.NESTED_TOO_DEEP: "Ranges nest in three levels and not deeper.",
    _C.PERIOD_NOT_OVER: "The day or month is not over.",
    _C.TOTALS_DIFFER: "The ledger counted other sums.",
    _C.ALREADY_REPORTED: "The day is reported already.",
    _C.NOT_REPORTED: "The issuer has not reported the day.",
    _C.ALREADY_ATTESTED: "This is attested already.",
    _C.NOT_ATTESTED: "The day of the bill's issue is not attested.",
    _C.ALREADY_WRITTEN_OFF: "The bill is written off.",
    _C.KEY_WAITING: "The signing key waits for its confirmation or the end of its delay.",
    _C.KEY_NOT_WAITING: "The key is confirmed, or it was refused or revoked.",
    _C.RELYING_PARTY_DIFFERS: "The passkey signed for another relying party than the ledger's.",
    _C.PROXY_OVER: "The proxy is over or was revoked.",
    _C.OUT_OF_SCOPE: "The proxy does not reach to this operation or to these bills.",
    _C.NOT_FOR_OTHERS: "Nobody may do this for another person.",
    _C.PRESENCE_STALE: "The person was seen too long ago.",
    _C.PRESENCE_USED: "Another act rests on this presence.",
    _C.PRESENCE_DIFFERS: "The presence is of another person or was attested elsewhere.",
    _C.ACCOUNT_HAS_KEY: "The account has a key in force: its holder acts.",
    _C.ACT_IN_FORCE: "What the act would do is in force already.",
    _C.ACT_NOT_WAITING: "The act needs no second key, or has one.",
    _C.REVOCATION_OVER: "The time in which the act may be taken back is over.",
    _C.ACT_REVOKED: "The act was revoked.",
    _C.VISIT_CLOSED: "The visit is cancelled or completed.",
    _C.VISIT_NOT_REGISTERED: "Nobody has come to this visit yet.",
    _C.ALREADY_REGISTERED: "The patient of this visit is registered already.",
    _C.VISIT_DIFFERS: "The commitment is not that of the booked visit.",
    _C.PRESCRIPTION_OVER: "The time of the prescription is over.",
    _C.ALL_DISPENSED: "The prescription was dispensed as often as it says.",
    _C.ERASED: "Sealed parts of the bill are erased.",
    _C.RETENTION_NOT_OVER: "The parts must still be kept, and no legal order is named.",
    _C.CASE_OPEN: "A case that holds this bill is open.",
    _C.ALREADY_APPROVED: "This institution has approved the erasure.",
    _C.ERASURE_NOT_APPROVED: "The erasure is not approved by all who must.",
    _C.ALREADY_CONFIRMED_ERASED: "This institution has confirmed the erasure.",
}
