"""Prescriptions: made at a visit, dispensed by any hospital.

Rules: made at a registered or completed visit of the same hospital; dispensed as often as it says
and not later than it says. Who dispensed, and when, is counted here, so that no second pharmacy
can hand out what one has handed out already.

Source: domain.md section 4.
"""

from msgspec.structs import replace

from ledgerd.ledger import care_events as events, state_keys
from ledgerd.ledger.acting import Act, Effect, require
from ledgerd.ledger.care_objects import Dispensing, Prescription, VisitState
from ledgerd.ledger.care_operations import DispensePrescription, Prescribe
from ledgerd.ledger.care_queries import prescription_of
from ledgerd.ledger.days import is_recent_day
from ledgerd.ledger.reject_codes import RejectCode as Code
from ledgerd.ledger.visiting import own_visit


def prescribe(act: Act, op: Prescribe) -> Effect:
    """Create a prescription."""
    require(is_recent_day(op.date, act.context.time_ms), Code.BAD_DATE)
    visit = own_visit(act, op.visit)
    require(visit.state != VisitState.CANCELLED, Code.VISIT_CLOSED)
    require(visit.state != VisitState.BOOKED, Code.VISIT_NOT_REGISTERED)
    require(op.until_ms > act.context.time_ms, Code.PRESCRIPTION_OVER)
    key = state_keys.prescription_key(act.institution_id, op.date, act.ref)
    prescription = Prescription(
        visit=op.visit,
        prescription=op.prescription,
        sealed=op.sealed,
        times=op.times,
        until_ms=op.until_ms,
        origin=act.origin,
    )
    act.state.put(key, prescription)
    return Effect(key, (events.Prescribed(prescription=key, hospital=act.institution_id),))


def dispense_prescription(act: Act, op: DispensePrescription) -> Effect:
    """Count one dispensing."""
    found = act.need(prescription_of(act.state, op.prescription))
    require(act.context.time_ms < found.until_ms, Code.PRESCRIPTION_OVER)
    require(len(found.dispensings) < found.times, Code.ALL_DISPENSED)
    dispensing = Dispensing(
        ref=act.ref, hospital=act.institution_id, sealed=op.sealed, origin=act.origin
    )
    dispensings = (*found.dispensings, dispensing)
    act.state.put(op.prescription, replace(found, dispensings=dispensings))
    event = events.PrescriptionDispensed(
        prescription=op.prescription, hospital=act.institution_id, count=len(dispensings)
    )
    return Effect(op.prescription, (event,))
