"""What the page of operations says of visits, prescriptions, erasure and audit anchors."""

from tests.unit.ledgerd.ledger.words import Words

CARE_WORDS: dict[str, Words] = {
    "BookVisit": Words(
        "a day near the block's time; the patient's consent is signed inside the sealed part",
        "creates a booked visit",
        ("VisitBooked",),
        "1",
        ("BAD_DATE",),
    ),
    "RegisterVisit": Words(
        "a booked visit of the author with the same commitment, or none; a presence, where one is "
        "named, was attested by a terminal of the author at most `presence_ms` ago, and for this "
        "visit if it names one",
        "registers the booked visit, or creates a registered one",
        ("VisitRegistered",),
        "1",
        (
            "BAD_DATE",
            "NOT_FOUND",
            "PRESENCE_DIFFERS",
            "PRESENCE_STALE",
            "NOT_A_PARTY",
            "VISIT_CLOSED",
            "ALREADY_REGISTERED",
            "VISIT_DIFFERS",
        ),
    ),
    "CancelVisit": Words(
        "an own visit that is booked or registered",
        "the visit is cancelled",
        ("VisitCancelled",),
        "1",
        ("NOT_FOUND", "NOT_A_PARTY", "VISIT_CLOSED"),
    ),
    "CompleteVisit": Words(
        "an own visit that is registered",
        "the visit is completed",
        ("VisitCompleted",),
        "1",
        ("NOT_FOUND", "NOT_A_PARTY", "VISIT_CLOSED", "VISIT_NOT_REGISTERED"),
    ),
    "Prescribe": Words(
        "an own visit that is registered or completed; `until_ms` after the block's time",
        "creates a prescription that may be dispensed `times` times",
        ("Prescribed",),
        "1",
        (
            "BAD_DATE",
            "NOT_FOUND",
            "NOT_A_PARTY",
            "VISIT_CLOSED",
            "VISIT_NOT_REGISTERED",
            "PRESCRIPTION_OVER",
        ),
    ),
    "DispensePrescription": Words(
        "the prescription of any hospital, not over, not yet dispensed `times` times; the "
        "patient's consent is signed inside the sealed part",
        "counts one dispensing",
        ("PrescriptionDispensed",),
        "1",
        ("NOT_FOUND", "PRESCRIPTION_OVER", "ALL_DISPENSED"),
    ),
    "AnchorAudit": Words(
        "a day near the block's time",
        "writes down how the audit log of the author's node reads up to a line",
        ("AuditAnchored",),
        "1",
        ("BAD_DATE",),
    ),
    "RequestErasure": Words(
        "own bills, blue or red, each once; `authority` is the finance of their codes; none of the "
        "named parts is erased; where lines are named the bureau that registered the account "
        "approves, too",
        "creates the request",
        ("ErasureRequested",),
        "1",
        (
            "ACCOUNT_NOT_CONFIRMED",
            "KEY_WAITING",
            "BAD_DATE",
            "UNKNOWN_INSTITUTION",
            "DUPLICATE_ITEM",
            "NOT_FOUND",
            "NOT_THE_OWNER",
            "NOT_A_PARTY",
            "ERASED",
        ),
    ),
    "ApproveErasure": Words(
        "a request to the author as finance, or as the bureau of the account when lines are named; "
        "`retention_days` are over or an order is named; no claim and no case is open on any of "
        "the bills",
        "adds the approval; the last one marks the bills, with it all nodes delete",
        ("ErasureApproved",),
        "1, and with the last approval 1 a bill and 1 for each bill that reverses or is reversed",
        (
            "NOT_FOUND",
            "ALREADY_APPROVED",
            "NOT_A_PARTY",
            "RETENTION_NOT_OVER",
            "CLAIM_OPEN",
            "CASE_OPEN",
        ),
    ),
    "ConfirmErased": Words(
        "an approved erasure, not confirmed by the author",
        "adds the author's word that its node has deleted (64 at most)",
        ("ErasedByKeeper",),
        "1",
        ("NOT_FOUND", "ERASURE_NOT_APPROVED", "ALREADY_CONFIRMED_ERASED", "TOO_MANY"),
    ),
}

CHANGED_KEYS: dict[str, set[int]] = {
    **{name: {1} for name in CARE_WORDS},
    "ApproveErasure": {1, 2},
}
