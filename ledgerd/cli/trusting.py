"""What an offline check holds on to: the genesis file, and how it reads what it checks.

Rules: a genesis file that is none is a mistake of who named it and ends with the code of wrong
configuration, a file that is missing with that of wrong usage; only what was to be checked, and
does not hold, fails the verification.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import click

from ledgerd.chain.genesis import Genesis, decode_genesis
from ledgerd.cli.exits import CommandFailed, ExitCode
from ledgerd.cli.session import Session
from ledgerd.errors import ConfigError, DecodeError, LedgerdError

GENESIS = click.option(
    "--genesis", type=click.Path(path_type=Path), default=None,
    help="Genesis file; the home's when left out.",
)  # fmt: skip


def trusted_genesis(session: Session, path: Path | None) -> Genesis:
    """Read the genesis file that was named, else the home's.

    Raises:
        ConfigError: it is none.
    """
    if path is None:
        return session.home.genesis
    data = bytes_of(path)
    try:
        return decode_genesis(data)
    except LedgerdError as error:
        raise ConfigError(f"{path}: no genesis file ({error})") from error


@contextmanager
def checked(path: Path, kind: str) -> Iterator[None]:
    """Say of bytes that are no such file that they are none, not how their first byte disappoints.

    Raises:
        DecodeError: what was decoded inside is not a file of this kind.
    """
    try:
        yield
    except DecodeError as error:
        raise DecodeError(f"{path}: not {kind}, or a damaged one") from error


def bytes_of(path: Path) -> bytes:
    """Read a file that was named on the command line."""
    try:
        return path.read_bytes()
    except OSError as error:
        raise CommandFailed(ExitCode.USAGE, f"{path}: {error.strerror}") from error
