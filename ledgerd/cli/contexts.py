"""Contexts: names for a home and a node, in ``~/.config/ledgerctl/contexts.toml``.

[city]
home = "/srv/ledger"
node = "http://127.0.0.1:7500"
"""

import os
import tomllib
from pathlib import Path

from ledgerd.errors import ConfigError

CONTEXTS_FILE = "ledgerctl/contexts.toml"


def read_context(name: str) -> dict[str, str]:
    """Read the context of a name: ``home`` and ``node``, either or both.

    Raises:
        ConfigError: no file, no such context, or another key in it.
    """
    base = os.environ.get("XDG_CONFIG_HOME") or Path.home() / ".config"
    path = Path(base) / CONTEXTS_FILE
    try:
        found = tomllib.loads(path.read_text(encoding="utf-8")).get(name)
    except (OSError, ValueError) as error:
        raise ConfigError(f"{path}: no contexts can be read") from error
    if not isinstance(found, dict) or not found.keys() <= {"home", "node"}:
        raise ConfigError(f"{path}: no context {name} with home and node")
    return {key: str(value) for key, value in found.items()}
