"""What an offline check holds on to: the genesis file."""

from pathlib import Path

import click

from ledgerd.chain.genesis import Genesis, decode_genesis
from ledgerd.cli.exits import CommandFailed, ExitCode
from ledgerd.cli.session import Session

GENESIS = click.option(
    "--genesis", type=click.Path(path_type=Path), default=None,
    help="Genesis file; the home's when left out.",
)  # fmt: skip


def trusted_genesis(session: Session, path: Path | None) -> Genesis:
    """Read the genesis file that was named, else the home's.

    Raises:
        DecodeError, VerificationFailed: it is none.
    """
    return session.home.genesis if path is None else decode_genesis(bytes_of(path))


def bytes_of(path: Path) -> bytes:
    """Read a file that was named on the command line."""
    try:
        return path.read_bytes()
    except OSError as error:
        raise CommandFailed(ExitCode.NOT_FOUND, f"{path}: {error.strerror}") from error
