"""The table that maps a line of a Synthea claim to one of the 14 charge categories.

Rules: the table is a file that its user may change (``configs/synthea_categories.toml``); it is
checked whole before the first line is mapped.

Source: domain.md section 7, categories 01 to 14 of the medical e-bill.
"""

import tomllib
from dataclasses import dataclass
from pathlib import Path

from ledgerd.cli.synthea.rows import DataSet
from ledgerd.errors import ConfigError

CATEGORIES = frozenset(f"{number:02}" for number in range(1, 15))
TABLE_BYTES_MAX = 262_144  # a few thousand codes
_FILES = ("medications", "encounters", "procedures")


@dataclass(frozen=True)
class CategoryTable:
    """Categories by code, then by the file in which a code occurs, then ``otherwise``."""

    by_code: dict[str, str]
    by_file: dict[str, str]
    otherwise: str

    def category_of(self, code: str, data: DataSet) -> str:
        """Return the category, two digits, of a charge code of the data set."""
        if code in self.by_code:
            return self.by_code[code]
        codes = {
            "medications": data.medication_codes,
            "encounters": data.encounter_codes,
            "procedures": data.procedure_codes,
        }
        for name, category in self.by_file.items():
            if code in codes[name]:
                return category
        return self.otherwise


def read_category_table(path: Path) -> CategoryTable:
    """Read and check a category table.

    Raises:
        ConfigError: not TOML, an unknown key, or a category that is not one of 01 to 14.
    """
    try:
        if path.stat().st_size > TABLE_BYTES_MAX:
            raise ConfigError(f"{path.name}: larger than {TABLE_BYTES_MAX} bytes")
        table = tomllib.loads(path.read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        raise ConfigError(f"{path.name}: cannot be read: {error}") from error
    unknown = sorted(set(table) - {"otherwise", "files", "codes"})
    if unknown:
        raise ConfigError(
            f"{path.name}: unknown key {unknown[0]!r}; known: otherwise, files, codes"
        )
    by_file, by_code = table.get("files", {}), table.get("codes", {})
    if set(by_file) - set(_FILES):
        raise ConfigError(f"{path.name}: [files] may name {', '.join(_FILES)}")
    for category in (table.get("otherwise"), *by_file.values(), *by_code.values()):
        if category not in CATEGORIES:
            raise ConfigError(f"{path.name}: a category is not one of 01 to 14")
    return CategoryTable(by_code=by_code, by_file=by_file, otherwise=table["otherwise"])
