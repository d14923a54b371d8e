"""Visits, prescriptions, erasures and audit anchors as answers show them.

Rules: pure; public fields only.
"""

from ledgerd.ledger import care_objects as o
from ledgerd.ledger.state_keys import institution_of_key
from ledgerd.rpc import answers_care as ac
from ledgerd.rpc.views_of_state import bill_name

PARTS = {1: "face", 2: "lines", 3: "face_and_lines"}


def visit_view(key: bytes, visit: o.Visit) -> ac.VisitView:
    """Show a visit."""
    return ac.VisitView(
        visit=key.hex(),
        hospital=institution_of_key(key),
        state=o.VisitState(visit.state).name.lower(),
        commitment=visit.visit.hex(),
        opened_ms=visit.opened.time_ms,
        presence="" if visit.presence is None else visit.presence.hex(),
        document_count=len(visit.sealed),
    )


def prescription_view(key: bytes, prescription: o.Prescription) -> ac.PrescriptionView:
    """Show a prescription."""
    return ac.PrescriptionView(
        prescription=key.hex(),
        hospital=institution_of_key(key),
        visit=prescription.visit.hex(),
        commitment=prescription.prescription.hex(),
        times=prescription.times,
        dispensed_by=tuple(one.hospital for one in prescription.dispensings),
        until_ms=prescription.until_ms,
    )


def erasure_view(key: bytes, erasure: o.Erasure) -> ac.ErasureView:
    """Show an erasure."""
    authority, bureau = institution_of_key(key), erasure.bureau or ""
    approvals = ((authority, erasure.by_authority), (bureau, erasure.by_bureau))
    return ac.ErasureView(
        erasure=key.hex(),
        account=erasure.account.hex(),
        authority=authority,
        bureau=bureau,
        bills=tuple(f"{bill_name(one.bill)} {PARTS[one.parts]}" for one in erasure.bills),
        state="approved" if erasure.is_approved else "requested",
        approved_by=tuple(name for name, approval in approvals if approval is not None),
        confirmed_by=tuple(word.keeper for word in erasure.confirmed),
    )


def anchor_view(key: bytes, anchor: o.AuditAnchor) -> ac.AnchorView:
    """Show an audit anchor."""
    return ac.AnchorView(
        anchor=key.hex(),
        institution=institution_of_key(key),
        line_count=anchor.line_count,
        head=anchor.head.hex(),
        height=anchor.origin.height,
    )
