"""One well-formed operation of redress, cases and assistance each."""

from ledgerd.ledger.operations import Operation
from ledgerd.ledger.state_keys import assistance_key, claim_key
from tests.unit.ledgerd.ledger import world_redress as w
from tests.unit.ledgerd.ledger.world import ANNA, INSURER, MEDICARE, bill_ref

DAY = 2026_09_21
BILL = bill_ref(1)
CLAIM = claim_key(INSURER, DAY, bytes(16))
APPLICATION = assistance_key(MEDICARE, DAY, bytes(16))
CASE = w.case_key(MEDICARE, DAY)

REDRESS_SAMPLES: tuple[Operation, ...] = (
    w.request_supplement(CLAIM),
    w.supply(CLAIM),
    w.appeal(CLAIM, 1),
    w.recover(CLAIM, 1),
    w.alert(DAY),
    w.open_case(MEDICARE, DAY, BILL),
    w.assign(CASE, MEDICARE),
    w.finding(CASE),
    w.appeal_case(CASE, ANNA),
    w.review(CASE),
    w.close(CASE),
    w.application((BILL,), DAY),
    w.decide_aid(APPLICATION, 1),
)
