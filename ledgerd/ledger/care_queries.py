"""Reading what the state holds of visits, prescriptions, erasures and audit anchors.

Rules: as in ``queries``.

Source: ``state_keys``, ``care_objects``.
"""

from ledgerd.ledger import state_keys
from ledgerd.ledger.care_objects import AuditAnchor, Erasure, Prescription, Visit
from ledgerd.ledger.overlay import StateReader
from ledgerd.ledger.queries import read_named


def visit_of(reader: StateReader, key: bytes) -> Visit | None:
    return read_named(reader, key, state_keys.VISIT_PREFIX, Visit)


def prescription_of(reader: StateReader, key: bytes) -> Prescription | None:
    return read_named(reader, key, state_keys.PRESCRIPTION_PREFIX, Prescription)


def erasure_of(reader: StateReader, key: bytes) -> Erasure | None:
    return read_named(reader, key, state_keys.ERASURE_PREFIX, Erasure)


def anchor_of(reader: StateReader, key: bytes) -> AuditAnchor | None:
    return read_named(reader, key, state_keys.ANCHOR_PREFIX, AuditAnchor)
