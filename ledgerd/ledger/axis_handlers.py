"""Which function carries out which operation on the further axes of a bill.

Rules: as in ``handlers``.

Source: domain.md section 4.
"""

from collections.abc import Callable
from typing import Any, Final

from ledgerd.ledger import axis_operations as xo, bill_axes, entering, granting
from ledgerd.ledger.acting import Act, Effect
from ledgerd.ledger.operations import Operation

AXIS_HANDLERS: Final[dict[type[Operation], Callable[[Act, Any], Effect]]] = {
    xo.BindBill: bill_axes.bind_bill,
    xo.VoidBill: bill_axes.void_bill,
    xo.ExchangePaper: bill_axes.exchange_paper,
    xo.RecallPaper: bill_axes.recall_paper,
    xo.RecordRefund: bill_axes.record_refund,
    xo.EnterBill: entering.enter_bill,
    xo.RevokeEntry: entering.revoke_entry,
    xo.RevokeAccess: granting.revoke_access,
}
