"""Every number of the checklist has a test, and the test names the number."""

import ast
import re

import pytest

from tests.tidy.source import ROOT

PAGE = ROOT / "docs" / "checklist.md"
ROW = re.compile(r"^\| (\d+) \| ([^|]+) \| ([^|]+) \|$", re.MULTILINE)
TEST = re.compile(r"`(tests/[\w/]+\.py)::(\w+)`")
NUMBERS = range(1, 47)
# What cannot be tested because it does not exist. May only shrink.
NOT_YET = {37: "nodes have no snapshots", 38: "observers cannot join in numbers"}


def rows() -> dict[int, list[tuple[str, str]]]:
    """Return the tests that the page names, by number."""
    found = ROW.findall(PAGE.read_text(encoding="utf-8"))
    return {int(number): TEST.findall(tests) for number, _, tests in found}


def source_of(path: str, name: str) -> str:
    """Return the text of a test function; nothing when it is gone."""
    text = (ROOT / path).read_text(encoding="utf-8")
    functions = (ast.FunctionDef, ast.AsyncFunctionDef)
    for node in ast.walk(ast.parse(text)):
        if isinstance(node, functions) and node.name == name:
            return ast.get_source_segment(text, node) or ""
    return ""


def names_it(source: str, number: int) -> bool:
    listed = rf"checklist[_ ](?:items? )?(?:\d+(?:, | and ))*{number}(?!\d)"
    return re.search(listed, source, re.IGNORECASE) is not None


def test_the_page_has_every_number_once_and_in_order() -> None:
    assert list(rows()) == list(NUMBERS)


def test_what_is_not_there_yet_may_only_become_less() -> None:
    assert set(NOT_YET) <= {37, 38}
    assert [number for number, tests in rows().items() if not tests] == sorted(NOT_YET)


@pytest.mark.parametrize("number", [n for n in NUMBERS if n not in NOT_YET])
def test_a_number_is_named_by_each_test_that_earns_it(number: int) -> None:
    for path, name in rows()[number]:
        assert names_it(source_of(path, name), number), f"{path}::{name} does not name {number}"
