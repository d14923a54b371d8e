"""Parameters of a ledger: what differs by region or is agreed, and so stands on chain.

Rules of this file: the values below that have defaults are **examples** for test networks, no
region's law. Money in fen, times in ms; deadlines of the domain are at least an hour and mean
"not before", because a primary can shift block time by the allowed drift.

Source: domain.md; docs/formats.md.
"""

from typing import Annotated, Final

from msgspec import Meta

from ledgerd.primitives.canonical import U32, Fen, Record

HOUR_MS: Final = 3_600_000
DAY_MS: Final = 24 * HOUR_MS
DURATION_MS_MAX: Final = 100 * 366 * DAY_MS

DurationMs = Annotated[int, Meta(ge=HOUR_MS, le=DURATION_MS_MAX)]
RegionCode = Annotated[str, Meta(min_length=2, max_length=2, pattern=r"\A[0-9]{2}\Z")]
RelyingParty = Annotated[
    str, Meta(min_length=1, max_length=64, pattern=r"\A[a-z0-9]([a-z0-9.-]*[a-z0-9])?\Z")
]


class Params(Record, tag=10, frozen=True, kw_only=True):
    """What rules read from the state and `Propose` may change.

    Attributes:
        region: first two digits of bill codes of this ledger.
        relying_party: WebAuthn relying-party id of patients' passkeys.
        filing_days: days after the issue date in which a claim may be filed.
        decision_ms: time a payer has to decide a claim, then it may be released.
        payment_ms: time a payer has to pay what it decided.
        settlement_ms: time in which a settlement must be consumed by a bill.
        public_dispute_ms: after it "no public share" counts as undisputed.
        sidecar_hold_ms: how long institutions that are not readers keep sidecars.
        unreadable_ms: time an issuer has to deliver anew what a reader could not open.
        valid_until_ms_max: how far ahead of block time a transaction may be valid.
        gap_days: age from which a hole in a number range is reported.
        four_eyes_fen: reversals above it need two keys.
        assisted_fen: assisted acts above it need a second key.
        auto_decide_fen: office keys decide claims up to this amount; reviewers above.
        auto_pay_fen: office keys pay claims up to this amount; cashiers above.
        key_delay_ms: time a key that an institution added waits, in which it may be refused.
        presence_ms: how long an attested presence lets an act rest on it.
        assisted_revocable_ms: time in which an assisted act may be taken back.
        retention_days: days after its issue in which a bill's sealed parts are kept, whoever asks.
        supplement_ms: time a patient has to supply documents; then the claim may be decided or
            released without them.
        supplement_count_max: how often a payer may ask for documents of one claim.
        case_finding_ms: time an assignee has to report; then a case may be assigned anew.
        case_appeal_ms: time a party has to object; then a case may be closed.
        case_review_ms: time the assigned second judge has; then another institution may judge.
        office_day_count_max: operations of one kind per office key and day.
        office_day_fen_max: sum of amounts per office key and day.
        proposal_ms: how long members may vote on a proposal.
        archive_ms: time from the write-off of bills to the archiving of their files.
    """

    region: RegionCode
    relying_party: RelyingParty = "ledger.invalid"
    filing_days: Annotated[int, Meta(ge=1, le=36_600)] = 730
    decision_ms: DurationMs = 30 * DAY_MS
    payment_ms: DurationMs = 30 * DAY_MS
    settlement_ms: DurationMs = DAY_MS
    public_dispute_ms: DurationMs = 3 * DAY_MS
    sidecar_hold_ms: DurationMs = 7 * DAY_MS
    unreadable_ms: DurationMs = 3 * DAY_MS
    valid_until_ms_max: DurationMs = DAY_MS
    gap_days: Annotated[int, Meta(ge=1, le=36_600)] = 30
    four_eyes_fen: Fen = 5_000_00
    assisted_fen: Fen = 10_000_00
    auto_decide_fen: Fen = 20_000_00
    auto_pay_fen: Fen = 20_000_00
    office_day_count_max: U32 = 10_000_000
    office_day_fen_max: Annotated[int, Meta(ge=0, le=2**62)] = 10**15
    key_delay_ms: DurationMs = 3 * DAY_MS
    presence_ms: DurationMs = HOUR_MS
    assisted_revocable_ms: DurationMs = 7 * DAY_MS
    retention_days: Annotated[int, Meta(ge=1, le=36_600)] = 5_480  # fifteen years
    supplement_ms: DurationMs = 15 * DAY_MS
    supplement_count_max: Annotated[int, Meta(ge=0, le=8)] = 2
    case_finding_ms: DurationMs = 30 * DAY_MS
    case_appeal_ms: DurationMs = 15 * DAY_MS
    case_review_ms: DurationMs = 30 * DAY_MS
    proposal_ms: DurationMs = 30 * DAY_MS
    archive_ms: DurationMs = 30 * DAY_MS


def example_params(region: str) -> Params:
    """Give the parameters of test networks; they say nothing about any real region."""
    return Params(region=region)
