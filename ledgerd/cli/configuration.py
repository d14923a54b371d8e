"""``config``: a home's configuration, checked and shown. Works with no node."""

import click

from ledgerd.cli.output import note
from ledgerd.cli.session import Session


@click.group()
def config() -> None:
    """The configuration of a home."""


@config.command()
@click.pass_obj
def validate(session: Session, /) -> None:
    """Check config.toml with the environment over it; exit 78 says what is wrong where."""
    note(f"{session.home.path}: configuration of {session.home.config.institution} is valid")


@config.command()
@click.pass_obj
def show(session: Session, /) -> None:
    """Show what is in force: the file, the environment over it, the defaults under it."""
    session.show(session.home.config)
