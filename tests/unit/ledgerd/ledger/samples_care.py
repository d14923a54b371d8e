"""One well-formed operation of each type about visits, prescriptions, erasure and audit."""

from ledgerd.ledger.operations import Operation
from ledgerd.ledger.state_keys import erasure_key, prescription_key, visit_key
from tests.unit.ledgerd.ledger.world import FINANCE, HOSPITAL, bill_ref
from tests.unit.ledgerd.ledger.world_care import (
    anchor,
    approve,
    book,
    cancel,
    complete,
    confirm,
    dispense,
    erasure,
    prescribe,
    register,
)

_DAY = 2026_09_21
_VISIT = visit_key(HOSPITAL, _DAY, bytes(16))
_PRESCRIPTION = prescription_key(HOSPITAL, _DAY, bytes(16))
_ERASURE = erasure_key(FINANCE, _DAY, bytes(16))
CARE_SAMPLES: tuple[Operation, ...] = (
    book(_DAY),
    register(_DAY, _VISIT),
    cancel(_VISIT),
    complete(_VISIT),
    prescribe(_VISIT, _DAY),
    dispense(_PRESCRIPTION),
    anchor(_DAY),
    erasure((bill_ref(1),), _DAY),
    approve(_ERASURE),
    confirm(_ERASURE),
)
