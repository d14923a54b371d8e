"""What the page of operations says of the further axes of a bill."""

from tests.unit.ledgerd.ledger.words import Words

AXIS_WORDS: dict[str, Words] = {
    "BindBill": Words(
        "a blue bill that stands and has no owner; the author issued it, or is the bureau that "
        "settled it (any bureau when nothing was settled)",
        "sets the owner commitment, once",
        ("BillBound",),
        "1",
        ("NOT_FOUND", "NOT_A_PARTY", "RED_BILL", "REVERSED", "OWNER_SET"),
    ),
    "VoidBill": Words(
        "an own blue bill that stands and is not supervised",
        "the bill is voided, its settlement released",
        ("BillVoided",),
        "1, and 1 for a settlement",
        ("NOT_FOUND", "NOT_A_PARTY", "RED_BILL", "REVERSED", "ALREADY_SUPERVISED"),
    ),
    "ExchangePaper": Words(
        "an own supervised blue bill without announced reversal and without an open claim, for "
        "which no paper was exchanged before",
        "a paper is out: no claim, no reversal until it is recalled",
        ("PaperExchanged",),
        "1",
        ("NOT_FOUND", "NOT_A_PARTY", "RED_BILL", "REVERSED", "NOT_SUPERVISED",
         "REVERSAL_ANNOUNCED", "PAPER_EXCHANGED", "CLAIM_OPEN"),
    ),
    "RecallPaper": Words(
        "an own bill whose paper is out",
        "the paper is void, the bill may be claimed again",
        ("PaperRecalled",),
        "1",
        ("NOT_FOUND", "NOT_A_PARTY", "NO_PAPER_OUT"),
    ),
    "RecordRefund": Words(
        "an own blue bill that was reversed or voided; refunds stay within what was paid",
        "adds the refund to the bill (32 at most)",
        ("RefundRecorded",),
        "1",
        ("NOT_FOUND", "NOT_A_PARTY", "RED_BILL", "NOT_REVERSED", "REFUND_TOO_HIGH", "TOO_MANY"),
    ),
    "EnterBill": Words(
        "a grant in force to the author for the purpose of an entry; a supervised blue bill that "
        "stands, without announced reversal, never entered before; what all payers bear fits",
        "creates the entry; the payer `employer` bears the amount",
        ("BillEntered",),
        "2",
        ("NOT_FOUND", "SCOPE_NOT_HELD", "GRANT_EXPIRED", "PURPOSE_DIFFERS", "RED_BILL", "REVERSED",
         "NOT_SUPERVISED", "REVERSAL_ANNOUNCED", "ALREADY_ENTERED", "TOO_MANY",
         "OVER_PRIVATE_SHARE"),
    ),
    "RevokeEntry": Words(
        "the author's own entry, not revoked",
        "the unit bears nothing any more; the bill is not entered again",
        ("EntryRevoked",),
        "2",
        ("NOT_FOUND", "NOT_A_PARTY", "ENTRY_REVOKED"),
    ),
    "RevokeAccess": Words(
        "the account's own grant, in force",
        "no delivery under it any more; what was opened cannot be called back",
        ("AccessRevoked",),
        "1",
        ("NOT_FOUND", "ACCOUNT_NOT_CONFIRMED", "NOT_A_PARTY", "GRANT_EXPIRED"),
    ),
}  # fmt: skip

CHANGED_KEYS = {
    "BindBill": {1},
    "VoidBill": {2},
    "ExchangePaper": {1},
    "RecallPaper": {1},
    "RecordRefund": {1},
    "EnterBill": {2},
    "RevokeEntry": {2},
    "RevokeAccess": {1},
}
