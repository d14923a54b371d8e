"""Reading alerts and cases from the state.

Rules: as in ``queries``.

Source: ``state_keys``, ``case_objects``.
"""

from ledgerd.ledger import state_keys
from ledgerd.ledger.case_objects import Alert, Case
from ledgerd.ledger.overlay import StateReader
from ledgerd.ledger.queries import read_named


def alert_of(reader: StateReader, key: bytes) -> Alert | None:
    return read_named(reader, key, state_keys.ALERT_PREFIX, Alert)


def case_of(reader: StateReader, key: bytes) -> Case | None:
    return read_named(reader, key, state_keys.CASE_PREFIX, Case)


def opener_of(key: bytes) -> str:
    """Give who raised an alert or opened a case, which stands in its key."""
    return key[1:19].decode("ascii")
