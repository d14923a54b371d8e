"""The page on performance: made from figures and notes, the same each time."""

from tests.bench.growth import KINDS
from tests.bench.report import (
    GROWTH_COLUMNS,
    load_growth,
    load_notes,
    missing,
    note,
    number,
    page,
)
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
    assert [number(v) for v in (150.25, 0.0093, 0.0, -0.0)] == ["150.2", "0.0093", "0", "0"]


def test_the_notes_speak_of_scenarios_that_exist() -> None:
    notes = load_notes()

    assert set(notes.get("limits", {})) <= set(SCENARIOS)
    assert all(set(entry) == {"what", "effect"} for entry in notes.get("tried", []))


def test_a_run_that_failed_is_told_and_tried_again() -> None:
    document = {**DOCUMENT, "runs": dict(DOCUMENT["runs"])}

    note(document, "idle", [], ["run 1: no end after 90 s"])

    assert "- **idle**, run 1: no end after 90 s" in page(document, NOTES).splitlines()
    assert "idle" in missing(document)
    note(document, "idle", [{"p50_ms": 9.0}], [])
    assert "What did not run to its end" not in page(document, NOTES)
    assert "idle" not in missing(document)


def test_growth_is_read_as_it_was_written_by_itself_or_by_the_command(tmp_path) -> None:
    alone, command = tmp_path / "alone.json", tmp_path / "command.json"
    alone.write_text('{"bills": 1.0}')
    command.write_text('{"growth": [{"bills": 1.0}]}')

    assert load_growth(alone) == load_growth(command) == [{"bills": 1.0}]


def test_growth_is_told_mark_by_mark_and_by_kind_of_data() -> None:
    marks = {
        f"{column}_at_{bills}": value
        for column, value in zip(GROWTH_COLUMNS, (70.0, 80.0, 1_500.0, 12.0), strict=True)
        for bills in (10_000, 100_000)
    }
    kinds = {f"{kind}_bytes": 5.0 for kind in KINDS}
    ends = {"nodes_pruned": 7, "longest_prune_ms": 3.0, "start_clean_ms": 9.0}
    document = {**DOCUMENT, "runs": {"growth": [marks | kinds | ends | {"start_killed_ms": 11.0}]}}

    text = page(document, NOTES)

    assert "| 100 000 | 70 | 80 | 1 500 | 12 |" in text
    assert "blocks 5, receipts 5" in text
    assert "11 ms after SIGKILL" in text
