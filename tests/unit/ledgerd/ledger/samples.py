"""One well-formed operation of each type, about things that need not exist."""

from ledgerd.ledger.bill_operations import (
    AnnounceReversal,
    Countersign,
    ReportUnreadable,
    ReverseBill,
    ReverseSettle,
)
from ledgerd.ledger.claim_operations import (
    DecideClaim,
    DeliverKey,
    GrantAccess,
    PayClaim,
    ReleaseExpired,
    WithdrawClaim,
)
from ledgerd.ledger.fields import Purpose, UnreadableReason
from ledgerd.ledger.governance_operations import Admission, Propose, Vote
from ledgerd.ledger.operations import OPERATION_TYPES, Operation
from ledgerd.ledger.state_keys import claim_key, proposal_key, settlement_key
from tests.unit.ledgerd.ledger.samples_axes import AXIS_SAMPLES
from tests.unit.ledgerd.ledger.samples_care import CARE_SAMPLES
from tests.unit.ledgerd.ledger.samples_governance import BOOKS, OWN_AFFAIRS
from tests.unit.ledgerd.ledger.samples_patients import PATIENT_SAMPLES
from tests.unit.ledgerd.ledger.samples_redress import REDRESS_SAMPLES
from tests.unit.ledgerd.ledger.world import (
    ANNA,
    HOSPITAL,
    INSURER,
    MEDICARE,
    allotment,
    bill_ref,
    claim,
    confirmation,
    document,
    enrolment,
    hash_of,
    institution,
    issue,
    payment,
    sealed_parts,
    settlement,
    sidecar,
    uscc,
)

BILL = bill_ref(1)
DAY = 2026_09_21
CLAIM = claim_key(INSURER, DAY, bytes(16))
SETTLEMENT = settlement_key(MEDICARE, DAY, bytes(16))
PROPOSAL = proposal_key(HOSPITAL, DAY, bytes(16))
CANDIDATE = institution(uscc("12330000000000077"), "hospital", HOSPITAL)

GRANT = GrantAccess(
    client_ref="grant",
    bill=BILL,
    salt=hash_of("salt"),
    reader=INSURER,
    parts=3,
    purpose=Purpose.CLAIM,
    until_ms=1_800_000_000_000,
)
DELIVERY = DeliverKey(
    client_ref="deliver",
    bill=BILL,
    grant=bytes(16),
    own_delivery=None,
    key_number=1,
    document=sidecar("document"),
)
REVERSAL = ReverseBill(
    client_ref="reverse",
    bill=BILL,
    red=bill_ref(2),
    range_id=bytes(16),
    issue_date=DAY,
    owner=None,
    sealed=sealed_parts("red"),
)
_FIRST: tuple[Operation, ...] = (
    allotment(),
    issue(1, DAY),
    payment(BILL, 1),
    Countersign(client_ref="sign", bill=BILL),
    AnnounceReversal(client_ref="announce", bill=BILL),
    REVERSAL,
    ReportUnreadable(client_ref="report", bill=BILL, reason=UnreadableReason.SUMS_DIFFER),
    settlement("settle", DAY, (100, 50)),
    ReverseSettle(client_ref="unsettle", settlement=SETTLEMENT, position=bytes(32)),
    enrolment(ANNA),
    confirmation(ANNA),
    GRANT,
    DELIVERY,
    claim((BILL,), DAY),
    DecideClaim(client_ref="decide", claim=CLAIM, amounts=(1,), reasoning=document("reasons")),
    PayClaim(client_ref="pay", claim=CLAIM, amount_fen=1),
    WithdrawClaim(client_ref="withdraw", claim=CLAIM),
    ReleaseExpired(client_ref="release", claim=CLAIM),
    Propose(client_ref="propose", date=DAY, subject=Admission(candidate=CANDIDATE)),
    Vote(client_ref="vote", proposal=PROPOSAL, approve=True),
    *OWN_AFFAIRS,
    *BOOKS,
)
SAMPLES: tuple[Operation, ...] = tuple(
    sorted(
        (*_FIRST, *PATIENT_SAMPLES, *AXIS_SAMPLES, *REDRESS_SAMPLES, *CARE_SAMPLES),
        key=lambda one: OPERATION_TYPES.index(type(one)),
    )
)
