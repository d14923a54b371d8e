"""The table of other systems' bugs in docs/testing.md: each has a test, and the test exists."""

import ast
import re
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
BUG_COUNT = 20  # as many as reliability.md section 3 lists
HEADING = "## Bugs that others had"


def rows() -> list[tuple[str, list[str]]]:
    """Read the table: a bug and the tests that tell it again."""
    text = (ROOT / "docs" / "testing.md").read_text(encoding="utf-8")
    section = text.partition(HEADING)[2].partition("\n## ")[0]
    lines = [line for line in section.splitlines() if line.startswith("|")][2:]
    cells = [line.strip("|").split("|") for line in lines]
    return [(bug.strip(), re.findall(r"`([^`]+)`", tests)) for bug, tests in cells]


def functions_of(path: Path) -> set[str]:
    tree = ast.parse(path.read_text(encoding="utf-8"))
    kinds = ast.FunctionDef | ast.AsyncFunctionDef
    return {node.name for node in tree.body if isinstance(node, kinds)}


def test_every_bug_stands_in_the_table_once() -> None:
    bugs = [bug for bug, _ in rows()]
    assert len(bugs) == len(set(bugs)) == BUG_COUNT


@pytest.mark.parametrize(("bug", "tests"), rows(), ids=lambda value: str(value)[:40])
def test_a_bug_of_others_has_tests_that_exist(bug: str, tests: list[str]) -> None:
    assert tests, bug
    for name in tests:
        path, _, function = name.partition("::")
        assert (ROOT / path).is_file(), name
        assert function in functions_of(ROOT / path), name


def test_every_scenario_of_the_bugs_stands_in_the_table() -> None:
    named = {name for _, tests in rows() for name in tests}
    for path in sorted(ROOT.glob("tests/**/test_bugs_of_others.py")):
        if path != Path(__file__):
            told = {name for name in functions_of(path) if name.startswith("test_")}
            missing = {f"{path.relative_to(ROOT)}::{name}" for name in told} - named
            assert not missing
