"""What the page of operations says of governance and of the books."""

from tests.unit.ledgerd.ledger.words import Words

GOVERNANCE_WORDS: dict[str, Words] = {
    "Propose": Words(
        "the subject could be adopted as things stand: a candidate is no member, its code and "
        "keys are valid, a validator hosts it; an institution is not (or is) suspended, and "
        "finance keeps an elector; parameters exist and lie in their bounds; a protocol version "
        "is later and known to this release",
        "creates the proposal with the author's yes, which may decide it at once",
        ("ProposalMade",),
        "1, and what an adoption changes",
        ("BAD_DATE", "UNKNOWN_INSTITUTION", "INSTITUTION_EXISTS", "NOT_A_VALIDATOR", "BAD_KEY",
         "WRONG_STATE", "LAST_FINANCE", "BAD_PARAMS", "DUPLICATE_ITEM", "UNKNOWN_PROTOCOL"),
    ),
    "Vote": Words(
        "the proposal is open and its time is not over; the author has a vote on it (on an "
        "admission finance and medicare, on everything else who has a validator and is not "
        "suspended) and has not voted",
        "adds the vote; finance and one bureau admit a candidate, a no of finance rejects it; "
        "everything else is adopted by more than two thirds of the electors, finance among them, "
        "and rejected as soon as that is impossible",
        ("VoteCast", "InstitutionAdmitted", "StandingChanged", "ParamsChanged",
         "ProposalRejected"),
        "1, and 1 for what is adopted (2 when an elector is suspended or reinstated)",
        ("NOT_FOUND", "PROPOSAL_CLOSED", "PROPOSAL_EXPIRED", "NO_VOTE", "ALREADY_VOTED",
         "TOO_MANY", "INSTITUTION_EXISTS", "NOT_A_VALIDATOR", "BAD_KEY", "WRONG_STATE",
         "LAST_FINANCE", "UNKNOWN_PROTOCOL"),
    ),
    "RotateOwnKey": Words(
        "an added operator key is new to the institution, valid, and signed for chain, "
        "institution and role; a retired one is there; an admin key is left; an encryption key "
        "has the next number",
        "changes the keys of the own record",
        ("OwnKeysChanged",),
        "2",
        ("NOT_FOUND", "BAD_KEY", "TOO_MANY", "POSSESSION_NOT_SHOWN", "LAST_ADMIN_KEY",
         "KEY_NUMBER_NOT_NEXT"),
    ),
    "RegisterTerminal": Words(
        "the terminal's key is new and signed for chain, institution and role; or it is in "
        "service and is taken out",
        "the terminal may sign with the role `terminal`, or never again",
        ("TerminalChanged",),
        "2",
        ("NOT_FOUND", "BAD_KEY", "POSSESSION_NOT_SHOWN", "WRONG_STATE"),
    ),
    "AnnounceAddress": Words(
        "a hosted institution names a host with a validator, one with an own node none",
        "replaces addresses and host of the own record",
        ("AddressAnnounced",),
        "2",
        ("WRONG_STATE", "NOT_A_VALIDATOR"),
    ),
}  # fmt: skip

BOOK_WORDS: dict[str, Words] = {
    "ReturnNumbers": Words(
        "an own range; everything from `first` to its end is neither used nor handed on",
        "shortens the range; what came back can be allotted again where it was cut from",
        ("NumbersReturned",),
        "3",
        ("NOT_FOUND", "RANGE_NOT_HELD", "NUMBERS_USED", "TOO_MANY"),
    ),
    "ReportTotals": Words(
        "a UTC day that is over and not reported; the sums are those that the chain counted",
        "the day is reported",
        ("TotalsReported",),
        "1",
        ("BAD_DATE", "PERIOD_NOT_OVER", "ALREADY_REPORTED", "TOTALS_DIFFER"),
    ),
    "AttestTotals": Words(
        "the issuer has reported the day, nobody has attested it",
        "the day is attested: its bills may be written off",
        ("TotalsAttested",),
        "1",
        ("UNKNOWN_INSTITUTION", "NOT_REPORTED", "ALREADY_ATTESTED"),
    ),
    "AttestClearing": Words(
        "a UTC month that is over and not attested; the sums are those that the chain counted of "
        "the author's settlements with the hospital",
        "the month is attested",
        ("ClearingAttested",),
        "1",
        ("UNKNOWN_INSTITUTION", "BAD_DATE", "PERIOD_NOT_OVER", "ALREADY_ATTESTED",
         "TOTALS_DIFFER"),
    ),
    "RequestWriteOff": Words(
        "own bills whose files are open, issued on attested days, without open claim, open case "
        "or announced reversal",
        "creates the request; the bills stay as they are",
        ("WriteOffRequested",),
        "1",
        ("BAD_DATE", "DUPLICATE_ITEM", "NOT_FOUND", "NOT_A_PARTY", "ALREADY_WRITTEN_OFF",
         "NOT_ATTESTED", "CLAIM_OPEN", "CASE_OPEN", "REVERSAL_ANNOUNCED"),
    ),
    "ApproveWriteOff": Words(
        "step 1 and 2: a request that waits, and for 1 bills as in RequestWriteOff; step 3: "
        "approved at least `archive_ms` ago",
        "1 the bills are written off, 2 the request is refused, 3 the bills are archived",
        ("WriteOffMoved",),
        "1, and 1 a bill for steps 1 and 3",
        ("NOT_FOUND", "WRONG_STATE", "ALREADY_WRITTEN_OFF", "NOT_ATTESTED", "CLAIM_OPEN",
         "CASE_OPEN", "REVERSAL_ANNOUNCED", "TOO_EARLY"),
    ),
}  # fmt: skip
