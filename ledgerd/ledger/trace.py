"""What an operation left behind, by which it is recognised when it comes again.

Source: domain.md section 2.
"""

from msgspec import Struct

from ledgerd.ledger.objects import Origin


class Trace(Struct, frozen=True):
    """What an operation, or one in its place, left behind.

    Attributes:
        object_key: of the object that holds the trace.
        origin: who left it; None when nobody did.
        is_by_ref: the ref alone led here, so another operation's trace is a conflict of refs.
    """

    object_key: bytes
    origin: Origin | None
    is_by_ref: bool = True
