"""Reading the objects of governance.

Rules: as in ``queries``.
"""

from ledgerd.chain.block import PROTOCOL_VERSION
from ledgerd.ledger import state_keys
from ledgerd.ledger.governance_objects import Electorate, OwnAffair, Protocol, Terminal
from ledgerd.ledger.overlay import StateReader
from ledgerd.ledger.queries import read_object


def electorate_of(reader: StateReader) -> Electorate:
    """Give who decides common affairs; it stands there from genesis on."""
    electorate = read_object(reader, state_keys.ELECTORATE_KEY, Electorate)
    assert electorate is not None
    return electorate


def protocol_of(reader: StateReader) -> Protocol | None:
    """Give the version that was decided; None while it is that of genesis."""
    return read_object(reader, state_keys.PROTOCOL_KEY, Protocol)


def protocol_version_of(reader: StateReader) -> int:
    """Give the version of the rules for the next block."""
    protocol = protocol_of(reader)
    return PROTOCOL_VERSION if protocol is None else protocol.protocol_version


def own_affair_of(reader: StateReader, institution: str, ref: bytes) -> OwnAffair | None:
    return read_object(reader, state_keys.own_affair_key(institution, ref), OwnAffair)


def terminal_of(reader: StateReader, institution: str, public_key: bytes) -> Terminal | None:
    return read_object(reader, state_keys.terminal_key(institution, public_key), Terminal)
