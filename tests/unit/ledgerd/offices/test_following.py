"""The follower: no event lost, no chore done twice, none forgotten."""

import pytest
import trio

from ledgerd.ledger.queries import bill_of
from ledgerd.node.refusals import RefusalCode, SubmitRefused
from ledgerd.offices import following
from ledgerd.offices.following import CHECK_MS, COLLECTION, CURSOR, FULL_MS
from tests.unit.ledgerd.ledger.world import HOSPITAL
from tests.unit.ledgerd.offices.acts import allot, chain_ref, issue, ref_of
from tests.unit.ledgerd.offices.town import Town


@pytest.fixture
async def issued(town: Town):
    await allot(town, HOSPITAL)
    return ref_of(await town.hospital.offices.hospital.issue(issue()))


def is_supervised(town: Town, bill) -> bool:
    found = bill_of(town.ledger, chain_ref(bill))
    return found is not None and found.supervised is not None


async def test_a_chore_stays_until_the_state_shows_its_effect(town: Town, issued) -> None:
    follower = town.finance.floor.follower
    town.ledger.is_open = False

    await follower.step()
    before = follower.chore_count
    town.ledger.is_open = True
    town.ledger.commit()
    town.later(10_000)
    await follower.step()

    assert (before, follower.chore_count) == (1, 0)
    assert is_supervised(town, issued)


async def test_chores_rest_while_the_loop_is_late(
    town: Town, issued, autojump_clock: object
) -> None:
    """An office that was behind kept its primary from checking bundles: it was left as a censor."""
    town.finance.node.pause_s = 3.0
    began_s = trio.current_time()

    await town.finance.floor.follower.step()

    assert trio.current_time() - began_s >= 3.0
    assert is_supervised(town, issued)


async def test_a_chore_outlives_a_restart(town: Town, issued) -> None:
    home = town.finance
    home.node.refusal = SubmitRefused(RefusalCode.NO_QUORUM, "too few")
    await home.floor.follower.step()
    home.node.refusal = None

    home.restart()
    count = home.floor.follower.chore_count
    await home.floor.follower.step()

    assert count == 1
    assert is_supervised(town, issued)


async def test_a_refused_chore_is_tried_again_later_and_later(town: Town, issued) -> None:
    home = town.finance
    home.node.refusal = SubmitRefused(RefusalCode.NO_QUORUM, "too few")
    await home.floor.follower.step()
    home.node.refusal = None

    await home.floor.follower.step()
    at_once = is_supervised(town, issued)
    town.later(3_000)
    await home.floor.follower.step()

    assert not at_once
    assert is_supervised(town, issued)


async def test_a_full_pool_is_full_for_every_chore(town: Town, issued) -> None:
    """Under overload hundreds were composed, signed and refused, again and again, for nothing."""
    home = town.finance
    home.node.refusal = SubmitRefused(RefusalCode.POOL_FULL, "submit again later")
    await home.floor.follower.step()
    home.node.refusal = None
    second = ref_of(await town.hospital.offices.hospital.issue(issue("another")))

    await home.floor.follower.step()
    at_once = is_supervised(town, second)
    town.later(FULL_MS)
    await home.floor.follower.step()

    assert not at_once
    assert is_supervised(town, second)
    assert not is_supervised(town, issued)
    town.later(CHECK_MS)
    await home.floor.follower.step()
    assert is_supervised(town, issued)


async def test_events_are_read_in_pages_to_the_end(town: Town) -> None:
    await allot(town, HOSPITAL)
    for number in range(5):
        await town.hospital.offices.hospital.issue(issue(f"bill {number}"))

    await town.chores()

    assert all(
        is_supervised(town, bill)
        for bill in [
            type("Ref", (), {"code": "33010126", "number": f"{n:010d}"}) for n in range(1, 6)
        ]
    )


async def test_events_without_chores_are_not_read_again_from_the_first_one(
    town: Town, issued, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A node without chores read the whole chain's events at each start."""
    home = town.insurer
    await home.floor.follower.step()
    nothing_yet = home.house.drawer.get(*CURSOR)

    monkeypatch.setattr(following, "UNSAVED_MAX", 1)
    await town.hospital.offices.hospital.issue(issue("another"))
    await home.floor.follower.step()

    assert nothing_yet is None
    assert home.house.drawer.get(*CURSOR) is not None
    assert list(home.house.drawer.items(COLLECTION)) == []


async def test_an_office_that_is_behind_leaves_events_in_the_chain(
    town: Town, issued, monkeypatch: pytest.MonkeyPatch
) -> None:
    """After ten minutes of overload every bill of a backlog stood in the memory of the bureau."""
    monkeypatch.setattr(following, "FRESH_MAX", 1)
    follower = town.finance.floor.follower
    town.finance.node.refusal = SubmitRefused(RefusalCode.POOL_FULL, "submit again later")
    await follower.step()
    second = ref_of(await town.hospital.offices.hospital.issue(issue("second")))
    await follower.step()
    third = ref_of(await town.hospital.offices.hospital.issue(issue("third")))

    await follower.step()
    while_it_is_behind = follower.chore_count
    town.finance.node.refusal = None
    for _ in range(3):
        town.later(CHECK_MS)
        await follower.step()

    assert while_it_is_behind == 2
    assert is_supervised(town, second)
    assert is_supervised(town, third)


async def test_the_follower_runs_until_it_is_stopped(town: Town, issued) -> None:
    with trio.move_on_after(0.05):
        await town.finance.floor.follower.run()

    assert is_supervised(town, issued)
