"""What git says about the code that evidence is about.

Rules: a run counts for a commit while none of ``PATHS`` has changed since; the rest of the tree
(docs, tests, faces) may.
"""

import subprocess
from collections.abc import Sequence
from pathlib import Path

from tests.tidy.source import ROOT

PATHS = (
    "consensus",
    "ledgerd/ledger",
    "ledgerd/chain",
    "ledgerd/storage",
    "ledgerd/node",
)


def head(root: Path = ROOT) -> str:
    """Name the commit of the working tree; empty outside of git."""
    return _git(root, "rev-parse", "HEAD").stdout.strip()


def is_clean(root: Path = ROOT) -> bool:
    """Say whether the files that count are those of the commit."""
    return _git(root, "diff", "--quiet", "HEAD", "--", *PATHS).returncode == 0


def is_known(commit: str, root: Path = ROOT) -> bool:
    return _git(root, "cat-file", "-e", f"{commit}^{{commit}}").returncode == 0


def is_same_code(commit: str, other: str, root: Path = ROOT) -> bool:
    """Say whether the files that count are the same in two commits; False for unknown ones."""
    return _git(root, "diff", "--quiet", commit, other, "--", *PATHS).returncode == 0


def commit_of_tree(root: Path = ROOT) -> str:
    """Name the commit, with a plus when files that count differ from it."""
    return head(root) + ("" if is_clean(root) else "+")


def _git(root: Path, *words: str) -> "subprocess.CompletedProcess[str]":
    command: Sequence[str] = ("git", *words)
    return subprocess.run(command, cwd=root, capture_output=True, text=True, check=False)
