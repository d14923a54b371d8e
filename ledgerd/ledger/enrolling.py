"""Accounts of patients, their grants, and the delivery of keys.

Rules: an account's id is random; whose it is stands in a sealed record. An account that its
registrar has not confirmed can neither claim nor grant. A grant carries no key; a delivery needs
a grant in force and an author who can read what it hands on.

Source: domain.md sections 1 and 4.
"""

from msgspec.structs import replace

from ledgerd.ledger import events, state_keys
from ledgerd.ledger.acting import Act, Effect, require
from ledgerd.ledger.claim_operations import ConfirmPatient, DeliverKey, EnrolPatient, GrantAccess
from ledgerd.ledger.fields import Parts
from ledgerd.ledger.guards import require_institution, require_owner
from ledgerd.ledger.objects import Bill, DeliveredKey, Grant, Token
from ledgerd.ledger.patient_keys import first_key
from ledgerd.ledger.patient_objects import Account
from ledgerd.ledger.queries import (
    account_of,
    bill_of,
    bureau_of_settlement,
    delivery_of,
    grant_of,
)
from ledgerd.ledger.reject_codes import RejectCode as Code
from ledgerd.primitives.canonical import encode


def enrol_patient(act: Act, op: EnrolPatient) -> Effect:
    """Open an account with its first device, or without one."""
    require(account_of(act.state, op.account) is None, Code.ACCOUNT_EXISTS)
    require_institution(act.state, op.registrar, "medicare")
    account = Account(
        registrar=op.registrar,
        enroller=act.institution_id,
        keys=first_key(act, op),
        record=op.record,
        enrolled=act.keyed_step(),
    )
    key = state_keys.account_key(op.account)
    act.state.put(key, encode(account))
    event = events.PatientEnrolled(
        account=op.account, registrar=op.registrar, record=op.record.sidecar
    )
    return Effect(key, (event,))


def confirm_patient(act: Act, op: ConfirmPatient) -> Effect:
    """Confirm an account under the write-once token of its person."""
    account = act.need(account_of(act.state, op.account))
    require(account.registrar == act.institution_id, Code.NOT_A_PARTY)
    require(account.confirmed is None, Code.ALREADY_CONFIRMED)
    require(account.enrolled.signer != act.signer, Code.SAME_KEY)
    person_key = state_keys.person_key(act.institution_id, op.token)
    require(act.state.get(person_key) is None, Code.PERSON_HAS_ACCOUNT)
    key = state_keys.account_key(op.account)
    act.state.put(person_key, encode(Token(object_key=key)))
    act.state.put(key, encode(replace(account, confirmed=act.origin)))
    return Effect(key, (events.PatientConfirmed(account=op.account),))


def grant_access(act: Act, op: GrantAccess) -> Effect:
    """Write down the owner's consent."""
    bill = act.need(bill_of(act.state, op.bill))
    account = act.confirmed_account()
    require_owner(bill, op.bill, account, op.salt)
    require_institution(act.state, op.reader)
    require(op.until_ms > act.context.time_ms, Code.GRANT_EXPIRED)
    require(bill.erased & op.parts == 0, Code.ERASED)
    grant = Grant(
        account=account,
        reader=op.reader,
        parts=op.parts,
        purpose=op.purpose,
        until_ms=op.until_ms,
        origin=act.origin,
    )
    key = state_keys.grant_key(op.bill.code, op.bill.number, act.ref)
    act.state.put(key, encode(grant))
    event = events.AccessGranted(
        bill=op.bill,
        issuer=bill.issuer,
        grant=act.ref,
        reader=op.reader,
        parts=op.parts,
        until_ms=op.until_ms,
    )
    return Effect(key, (event,))


def deliver_key(act: Act, op: DeliverKey) -> Effect:
    """Name the sealed document that holds the keys of a grant."""
    bill = act.need(bill_of(act.state, op.bill))
    grant = act.need(grant_of(act.state, op.bill, op.grant))
    require(grant.until_ms > act.context.time_ms, Code.GRANT_EXPIRED)
    require(bill.erased & grant.parts == 0, Code.ERASED)
    held = _parts_held(act, bill, op)
    require(grant.parts & ~held == 0, Code.SCOPE_NOT_HELD)
    delivered = DeliveredKey(
        grant=op.grant,
        reader=grant.reader,
        deliverer=act.institution_id,
        parts=grant.parts,
        key_number=op.key_number,
        document=op.document,
        origin=act.origin,
    )
    key = state_keys.delivery_key(op.bill.code, op.bill.number, act.ref)
    act.state.put(key, encode(delivered))
    event = events.KeyDelivered(
        bill=op.bill, grant=op.grant, reader=grant.reader, document=op.document
    )
    return Effect(key, (event,))


def _parts_held(act: Act, bill: Bill, op: DeliverKey) -> int:
    """Say which parts the author can read, as far as the chain shows it."""
    me = act.institution_id
    held = 0
    if me == bill.issuer:
        held |= Parts.FACE | Parts.LINES
    if me == bill.supervisor:
        held |= Parts.FACE
    if bill.settlement is not None and me == bureau_of_settlement(bill.settlement):
        held |= Parts.FACE | Parts.LINES
    if op.own_delivery is not None:
        delivered = act.need(delivery_of(act.state, op.bill, op.own_delivery))
        require(delivered.reader == me, Code.SCOPE_NOT_HELD)
        held |= delivered.parts
    return held
