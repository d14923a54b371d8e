"""The outbox lets go of sealed bytes, and answers the same request as before."""

from ledgerd.offices.outbox import COLLECTION, ENTRY_BYTES_MAX, OF_SIDECAR, OutboxEntry
from ledgerd.primitives.canonical import decode
from tests.unit.ledgerd.ledger.world import HOSPITAL
from tests.unit.ledgerd.offices.acts import allot, issue
from tests.unit.ledgerd.offices.town import Home, Town


def held(home: Home) -> int:
    """Count the sealed bytes in the outbox of a home."""
    stored = (value for _, value in home.house.drawer.items(COLLECTION))
    entries = (decode(value, OutboxEntry, bytes_max=ENTRY_BYTES_MAX) for value in stored)
    return sum(len(sidecar) for entry in entries for sidecar in entry.sidecars)


async def test_what_is_in_a_block_lets_go_and_the_request_is_answered_as_before(
    town: Town,
) -> None:
    await allot(town, HOSPITAL)
    request = issue("bill 1")
    first = await town.hospital.offices.hospital.issue(request)
    assert held(town.hospital) > 0

    assert await town.hospital.floor.sweeper.sweep() == 1

    assert held(town.hospital) == 0
    assert await town.hospital.floor.sweeper.sweep() == 0
    again = await town.hospital.offices.hospital.issue(request)
    assert (again.tx_id, again.object) == (first.tx_id, first.object)


async def test_what_waits_for_its_block_keeps_its_bytes_unless_they_are_erased(
    town: Town,
) -> None:
    await allot(town, HOSPITAL)
    town.ledger.is_open = False
    request = issue("bill 1", wait="none")
    await town.hospital.offices.hospital.issue(request)

    assert await town.hospital.floor.sweeper.sweep() == 0
    ((name, key),) = town.hospital.house.drawer.items(OF_SIDECAR)
    gone = await town.hospital.floor.sweeper.forget([name, bytes(32)])

    assert gone == ((COLLECTION, key),)
    assert held(town.hospital) == 0
