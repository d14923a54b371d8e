"""Who may read a bill, as the chain shows it."""

from ledgerd.ledger import objects as o
from ledgerd.ledger.queries import bill_of
from ledgerd.rpc.accesses import access_views
from tests.unit.ledgerd.ledger.world import (
    ANNA,
    FINANCE,
    HOSPITAL,
    INSURER,
    MEDICARE,
    World,
    sidecar,
)

ORIGIN = o.Origin(height=1, transaction=0, operation=0, request=bytes(16))


def grant(**changes: object) -> o.Grant:
    values: dict[str, object] = {
        "account": ANNA,
        "reader": INSURER,
        "parts": 3,
        "purpose": 1,
        "until_ms": 100,
        "origin": ORIGIN,
    }
    return o.Grant(**{**values, **changes})


def delivery(**changes: object) -> o.DeliveredKey:
    values: dict[str, object] = {
        "grant": None,
        "reader": None,
        "deliverer": HOSPITAL,
        "parts": 3,
        "key_number": 1,
        "document": sidecar("d"),
        "origin": ORIGIN,
    }
    return o.DeliveredKey(**{**values, **changes})


def bill() -> o.Bill:
    world = World()
    world.allot()
    settled = world.settle(100_00, 0)
    found = bill_of(world, world.bill(1, public=1, settlement=settled))
    assert found is not None
    return found


def test_offices_grants_reports_and_the_owner_are_listed_with_their_deliveries() -> None:
    grants = {b"a" * 16: grant(), b"b" * 16: grant(until_ms=5), b"c" * 16: grant(revoked=ORIGIN)}
    deliveries = (
        delivery(grant=b"a" * 16, reader=INSURER),
        delivery(report=b"r" * 16, reader=FINANCE, parts=1),
        delivery(),
        delivery(deliverer=MEDICARE),
    )

    views = access_views(bill(), grants, deliveries, 50)

    assert [(v.reader, v.because, v.state, v.delivered) for v in views] == [
        (HOSPITAL, "issued", "in_force", 0),
        (FINANCE, "supervised", "in_force", 0),
        (MEDICARE, "settled", "in_force", 0),
        (INSURER, "granted", "in_force", 1),
        (INSURER, "granted", "expired", 0),
        (INSURER, "granted", "revoked", 0),
        (FINANCE, "reported", "in_force", 1),
        ("", "owns", "in_force", 2),
    ]
    assert views[-1].deliverers == (HOSPITAL, MEDICARE)
