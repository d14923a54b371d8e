"""Evidence is added up while the code it is about stands, and never without its faults."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

from tests.evidence.__main__ import EVIDENCE, REPORT
from tests.evidence.lines import EvidenceError, Line, append_line, line_of_summary, read_lines
from tests.evidence.report import render
from tests.evidence.tree import head, is_clean, is_known, is_same_code
from tests.tidy.source import ROOT

ONE, OTHER = "1" * 40, "2" * 40


def line(commit: str = ONE, violations: tuple[str, ...] = (), **counts: int) -> Line:
    units = {unit.replace("_", " "): n for unit, n in counts.items()}
    return Line(commit, "simulate", units, {"crash": 7}, violations, "2 cores", 60.0)


def written(path: Path, *lines: Line) -> str:
    """Append lines and render against commit ONE, which has other code than OTHER."""
    for each in lines:
        append_line(path, each)
    return render(path, ONE, lambda a, b: a == b)


def run(*words: object) -> "subprocess.CompletedProcess[str]":
    command = [sys.executable, "-m", "tests.evidence", *map(str, words)]
    return subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)


def summary(**changes: object) -> dict[str, object]:
    base = {"commit": ONE, "counts": {"simulated seeds": 5}, "faults": {"loss": 3}, "seconds": 2}
    return base | {"violations": []} | changes


def test_a_line_is_read_as_it_was_written(tmp_path: Path) -> None:
    path = tmp_path / "evidence.jsonl"
    first, second = line(simulated_seeds=5), line(OTHER, ("fork",), simulated_seeds=6)

    written(path, first, second)

    assert read_lines(path) == (first, second)


def test_counts_of_the_same_code_add_up(tmp_path: Path) -> None:
    text = written(
        tmp_path / "evidence.jsonl", line(simulated_seeds=100_000), line(simulated_seeds=200_000)
    )

    assert "| simulated seeds | 300 000 | 300 000 | reached |" in text
    assert "simulate: crash | 14 |" in text
    assert "- P1: 1 000 000 more twins scenarios" in text


def test_runs_of_other_code_are_shown_and_not_counted(tmp_path: Path) -> None:
    text = written(tmp_path / "evidence.jsonl", line(OTHER, simulated_seeds=300_000))

    assert "| simulated seeds | 0 | 300 000 | 0.0% |" in text
    assert text.index("no longer count") < text.index("300 000 simulated seeds")


def test_a_violation_is_shown_word_by_word(tmp_path: Path) -> None:
    text = written(
        tmp_path / "evidence.jsonl", line(violations=("two blocks at 7",), simulated_seeds=1)
    )

    assert "- two blocks at 7" in text


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"commit": ONE + "+"}, "no commit holds"),
        ({"commit": "main"}, "40 hex digits"),
        ({"counts": {}}, "counts nothing"),
        ({"counts": {"simulated seed": 1}}, "did you mean 'simulated seeds'"),
        ({"counts": {"simulated seeds": True}}, "not a count"),
        ({"faults": {"loss": -1}}, "not a count"),
        ({"faults": 3}, "not a table"),
        ({"seconds": "long"}, "not a length"),
    ],
)
def test_a_summary_that_proves_nothing_is_refused(changes: dict[str, object], words: str) -> None:
    with pytest.raises(EvidenceError, match=words):
        line_of_summary("simulate", summary(**changes))


def test_a_number_of_violations_is_no_clean_run() -> None:
    assert line_of_summary("simulate", summary(violations=2)).violations == ("2 violations",)


@pytest.mark.parametrize("text", ["", "[]", "{}", '{"commit": 1}', "nonsense"])
def test_a_malformed_line_is_named_by_its_number(tmp_path: Path, text: str) -> None:
    path = tmp_path / "evidence.jsonl"
    append_line(path, line(simulated_seeds=1))
    path.write_text(path.read_text(encoding="utf-8") + text + "\n", encoding="utf-8")

    with pytest.raises(EvidenceError, match="line 2"):
        read_lines(path)


def test_added_reported_and_checked_as_a_user_does(tmp_path: Path) -> None:
    given = tmp_path / "run.json"
    given.write_text(json.dumps(summary()), encoding="utf-8")
    files = ("--evidence", tmp_path / "evidence.jsonl", "--report", tmp_path / "report.md")

    assert run("add", "simulate", "--json", given, *files).returncode == 0
    assert run("report", *files).returncode == 0
    assert run("check", *files).returncode == 0
    assert run("add", "simulate", "--json", given, *files).returncode == 0
    stale = run("check", *files)

    assert stale.returncode == 1
    assert "other evidence" in stale.stderr


def test_an_edited_report_is_found(tmp_path: Path) -> None:
    files = ("--evidence", tmp_path / "evidence.jsonl", "--report", tmp_path / "report.md")
    run("report", *files)
    report = tmp_path / "report.md"
    text = report.read_text(encoding="utf-8")
    report.write_text(text.replace("| 0.0% |", "| reached |"), encoding="utf-8")

    assert run("check", *files).returncode == (1 if is_known(head()) else 0)


def git(folder: Path, *words: str) -> None:
    identity = ("-c", "user.name=sample", "-c", "user.email=sample@example.org")
    subprocess.run(["git", *identity, *words], cwd=folder, check=True, capture_output=True)


def committed(folder: Path, path: str, text: str) -> str:
    (folder / path).parent.mkdir(parents=True, exist_ok=True)
    (folder / path).write_text(text, encoding="utf-8")
    git(folder, "add", path)
    git(folder, "commit", "-q", "-m", path)
    return head(folder)


def test_code_is_the_same_until_a_file_that_counts_changes(tmp_path: Path) -> None:
    git(tmp_path, "init", "-q")
    first = committed(tmp_path, "consensus/quorum.py", "a")
    docs = committed(tmp_path, "docs/testing.md", "b")
    changed = committed(tmp_path, "ledgerd/node/pool.py", "c")

    assert is_same_code(first, docs, tmp_path)
    assert not is_same_code(docs, changed, tmp_path)
    assert not is_same_code(ONE, changed, tmp_path)


def test_changed_files_make_a_tree_no_commit(tmp_path: Path) -> None:
    git(tmp_path, "init", "-q")
    committed(tmp_path, "consensus/quorum.py", "a")
    assert is_clean(tmp_path)

    (tmp_path / "consensus" / "quorum.py").write_text("b", encoding="utf-8")

    assert not is_clean(tmp_path)


def test_the_report_in_the_repository_is_made_from_its_evidence() -> None:
    files = ("--evidence", EVIDENCE, "--report", REPORT)

    checked = run("check", *files)

    assert checked.returncode == 0, checked.stderr
