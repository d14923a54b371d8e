"""Reading what the state holds about patients beside their accounts.

Rules: as in ``queries``.

Source: ``state_keys``, ``patient_objects``.
"""

from ledgerd.ledger import state_keys
from ledgerd.ledger.overlay import StateReader
from ledgerd.ledger.patient_objects import ActForAnother, KeyRecord, Presence, Proxy
from ledgerd.ledger.queries import read_named, read_object


def key_record_of(reader: StateReader, account: bytes, key_id: bytes) -> KeyRecord | None:
    return read_object(reader, state_keys.key_record_key(account, key_id), KeyRecord)


def proxy_of(reader: StateReader, account: bytes, proxy: bytes) -> Proxy | None:
    return read_object(reader, state_keys.proxy_key(account, proxy), Proxy)


def act_for_of(reader: StateReader, account: bytes, act: bytes) -> ActForAnother | None:
    return read_object(reader, state_keys.act_for_key(account, act), ActForAnother)


def presence_of(reader: StateReader, key: bytes) -> Presence | None:
    return read_named(reader, key, state_keys.PRESENCE_PREFIX, Presence)
