"""What the page of operations says of redress, cases and assistance."""

from tests.unit.ledgerd.ledger.words import Words

_REVIEWER_STEP = ("NOT_FOUND", "CASE_CLOSED", "NOT_A_PARTY")

REDRESS_WORDS: dict[str, Words] = {
    "RequestSupplement": Words(
        "the author's own filed claim whose time is not over, no request open, at most "
        "`supplement_count_max` of them; office keys up to `auto_decide_fen` asked",
        "the patient has `supplement_ms`; until then the claim is neither decided nor released",
        ("SupplementRequested",),
        "1",
        ("NOT_FOUND", "NOT_A_PARTY", "ALREADY_DECIDED", "CLAIM_CLOSED", "SUPPLEMENT_OPEN",
         "SUPPLEMENTS_USED", "DEADLINE_OVER", "OFFICE_LIMIT"),
    ),
    "SupplyDocuments": Words(
        "an own filed claim of which documents are asked",
        "the payer has `decision_ms` again",
        ("DocumentsSupplied",),
        "1",
        ("ACCOUNT_NOT_CONFIRMED", "NOT_FOUND", "NOT_A_PARTY", "ALREADY_DECIDED", "CLAIM_CLOSED",
         "NO_SUPPLEMENT_ASKED"),
    ),
    "Appeal": Words(
        "an own paid or refused claim that was not appealed; of each bill something more is asked "
        "of, the claim is the payer's last one, this payer's decision was not appealed before, "
        "and what filing needs of a bill holds",
        "the claim is open again for what is asked now; what was paid stays",
        ("ClaimAppealed",),
        "1 a bill that is asked of, and 1",
        ("ACCOUNT_NOT_CONFIRMED", "NOT_FOUND", "NOT_A_PARTY", "APPEAL_USED", "CLAIM_OPEN",
         "CLAIM_CLOSED", "AMOUNT_DIFFERS", "AMOUNT_OUT_OF_RANGE", "CLAIM_REPLACED", "RED_BILL",
         "REVERSED", "NOT_SUPERVISED", "NOT_PAID_IN_FULL", "REVERSAL_ANNOUNCED",
         "FILING_PERIOD_OVER"),
    ),
    "RecoverPayment": Words(
        "the author's own paid claim, not open; of no bill more than was paid; a cashier's key "
        "decided nothing of it, an office key recovers up to `auto_pay_fen`; the eighth time all "
        "that is left",
        "moves paid to recovered; this payer cannot pay these bills again",
        ("PaymentRecovered",),
        "1 a bill that is taken back of, and 1",
        ("NOT_FOUND", "NOT_A_PARTY", "CLAIM_OPEN", "NOTHING_PAID", "AMOUNT_DIFFERS",
         "AMOUNT_OUT_OF_RANGE", "OFFICE_LIMIT", "SAME_KEY", "TOO_MANY", "CLAIM_REPLACED"),
    ),
    "RaiseAlert": Words(
        "a day near the block's",
        "creates the alert; its evidence is sealed to the author",
        ("AlertRaised",),
        "1",
        ("BAD_DATE",),
    ),
    "OpenCase": Words(
        "an own alert without a case, or none; different parties and bills; an insurer holds only "
        "bills of which it is a payer",
        "creates the case, counts it on each bill that it holds, marks the alert",
        ("CaseOpened",),
        "1, 1 for an alert, and 1 a bill that is held",
        ("BAD_DATE", "DUPLICATE_ITEM", "NOT_FOUND", "NOT_A_PARTY", "ALERT_USED", "TOO_MANY"),
    ),
    "AssignCase": Words(
        "the author's own case: open, or its assignee is late; after the second appeal the judge "
        "belongs to none of opener, finder and first judge; the key is a reviewer's",
        "the assignee has `case_finding_ms`, or `case_review_ms` as judge",
        ("CaseAssigned",),
        "1",
        (*_REVIEWER_STEP, "WRONG_STATE", "TOO_EARLY", "TOO_MANY", "UNKNOWN_INSTITUTION",
         "BAD_KEY", "SAME_INSTITUTION"),
    ),
    "ReportFinding": Words(
        "the case is assigned to the author and to this key",
        "the parties have `case_appeal_ms` to object",
        ("FindingReported",),
        "1",
        ("NOT_FOUND", "CASE_CLOSED", "WRONG_STATE", "NOT_A_PARTY"),
    ),
    "AppealCase": Words(
        "author and salt open the commitment of a party; a finding or a first review to object to",
        "the case waits for a review",
        ("CaseAppealed",),
        "1",
        ("ACCOUNT_NOT_CONFIRMED", "NOT_FOUND", "CASE_CLOSED", "NOT_A_PARTY", "APPEAL_USED",
         "WRONG_STATE"),
    ),
    "ReviewCase": Words(
        "an appeal; the first time the opener by another key than the finding's, the second time "
        "another institution than opener, finder and first judge: the assigned key, or after "
        "`case_review_ms` any reviewer",
        "the parties have `case_appeal_ms` to object once more",
        ("CaseReviewed",),
        "1",
        ("NOT_FOUND", "CASE_CLOSED", "WRONG_STATE", "NOT_A_PARTY", "SAME_KEY",
         "SAME_INSTITUTION"),
    ),
    "CloseCase": Words(
        "the author's own case: nothing found yet, or the time to object is over, or judged twice",
        "the case is closed and holds no bill any more",
        ("CaseClosed",),
        "1, and 1 a bill that was held",
        (*_REVIEWER_STEP, "WRONG_STATE", "TOO_EARLY"),
    ),
    "ApplyAssistance": Words(
        "as FileClaim, with a medicare bureau, as the payer `aid`",
        "creates the application and opens the entry of `aid` on each bill",
        ("AssistanceApplied",),
        "1 a bill, and 1",
        ("ACCOUNT_NOT_CONFIRMED", "BAD_DATE", "UNKNOWN_INSTITUTION", "DUPLICATE_ITEM",
         "NOT_FOUND", "NOT_THE_OWNER", "RED_BILL", "REVERSED", "NOT_SUPERVISED",
         "NOT_PAID_IN_FULL", "REVERSAL_ANNOUNCED", "FILING_PERIOD_OVER", "CLAIM_OPEN",
         "CLAIM_PAID", "AMOUNT_OUT_OF_RANGE", "TOO_MANY"),
    ),
    "DecideAssistance": Words(
        "as DecideClaim, of an application to the author",
        "reserves per bill, or refuses when all amounts are 0; PayClaim pays it",
        ("AssistanceDecided",),
        "1 a bill, and 1",
        ("NOT_FOUND", "NOT_A_PARTY", "WRONG_STATE", "ALREADY_DECIDED", "CLAIM_CLOSED",
         "SUPPLEMENT_OPEN", "SAME_KEY", "AMOUNT_DIFFERS", "AMOUNT_OUT_OF_RANGE", "OVER_TOTAL"),
    ),
}  # fmt: skip
