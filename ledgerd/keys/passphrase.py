"""Where a passphrase comes from: a file (also a systemd credential) or somebody at the terminal.

Rules: never an argument of a command or a variable of the environment, which others can see; asked
for at most once, and only when a protected key is met. Source: reliability.md section 6.
"""

import getpass
from collections.abc import Callable
from functools import cache
from pathlib import Path
from typing import TypeAlias

from ledgerd.errors import ConfigError
from ledgerd.keys import folder

PassphraseSource: TypeAlias = Callable[[], bytes]
"""Gives the passphrase of protected keys."""


def no_passphrase() -> bytes:
    """Say that there is none.

    Raises:
        ConfigError: always.
    """
    raise ConfigError("a key is protected, and neither a passphrase file nor a terminal is given")


def passphrase_file(path: Path) -> PassphraseSource:
    """Read it from a file of mode 0600 when it is wanted; one line end at its end is cut."""
    return cache(lambda: folder.read(path).removesuffix(b"\n").removesuffix(b"\r"))


def passphrase_prompt(question: str) -> PassphraseSource:
    """Ask at the terminal when it is wanted, without showing what is typed."""
    return cache(lambda: getpass.getpass(question).encode())
