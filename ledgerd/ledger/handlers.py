"""Which function carries out which operation: one row each.

Rules: every operation of the union has a row, a test holds that; a handler gets an operation whose
author and role were checked, asks its guards, and only then writes.

Source: domain.md section 4.
"""

from collections.abc import Callable
from typing import Any, Final

from ledgerd.ledger import (
    bill_operations as bo,
    billing,
    claim_operations as co,
    claiming,
    enrolling,
    governance_operations as go,
    governing,
    numbering,
    settling,
)
from ledgerd.ledger.acting import Act, Effect
from ledgerd.ledger.operations import Operation

HANDLERS: Final[dict[type[Operation], Callable[[Act, Any], Effect]]] = {
    bo.AllotNumbers: numbering.allot_numbers,
    bo.IssueBill: billing.issue_bill,
    bo.RecordPayment: billing.record_payment,
    bo.Countersign: billing.countersign,
    bo.AnnounceReversal: billing.announce_reversal,
    bo.ReverseBill: billing.reverse_bill,
    bo.ReportUnreadable: billing.report_unreadable,
    bo.Settle: settling.settle,
    bo.ReverseSettle: settling.reverse_settle,
    co.EnrolPatient: enrolling.enrol_patient,
    co.ConfirmPatient: enrolling.confirm_patient,
    co.GrantAccess: enrolling.grant_access,
    co.DeliverKey: enrolling.deliver_key,
    co.FileClaim: claiming.file_claim,
    co.DecideClaim: claiming.decide_claim,
    co.PayClaim: claiming.pay_claim,
    co.WithdrawClaim: claiming.withdraw_claim,
    co.ReleaseExpired: claiming.release_expired,
    go.Propose: governing.propose,
    go.Vote: governing.vote,
}
