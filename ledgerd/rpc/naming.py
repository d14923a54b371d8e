"""How objects are named outside: a bill by code and number, others by their state key in hex.

Rules: a name says what it names, so that it can be looked up and proved without an index.
"""

from typing import Final

from ledgerd.ledger import state_keys
from ledgerd.primitives.identifiers import BillKey, is_bill_key
from ledgerd.rpc.codes import RpcCode, RpcFailure
from ledgerd.rpc.queries import ProofGet

BILL_KEY_BYTES: Final = 20
INSTITUTION_KEY_BYTES: Final = 19
ACCOUNT_KEY_BYTES: Final = 17
OF_ACCOUNT_KEY_BYTES: Final = 33
OF_ACCOUNT: Final = (
    state_keys.KEY_RECORD_PREFIX,
    state_keys.PROXY_PREFIX,
    state_keys.ACT_FOR_PREFIX,
)
PREFIXES: Final = {"claim": b"c", "settlement": b"s"}


def object_text(key: bytes) -> str:
    """Name an object by its state key; empty for none."""
    if key[:1] == b"b" and len(key) == BILL_KEY_BYTES:
        return f"{key[1:9].decode('ascii')}-{key[9:19].decode('ascii')}"
    if key[:1] == b"o" and len(key) == INSTITUTION_KEY_BYTES:
        return key[1:].decode("ascii")
    if key[:1] == b"a" and len(key) == ACCOUNT_KEY_BYTES:
        return key[1:].hex()
    if key[:1] in OF_ACCOUNT and len(key) == OF_ACCOUNT_KEY_BYTES:
        return key[ACCOUNT_KEY_BYTES:].hex()
    return key.hex()


def bill_text(code: str, number: str) -> str:
    """Name a bill."""
    return f"{code}-{number}"


def key_of_subject(query: ProofGet) -> bytes:
    """Find the state key that a proof is asked for.

    Raises:
        RpcFailure: the subject is not a name of that kind.
    """
    if query.kind == "bill":
        code, _, number = query.subject.partition("-")
        if is_bill_key(BillKey(code, number)):
            return state_keys.bill_key(code, number)
    elif query.kind == "institution":
        if len(query.subject) == INSTITUTION_KEY_BYTES - 1:
            return state_keys.institution_key(query.subject)
    elif (key := _hex(query.subject)).startswith(PREFIXES.get(query.kind, b"?")):
        return key
    raise _not_named(query)


def tx_id_of_subject(query: ProofGet) -> bytes:
    """Read the transaction whose receipt is asked for.

    Raises:
        RpcFailure: the subject is not 32 bytes in hex.
    """
    found = _hex(query.subject)
    if len(found) != 32:
        raise _not_named(query)
    return found


def _hex(text: str) -> bytes:
    try:
        return bytes.fromhex(text)
    except ValueError:
        return b""


def _not_named(query: ProofGet) -> RpcFailure:
    return RpcFailure(RpcCode.INVALID_PARAMS, f"not the name of a {query.kind}", field="subject")
