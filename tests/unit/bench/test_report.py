"""The page on performance: made from figures and notes, the same each time."""

from tests.bench.report import load_notes, number, page
from tests.bench.scenarios import SCENARIOS

DOCUMENT = {
    "commit": "0" * 40,
    "machine": {"cores": "2"},
    "nodes": 4,
    "runs": {
        "issue": [
            {"bills_per_s": 1_000.0, "ratio_to_bound": 0.6},
            {"bills_per_s": 1_300.0, "ratio_to_bound": 0.4},
        ],
        "issue-50": [{"bills_per_s": 5_000.0, "ratio_to_bound": 1.2}],
        "profile": [{"cpu_us_per_bill_and_node": 400.0, "hospital_verify_percent": 12.5}],
    },
}
NOTES = {
    "limits": {"issue": "The processor."},
    "tried": [{"what": "Two threads", "effect": "none"}],
}


def test_every_run_is_listed_with_median_and_range() -> None:
    lines = page(DOCUMENT, NOTES).splitlines()

    assert "| bills_per_s | 1 000 | 1 300 | 1 150 | 1 000 to 1 300 |" in lines
    assert "| bills_per_s | 5 000 |" in lines


def test_a_missed_goal_says_by_how_much_and_what_limits_it() -> None:
    lines = page(DOCUMENT, NOTES).splitlines()

    assert "| issue | bills/s, one signature each | ≥ 2 300 | 1 150 | **missed: 50 %** |" in lines
    assert "| issue-50 | bills/s, 50 for a signature | ≥ 4 600 | 5 000 | met |" in lines
    assert "- **issue**: The processor." in lines
    assert "| Two threads | none |" in lines


def test_the_profile_and_the_other_systems_stand_beside_the_figures() -> None:
    text = page(DOCUMENT, NOTES)

    assert "| verify | 12.5 | 0.0 |" in text
    assert (
        "| indy-plenum, 4 nodes (Python, signatures of many kinds off) | 133 to 143 | 8.33 |"
        in text
    )
    assert DOCUMENT["commit"] in text


def test_numbers_are_written_for_people() -> None:
    assert [number(v) for v in (0.5, 12.0, 1_234.5, 0.1234)] == ["0.5", "12", "1 234", "0.123"]


def test_the_notes_speak_of_scenarios_that_exist() -> None:
    notes = load_notes()

    assert set(notes.get("limits", {})) <= set(SCENARIOS)
    assert all(set(entry) == {"what", "effect"} for entry in notes.get("tried", []))
