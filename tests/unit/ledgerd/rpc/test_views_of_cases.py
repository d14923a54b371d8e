"""What is shown of alerts and cases: public fields only."""

from ledgerd.ledger.case_queries import alert_of, case_of
from ledgerd.rpc.views_of_cases import alert_view, case_view, letters_of
from tests.unit.ledgerd.ledger.story import told_story
from tests.unit.ledgerd.ledger.world import FINANCE, MEDICARE


def test_a_case_shows_its_steps_and_no_party() -> None:
    world = told_story().world
    (key,) = (key for key in world.state if key.startswith(b"q"))
    case = case_of(world, key)
    assert case is not None

    view = case_view(key, case)

    assert (view.opener, view.state, view.assignee, view.party_count) == (
        MEDICARE,
        "closed",
        FINANCE,
        2,
    )
    assert [step.step for step in view.steps][-3:] == ["assigned", "reviewed", "closed"]
    assert view.steps[2].institution == ""
    assert [name for name, _ in letters_of(case)][:3] == ["opened", "assigned", "found"]


def test_an_alert_shows_the_case_that_was_opened_from_it() -> None:
    world = told_story().world
    (key,) = (key for key in world.state if key.startswith(b"l"))
    alert = alert_of(world, key)
    assert alert is not None

    view = alert_view(key, alert)

    assert (view.author, view.rule, view.result) == (MEDICARE, "split-stay", "suspicion")
    assert bytes.fromhex(view.case)[:1] == b"q"
