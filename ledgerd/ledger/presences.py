"""Attested presence: a terminal saw a person, and one act may rest on it.

Rules: fresh (``presence_ms``), of that account or of the enrolment that followed, attested at the
institution that acts, used once. Never an image or a score.

Source: domain.md section 4.
"""

from msgspec.structs import replace

from ledgerd.ledger import patient_events as events, state_keys
from ledgerd.ledger.acting import Act, Effect, require
from ledgerd.ledger.days import is_recent_day
from ledgerd.ledger.patient_objects import Account, Presence
from ledgerd.ledger.patient_operations import AttestPresence
from ledgerd.ledger.patient_queries import presence_of
from ledgerd.ledger.queries import account_of
from ledgerd.ledger.reject_codes import RejectCode as Code


def attest_presence(act: Act, op: AttestPresence) -> Effect:
    """Write down that a person stands at this terminal."""
    require(is_recent_day(op.date, act.context.time_ms), Code.BAD_DATE)
    if op.account is not None:
        act.need(account_of(act.state, op.account))
    presence = Presence(
        account=op.account, check=op.check, visit=op.visit, attested=act.keyed_step()
    )
    key = state_keys.presence_key(act.institution_id, op.date, act.ref)
    act.state.put(key, presence)
    return Effect(key, (events.PresenceAttested(presence=key),))


def use_presence(act: Act, key: bytes, account_id: bytes) -> None:
    """Rest the act on a presence of a person, or refuse."""
    presence = act.need(presence_of(act.state, key))
    account = act.need(account_of(act.state, account_id))
    is_here = state_keys.institution_of_key(key) == act.institution_id
    is_same = presence.account == account_id or _was_enrolled_then(presence, account, act)
    require(is_here and is_same, Code.PRESENCE_DIFFERS)
    age_ms = act.context.time_ms - presence.attested.time_ms
    require(age_ms <= act.params.presence_ms, Code.PRESENCE_STALE)
    require(presence.used is None, Code.PRESENCE_USED)
    act.state.put(key, replace(presence, used=act.origin))


def _was_enrolled_then(presence: Presence, account: Account, act: Act) -> bool:
    """Say whether a presence without an account is that of the enrolment here that followed."""
    return (
        presence.account is None
        and account.enroller == act.institution_id
        and account.enrolled.time_ms >= presence.attested.time_ms
    )
