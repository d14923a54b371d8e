"""One well-formed operation of each type about keys, proxies, presence and acts for others."""

from ledgerd.ledger.patient_operations import (
    ConfirmAssisted,
    PatientOperation,
    RefuseKey,
    RevokeAssisted,
    RevokePatientKey,
    RevokeProxy,
)
from ledgerd.ledger.state_keys import presence_key
from tests.unit.ledgerd.ledger.world import ANNA, HOSPITAL, World, bill_ref, claim
from tests.unit.ledgerd.ledger.world_patients import (
    added_key,
    assisted,
    confirmed_key,
    presence,
    proxy,
)

PRESENCE = presence_key(HOSPITAL, 2026_09_21, bytes(16))
PATIENT_SAMPLES: tuple[PatientOperation, ...] = (
    added_key(),
    RevokePatientKey(client_ref="revoke key", account=ANNA, key=bytes(16)),
    proxy(World()),
    RevokeProxy(client_ref="revoke proxy", account=ANNA, proxy=bytes(16)),
    presence(World(), ANNA),
    RefuseKey(client_ref="refuse", account=ANNA, key=bytes(16)),
    assisted(claim((bill_ref(1),), 2026_09_21), PRESENCE, ANNA),
    RevokeAssisted(client_ref="revoke act", account=ANNA, act=bytes(16)),
    ConfirmAssisted(client_ref="confirm act", account=ANNA, act=bytes(16)),
    confirmed_key(HOSPITAL),
)
