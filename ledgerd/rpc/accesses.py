"""Who may read a bill, as the chain shows it, and to whom keys were delivered.

Rules: pure. Which bureau is competent for a bill that nothing was settled for stands in its sealed
bytes only, so it is not listed here.
"""

from collections.abc import Iterator, Mapping, Sequence
from typing import Final

from ledgerd.ledger import objects as o
from ledgerd.ledger.fields import Parts, Purpose
from ledgerd.ledger.queries import bureau_of_settlement
from ledgerd.rpc.answers_bill import AccessView
from ledgerd.rpc.views_of_state import PARTS_TEXT

BOTH: Final = PARTS_TEXT[Parts.FACE | Parts.LINES]

Grants = Mapping[bytes, o.Grant]  # by id


def access_views(
    bill: o.Bill, grants: Grants, deliveries: Sequence[o.DeliveredKey], time_ms: int
) -> tuple[AccessView, ...]:
    """List every way by which somebody may read, or might, a bill: by office, then by grant."""
    views = [*_by_office(bill), *_by_grant(grants, deliveries, time_ms)]
    reported = [d for d in deliveries if d.report is not None]
    views += [_of(d.reader or "", d.parts, "reported", (d,)) for d in reported]
    if bill.owner is not None:
        own = [d for d in deliveries if d.reader is None]
        views.append(_of("", Parts.FACE | Parts.LINES, "owns", own))
    return tuple(views)


def _by_office(bill: o.Bill) -> Iterator[AccessView]:
    yield _of(bill.issuer, Parts.FACE | Parts.LINES, "issued", ())
    if bill.supervisor is not None:
        yield _of(bill.supervisor, Parts.FACE, "supervised", ())
    if bill.settlement is not None:
        bureau = bureau_of_settlement(bill.settlement)
        yield _of(bureau, Parts.FACE | Parts.LINES, "settled", ())


def _by_grant(
    grants: Grants, deliveries: Sequence[o.DeliveredKey], time_ms: int
) -> Iterator[AccessView]:
    for grant_id, grant in grants.items():
        made = [delivery for delivery in deliveries if delivery.grant == grant_id]
        state = "in_force" if grant.is_in_force(time_ms) else "expired"
        yield AccessView(
            reader=grant.reader,
            parts=PARTS_TEXT[Parts(grant.parts)],
            because="granted",
            state=state if grant.revoked is None else "revoked",
            purpose=Purpose(grant.purpose).name.lower(),
            grant=grant_id.hex(),
            until_ms=grant.until_ms,
            delivered=len(made),
            deliverers=_names(made),
        )


def _of(reader: str, parts: int, because: str, made: Sequence[o.DeliveredKey]) -> AccessView:
    return AccessView(
        reader=reader,
        parts=PARTS_TEXT[Parts(parts)],
        because=because,
        state="in_force",
        delivered=len(made),
        deliverers=_names(made),
    )


def _names(made: Sequence[o.DeliveredKey]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(delivery.deliverer for delivery in made))
