"""The methods on the further axes of a bill, on consent, and of the check.

Rules: as in ``catalogue``, which joins them.
"""

from typing import Any, Final

from ledgerd.rpc import (
    answers as a,
    answers_bill as ab,
    queries as q,
    requests as r,
    requests_bill as rb,
)
from ledgerd.rpc.registry import Method, Scope

_READ, _ACT, _OPEN = Scope.READ, Scope.ACT, Scope.OPEN

BILL_BIND = Method("bill_bind", rb.BillBind, a.Outcome, _ACT, "Give a bill its owner.")
BILL_VOID = Method("bill_void", r.BillAct, a.Outcome, _ACT, "Void a bill before supervision.")
BILL_EXCHANGE_PAPER = Method(
    "bill_exchange_paper", rb.BillExchangePaper, a.Outcome, _ACT, "Hand out a paper bill."
)
BILL_RECALL_PAPER = Method(
    "bill_recall_paper", r.BillAct, a.Outcome, _ACT, "Take the paper bill back."
)
BILL_REFUND = Method("bill_refund", rb.BillRefund, a.Outcome, _ACT, "Record a refund.")
BILL_REPORT = Method(
    "bill_report", rb.BillReport, a.Outcome, _ACT, "Report that a bill does not open."
)
BILL_SHARE = Method(
    "bill_share", rb.BillShare, ab.SharedFile, _OPEN, "Show chosen fields with their proofs."
)
BILL_CHECK = Method(
    "bill_check", rb.BillCheck, ab.CheckAnswer, _OPEN, "Check five elements of a printed bill."
)
BILL_KEYS = Method(
    "bill_keys", q.BillGet, ab.DeviceKeys, _READ, "Give the keys sealed for the owner's devices."
)
ENTRY_ENTER = Method("entry_enter", rb.EntryEnter, a.Outcome, _ACT, "Enter a bill for a unit.")
ENTRY_REVOKE = Method("entry_revoke", rb.EntryRevoke, a.Outcome, _ACT, "Take an entry back.")
GRANT_REVOKE = Method("grant_revoke", rb.GrantRevoke, a.Outcome, _ACT, "End a grant.")
ACCESS_LIST = Method(
    "access_list", rb.AccessList, ab.AccessAnswer, _READ, "List who may read a bill."
)

BILL_METHODS: Final[tuple[Method[Any, Any], ...]] = tuple(
    value for value in list(globals().values()) if isinstance(value, Method)
)
