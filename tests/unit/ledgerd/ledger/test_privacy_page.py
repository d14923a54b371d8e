"""Every field that the blocks of a whole story show has its row in docs/privacy.md."""

import re
from pathlib import Path

import pytest

from ledgerd.ledger.operations import OPERATION_TYPES, decode_operation
from tests.unit.ledgerd.ledger.story import told_story

PAGE = Path(__file__).parents[4] / "docs" / "privacy.md"
ROW = re.compile(r"^\| (\w+) \| (\w+) \| (public|pseudonymous|commitment|sealed) \| (.+) \|$")
ROWS = {
    (found[1], found[2]): (found[3], found[4])
    for line in PAGE.read_text(encoding="utf-8").splitlines()
    if (found := ROW.match(line))
}
NOT_TOLD = ("version",)  # of the format


def fields_of(type_: type) -> set[tuple[str, str]]:
    names = (name for name in type_.__struct_fields__ if name not in NOT_TOLD)
    return {(type_.__name__, name) for name in names}


def test_every_field_that_the_blocks_of_a_story_show_has_a_row() -> None:
    shown: set[tuple[str, str]] = set()
    for transaction in told_story().world.done:
        for data in transaction.operations:
            shown |= fields_of(type(decode_operation(data)))

    assert shown - set(ROWS) == set()


def test_the_page_has_a_row_for_each_field_and_no_other() -> None:
    wanted = {field for type_ in OPERATION_TYPES for field in fields_of(type_)}

    assert wanted == set(ROWS)


@pytest.mark.parametrize("name", ["sealed", "record", "document", "calculation"])
def test_sealed_fields_are_called_sealed(name: str) -> None:
    assert {row[0] for (_, field), row in ROWS.items() if field == name} == {"sealed"}
