"""Every node has every office."""

from ledgerd.offices.assembly import build_offices
from ledgerd.offices.payer import Policy
from tests.unit.ledgerd.offices.town import Town


def test_all_offices_are_there(town: Town) -> None:
    floor = build_offices(town.finance.house, Policy())

    offices = floor.offices
    assert None not in (
        offices.any,
        offices.hospital,
        offices.finance,
        offices.medicare,
        offices.payer,
    )
    assert floor.follower.chore_count == 0
