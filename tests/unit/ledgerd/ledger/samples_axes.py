"""One well-formed operation of each type on the further axes of a bill."""

from ledgerd.ledger.operations import Operation
from tests.unit.ledgerd.ledger.world import bill_ref
from tests.unit.ledgerd.ledger.world_axes import (
    bind,
    enter,
    exchange,
    recall,
    refund,
    revoke,
    unenter,
    void,
)

_BILL = bill_ref(1)
AXIS_SAMPLES: tuple[Operation, ...] = (
    bind(_BILL),
    void(_BILL),
    exchange(_BILL),
    recall(_BILL),
    refund(_BILL, 1),
    enter(_BILL, bytes(16), 1),
    unenter(_BILL, bytes(16)),
    revoke(_BILL, bytes(16)),
)
