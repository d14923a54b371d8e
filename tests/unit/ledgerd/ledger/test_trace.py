"""A trace says what was left behind, and whether the ref alone led to it."""

from ledgerd.ledger.objects import Origin
from ledgerd.ledger.trace import Trace


def test_a_trace_is_found_by_its_ref_unless_it_says_otherwise() -> None:
    origin = Origin(height=1, transaction=0, operation=0, request=bytes(16))

    assert Trace(b"key", origin).is_by_ref
    assert not Trace(b"key", origin, is_by_ref=False).is_by_ref
    assert Trace(b"key", origin) == Trace(b"key", origin)
