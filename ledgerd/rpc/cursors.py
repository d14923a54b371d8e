"""Opaque cursors: what a page ended with, given back to go on.

Rules: a cursor that is not one of ours is refused, not guessed; it names a place, so what is added
meanwhile shifts nothing.
"""

from ledgerd.node.views import Cursor
from ledgerd.rpc.codes import RpcCode, RpcFailure

PART_COUNT = 3


def bytes_of(cursor: str) -> bytes | None:
    """The bytes behind a cursor of a list; None at the beginning.

    Raises:
        RpcFailure: not a cursor.
    """
    try:
        return bytes.fromhex(cursor) or None
    except ValueError:
        raise _refused() from None


def text_of(last: bytes | None) -> str | None:
    """The cursor behind which a list goes on; None at its end."""
    return None if last is None else last.hex()


def event_cursor(text: str) -> Cursor:
    """Read ``height-tx-op``.

    Raises:
        RpcFailure: not a cursor.
    """
    parts = text.split("-")
    if len(parts) != PART_COUNT or not all(p.isascii() and p.isdigit() for p in parts):
        raise _refused()
    height, tx, op = (int(part[:20]) for part in parts)
    if height >= 2**63 or tx >= 2**32 or op >= 2**16:
        raise _refused()
    return Cursor(height, tx, op)


def event_cursor_text(cursor: Cursor) -> str:
    """Write ``height-tx-op``."""
    return f"{cursor.height}-{cursor.tx}-{cursor.op}"


def just_before(height: int, tx: int, op: int) -> Cursor:
    """The cursor behind which the event at this place is the first."""
    if op:
        return Cursor(height, tx, op - 1)
    if tx:
        return Cursor(height, tx - 1, 2**16 - 1)
    return Cursor(max(height - 1, 0), 2**32 - 1, 2**16 - 1)


def _refused() -> RpcFailure:
    return RpcFailure(RpcCode.INVALID_PARAMS, "not a cursor of this list", field="cursor")
