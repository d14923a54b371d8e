"""``block``: what the chain is made of."""

import click

from ledgerd.cli.arguments import HEIGHT, Given, pages
from ledgerd.cli.session import Session
from ledgerd.rpc.catalogue import CHAIN_BLOCK, CHAIN_BLOCKS
from ledgerd.rpc.queries import BlockAt, Page


@click.group()
def block() -> None:
    """Blocks."""


@block.command()
@click.argument("height", type=HEIGHT, required=False)
@click.pass_obj
def show(session: Session, /, height: int | None) -> None:
    """Show the block at HEIGHT, or the newest."""
    session.show(session.ask(CHAIN_BLOCK, BlockAt(height=height)))


@block.command("list")
@pages
@click.pass_obj
def list_blocks(session: Session, /, **given: Given) -> None:
    """List blocks, newest first."""
    session.show(session.ask(CHAIN_BLOCKS, Page(**given)))
