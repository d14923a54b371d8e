"""Accounts of patients: opened, and confirmed.

Rules: an account's id is random; whose it is stands in a sealed record. An account that its
registrar has not confirmed can neither claim nor grant.

Source: domain.md sections 1 and 4.
"""

from msgspec.structs import replace

from ledgerd.ledger import events, state_keys
from ledgerd.ledger.acting import Act, Effect, require
from ledgerd.ledger.claim_operations import ConfirmPatient, EnrolPatient
from ledgerd.ledger.guards import require_institution
from ledgerd.ledger.objects import Token
from ledgerd.ledger.patient_keys import first_key
from ledgerd.ledger.patient_objects import Account
from ledgerd.ledger.queries import account_of
from ledgerd.ledger.reject_codes import RejectCode as Code


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
    act.state.put(key, account)
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
    require(act.state.find(person_key, Token) is None, Code.PERSON_HAS_ACCOUNT)
    key = state_keys.account_key(op.account)
    act.state.put(person_key, Token(object_key=key))
    act.state.put(key, replace(account, confirmed=act.origin))
    return Effect(key, (events.PatientConfirmed(account=op.account),))
