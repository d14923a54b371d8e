"""One line of evidence: a long run, on a commit, with what it counted and what went wrong.

Rules: a line is JSON with exactly these fields. ``counts`` names units that ``promises`` knows, so
that they can be added up; ``faults`` says by kind what was injected, for a count of no violations
says nothing without it. A run on files that no commit holds is no evidence.
"""

import difflib
import json
import os
import platform
from dataclasses import asdict, dataclass, fields
from pathlib import Path
from typing import Any

from tests.evidence.promises import UNITS
from tests.evidence.tree import commit_of_tree


class EvidenceError(Exception):
    """A line or a summary is not what it should be."""


@dataclass(frozen=True)
class Line:
    """One long run.

    Attributes:
        commit: 40 hex digits.
        kind: which program ran: ``simulate``, ``chaos``, ``fuzz``, ...
        counts: how much was done, by unit.
        faults: how many were injected, by kind.
        violations: what did not hold, as sentences; empty is what one hopes for.
        machine: cores and interpreter.
    """

    commit: str
    kind: str
    counts: dict[str, int]
    faults: dict[str, int]
    violations: tuple[str, ...]
    machine: str
    seconds: float

    def encoded(self) -> str:
        return json.dumps(asdict(self), ensure_ascii=False, sort_keys=True)


def line_of_summary(kind: str, summary: dict[str, Any]) -> Line:
    """Make a line of what a program wrote with ``--json``.

    Raises:
        EvidenceError: a count is missing, a unit unknown, or the run was not of a commit.
    """
    violations = summary.get("violations", ())
    if isinstance(violations, int):
        violations = (f"{violations} violations",) if violations else ()
    seconds = summary.get("seconds", 0)
    return _checked(
        {
            "commit": summary.get("commit") or commit_of_tree(),
            "kind": kind,
            "counts": summary.get("counts", {}),
            "faults": summary.get("faults", {}),
            "violations": tuple(str(violation) for violation in violations),
            "machine": summary.get("machine")
            or f"{os.cpu_count()} cores, Python {platform.python_version()}",
            "seconds": float(seconds) if isinstance(seconds, int | float) else seconds,
        }
    )


def read_lines(path: Path) -> tuple[Line, ...]:
    """Read all lines; none when there is no file.

    Raises:
        EvidenceError: says which line is wrong, and how.
    """
    if not path.exists():
        return ()
    texts = path.read_text(encoding="utf-8").splitlines()
    return tuple(_read_line(text, number) for number, text in enumerate(texts, start=1))


def append_line(path: Path, line: Line) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("a", encoding="utf-8") as file:
        file.write(line.encoded() + "\n")


def _read_line(text: str, number: int) -> Line:
    try:
        return _checked(_with_fields(json.loads(text)))
    except (ValueError, EvidenceError) as error:
        raise EvidenceError(f"line {number}: {error}") from error


def _with_fields(table: Any) -> dict[str, Any]:
    if not isinstance(table, dict):
        raise EvidenceError("not an object")
    wanted = {field.name for field in fields(Line)}
    if table.keys() != wanted:
        raise EvidenceError(f"fields {sorted(table.keys() ^ wanted)}")
    return table


def _checked(table: dict[str, Any]) -> Line:
    commit = table["commit"]
    if not isinstance(commit, str) or commit.endswith("+"):
        raise EvidenceError("the run was of files that no commit holds: commit, then run again")
    if len(commit) != 40 or set(commit) - set("0123456789abcdef"):
        raise EvidenceError(f"commit {commit!r} is not 40 hex digits")
    for name in ("kind", "machine"):
        if not isinstance(table[name], str) or not table[name]:
            raise EvidenceError(f"{name} is not a word")
    for name in ("counts", "faults"):
        _check_counts(table[name], name)
    if not table["counts"]:
        raise EvidenceError("counts nothing")
    _check_units(table["counts"])
    if not isinstance(table["seconds"], int | float) or table["seconds"] < 0:
        raise EvidenceError("seconds is not a length")
    return Line(**(table | {"violations": tuple(table["violations"])}))


def _check_counts(counts: Any, name: str) -> None:
    if not isinstance(counts, dict):
        raise EvidenceError(f"{name} is not a table")
    for key, value in counts.items():
        if type(value) is not int or value < 0:
            raise EvidenceError(f"{name}: {key} is not a count")


def _check_units(counts: dict[str, int]) -> None:
    for unit in counts:
        if unit not in UNITS:
            near = difflib.get_close_matches(unit, UNITS, n=1)
            hint = f"; did you mean {near[0]!r}?" if near else ""
            raise EvidenceError(f"nobody adds up {unit!r}{hint}")
