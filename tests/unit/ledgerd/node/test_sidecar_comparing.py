"""What is missing is found by comparing, so no end makes a node forget it."""

import pytest

from ledgerd.node.sidecar_comparing import PAGE_COUNT, SidecarComparison
from ledgerd.storage.memory import MemoryStore
from ledgerd.storage.sidecar_store import SidecarStore, sidecar_hash
from tests.unit.ledgerd.node.samples import naming, signed
from tests.unit.ledgerd.node.worlds import Chain, chain

HELD, LOST = b"held", b"lost"


@pytest.fixture
async def world() -> Chain:
    """Two blocks, each of which names a sidecar; only that of the first is held."""
    made = chain()
    await made.grow(signed(naming(HELD)), sidecars=(HELD,))
    await made.grow(signed(naming(LOST)))
    return made


def missing_of(world: Chain, store: SidecarStore) -> list[bytes]:
    comparison = SidecarComparison(world.blocks, store)
    found: list[bytes] = []
    while (page := comparison.next_page()) is not None:
        found += page
    return found


async def test_each_start_finds_what_is_missing_until_it_has_come(world: Chain) -> None:
    assert missing_of(world, world.sidecars) == [sidecar_hash(LOST)]
    assert missing_of(world, world.sidecars) == [sidecar_hash(LOST)]
    assert world.sidecars.whole_up_to() is None

    world.sidecars.put((LOST,))

    assert missing_of(world, world.sidecars) == []
    assert world.sidecars.whole_up_to() == (2, world.blocks.tip and world.blocks.tip.header_hash)


async def test_a_store_begun_anew_lacks_everything(world: Chain) -> None:
    fresh = SidecarStore(MemoryStore())

    assert missing_of(world, fresh) == [sidecar_hash(HELD), sidecar_hash(LOST)]


async def test_what_was_whole_once_is_not_compared_again(world: Chain) -> None:
    world.sidecars.put((LOST,))
    assert missing_of(world, world.sidecars) == []

    assert SidecarComparison(world.blocks, world.sidecars).next_page() is None


async def test_what_was_whole_for_another_chain_says_nothing(world: Chain) -> None:
    world.sidecars.note_whole(2, bytes(32))

    assert missing_of(world, world.sidecars) == [sidecar_hash(LOST)]


async def test_pages_are_bounded_and_the_whole_ones_before_a_gap_are_remembered() -> None:
    world = chain()
    for _ in range(PAGE_COUNT + 1):
        await world.grow()
    await world.grow(signed(naming(LOST)))
    comparison = SidecarComparison(world.blocks, world.sidecars)

    assert comparison.next_page() == ()
    assert comparison.next_page() == (sidecar_hash(LOST),)
    assert comparison.next_page() is None
    known = world.sidecars.whole_up_to()
    assert known is not None
    assert known[0] == PAGE_COUNT
