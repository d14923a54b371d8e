"""The category table: code first, then file, then otherwise; and checked before it is used."""

from pathlib import Path

import pytest

from ledgerd.cli.synthea.categories import CategoryTable, read_category_table
from ledgerd.cli.synthea.rows import read_data_set
from ledgerd.errors import ConfigError
from tests.cli.synthea_files import write_data_set

TABLE = CategoryTable(by_code={"P1": "06"}, by_file={"medications": "09"}, otherwise="14")


@pytest.mark.parametrize(("code", "category"), [("P1", "06"), ("M1", "09"), ("E1", "14")])
def test_the_code_counts_first_then_the_file(tmp_path: Path, code: str, category: str) -> None:
    data = read_data_set(write_data_set(tmp_path))

    assert TABLE.category_of(code, data) == category


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ('otherwise = "15"', "not one of 01 to 14"),
        ("", "not one of 01 to 14"),
        ('otherwise = "09"\nother = 1', "unknown key 'other'"),
        ('otherwise = "09"\n[files]\nimmunizations = "09"', "may name"),
        ('otherwise = "09"\n[codes]\n"1" = "9"', "not one of 01 to 14"),
        ("otherwise = ", "cannot be read"),
        ("#" * 262_145, "larger than"),
    ],
)
def test_a_table_with_a_mistake_is_refused(tmp_path: Path, text: str, message: str) -> None:
    path = tmp_path / "table.toml"
    path.write_text(text, encoding="utf-8")

    with pytest.raises(ConfigError, match=message):
        read_category_table(path)


def test_a_missing_table_is_a_configuration_error(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match="cannot be read"):
        read_category_table(tmp_path / "none.toml")
