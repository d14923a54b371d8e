"""Which function carries out which operation on visits, prescriptions, erasure and audit.

Rules: as in ``handlers``.

Source: domain.md section 4.
"""

from collections.abc import Callable
from typing import Any, Final

from ledgerd.ledger import (
    anchoring,
    care_operations as co,
    erasing,
    keeping_operations as ko,
    prescribing,
    visiting,
)
from ledgerd.ledger.acting import Act, Effect

CARE_HANDLERS: Final[dict[type, Callable[[Act, Any], Effect]]] = {
    co.BookVisit: visiting.book_visit,
    co.RegisterVisit: visiting.register_visit,
    co.CancelVisit: visiting.cancel_visit,
    co.CompleteVisit: visiting.complete_visit,
    co.Prescribe: prescribing.prescribe,
    co.DispensePrescription: prescribing.dispense_prescription,
    ko.AnchorAudit: anchoring.anchor_audit,
    ko.RequestErasure: erasing.request_erasure,
    ko.ApproveErasure: erasing.approve_erasure,
    ko.ConfirmErased: erasing.confirm_erased,
}
