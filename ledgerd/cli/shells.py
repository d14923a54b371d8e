"""``version`` and ``completion``."""

from importlib.metadata import version as version_of

import click
from click.shell_completion import get_completion_class

from ledgerd.chain.block import PROTOCOL_VERSION
from ledgerd.cli.session import Session
from ledgerd.rpc.answers import Version

PROGRAM = "ledgerctl"


@click.command()
@click.pass_obj
def version(session: Session, /) -> None:
    """Print release and protocol version."""
    session.show(Version(version=version_of("ledgerd"), protocol_version=PROTOCOL_VERSION))


@click.command()
@click.argument("shell", type=click.Choice(["bash", "zsh", "fish"]))
@click.pass_context
def completion(context: click.Context, /, shell: str) -> None:
    """Print the completion script of SHELL.

    For bash: eval "$(ledgerctl completion bash)"
    """
    found = get_completion_class(shell)
    assert found is not None
    root = context.find_root().command
    click.echo(found(root, {}, PROGRAM, f"_{PROGRAM.upper()}_COMPLETE").source())
