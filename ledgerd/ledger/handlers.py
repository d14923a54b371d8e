"""Which function carries out which operation: one row each.

Rules: every operation of the union has a row, a test holds that; a handler gets an operation whose
author and role were checked, asks its guards, and only then writes.

Source: domain.md section 4.
"""

from collections.abc import Callable
from typing import Any, Final

from ledgerd.ledger import (
    acting_for,
    assistance_operations as ao,
    assisting,
    bill_operations as bo,
    billing,
    book_operations as bk,
    case_operations as ko,
    claim_operations as co,
    claiming,
    closing,
    enrolling,
    governance_operations as go,
    governing,
    granting,
    investigating,
    numbering,
    own_affairs,
    patient_keys,
    patient_operations as po,
    presences,
    proxies,
    redress_operations as ro,
    redressing,
    settling,
    writing_off,
)
from ledgerd.ledger.acting import Act, Effect
from ledgerd.ledger.axis_handlers import AXIS_HANDLERS
from ledgerd.ledger.care_handlers import CARE_HANDLERS
from ledgerd.ledger.operations import Operation

HANDLERS: Final[dict[type[Operation], Callable[[Act, Any], Effect]]] = {
    bo.AllotNumbers: numbering.allot_numbers,
    bo.IssueBill: billing.issue_bill,
    bo.RecordPayment: billing.record_payment,
    bo.Countersign: billing.countersign,
    bo.AnnounceReversal: billing.announce_reversal,
    bo.ReverseBill: billing.reverse_bill,
    bo.ReportUnreadable: granting.report_unreadable,
    bo.Settle: settling.settle,
    bo.ReverseSettle: settling.reverse_settle,
    co.EnrolPatient: enrolling.enrol_patient,
    co.ConfirmPatient: enrolling.confirm_patient,
    co.GrantAccess: granting.grant_access,
    co.DeliverKey: granting.deliver_key,
    co.FileClaim: claiming.file_claim,
    co.DecideClaim: claiming.decide_claim,
    co.PayClaim: claiming.pay_claim,
    co.WithdrawClaim: claiming.withdraw_claim,
    co.ReleaseExpired: claiming.release_expired,
    go.Propose: governing.propose,
    go.Vote: governing.vote,
    **CARE_HANDLERS,
    po.AddPatientKey: patient_keys.add_patient_key,
    po.RevokePatientKey: patient_keys.revoke_patient_key,
    po.AuthoriseProxy: proxies.authorise_proxy,
    po.RevokeProxy: proxies.revoke_proxy,
    po.AttestPresence: presences.attest_presence,
    po.RefuseKey: patient_keys.refuse_key,
    po.ActFor: acting_for.act_for,
    po.RevokeAssisted: acting_for.revoke_assisted,
    po.ConfirmAssisted: acting_for.confirm_assisted,
    po.ConfirmPatientKey: patient_keys.confirm_patient_key,
    ro.RequestSupplement: redressing.request_supplement,
    ro.SupplyDocuments: redressing.supply_documents,
    ro.Appeal: redressing.appeal,
    ro.RecoverPayment: redressing.recover_payment,
    ko.RaiseAlert: investigating.raise_alert,
    ko.OpenCase: investigating.open_case,
    ko.AssignCase: investigating.assign_case,
    ko.ReportFinding: investigating.report_finding,
    ko.AppealCase: investigating.appeal_case,
    ko.ReviewCase: investigating.review_case,
    ko.CloseCase: investigating.close_case,
    ao.ApplyAssistance: assisting.apply_assistance,
    ao.DecideAssistance: assisting.decide_assistance,
    **AXIS_HANDLERS,
    go.RotateOwnKey: own_affairs.rotate_own_key,
    go.RegisterTerminal: own_affairs.register_terminal,
    go.AnnounceAddress: own_affairs.announce_address,
    bk.ReturnNumbers: numbering.return_numbers,
    bk.ReportTotals: closing.report_totals,
    bk.AttestTotals: closing.attest_totals,
    bk.AttestClearing: closing.attest_clearing,
    bk.RequestWriteOff: writing_off.request_write_off,
    bk.ApproveWriteOff: writing_off.approve_write_off,
}
