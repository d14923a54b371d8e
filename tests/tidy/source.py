"""What the tidy tests read: the repository's files, parsed once.

Rules: nothing here judges; the judgements are in the test files beside it.
"""

import ast
import subprocess
from dataclasses import dataclass
from functools import cache
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
KNOWN_VIOLATIONS = ROOT / "tests" / "tidy" / "known_violations.txt"


@dataclass(frozen=True)
class Module:
    """One Python file: path relative to the repository, its text and its syntax tree."""

    path: str
    text: str
    tree: ast.Module

    @property
    def room(self) -> str:
        """The folder that the floors are drawn for: ``consensus``, ``ledgerd.node``, ..."""
        parts = self.path.removesuffix(".py").split("/")
        if parts[0] != "ledgerd":
            return parts[0]
        return ".".join(parts[:2])


@cache
def repository_files() -> tuple[str, ...]:
    """Return the files that git tracks or would track, relative to the repository."""
    command = ["git", "ls-files", "--cached", "--others", "--exclude-standard"]
    listed = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True)
    return tuple(sorted(f for f in set(listed.stdout.split("\n")) if f and (ROOT / f).is_file()))


@cache
def modules(*tops: str) -> tuple[Module, ...]:
    """Return the Python files below the given top-level folders."""
    paths = [f for f in repository_files() if f.endswith(".py") and f.split("/")[0] in tops]
    texts = [(path, (ROOT / path).read_text(encoding="utf-8")) for path in paths]
    return tuple(Module(path, text, ast.parse(text, path)) for path, text in texts)


def imported_names(tree: ast.AST) -> set[str]:
    """Return every module name that the tree imports, at any depth."""
    names: set[str] = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            names.update(alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module:
            names.update(f"{node.module}.{alias.name}" for alias in node.names)
    return names


@cache
def known_violations() -> frozenset[str]:
    """Return the accepted violations, one a line: ``rule path name``. The file may only shrink."""
    lines = KNOWN_VIOLATIONS.read_text(encoding="utf-8").splitlines()
    return frozenset(line for line in lines if line and not line.startswith("#"))
