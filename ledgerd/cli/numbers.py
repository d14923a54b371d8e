"""``numbers``: ranges of bill numbers."""

import click

from ledgerd.cli.arguments import CODE, INSTITUTION, Given, acts, pages, signs
from ledgerd.cli.performing import perform
from ledgerd.cli.session import Session
from ledgerd.keys.roles import OperatorRole
from ledgerd.rpc.catalogue import NUMBERS_ALLOT, NUMBERS_LIST
from ledgerd.rpc.queries import RangeList


@click.group()
def numbers() -> None:
    """Ranges of bill numbers."""


@numbers.command()
@click.argument("holder", type=INSTITUTION)
@click.option("--code", type=CODE, required=True, help="Bill code, 8 digits.")
@click.option(
    "--first", type=click.IntRange(0, 9_999_999_999), default=1, show_default=True,
    help="First number.",
)  # fmt: skip
@click.option(
    "--count", type=click.IntRange(1, 100_000_000), default=100_000, show_default=True,
    help="How many numbers.",
)  # fmt: skip
@acts("numbers_allot")
@signs(OperatorRole.OFFICE)
@click.pass_obj
def allot(session: Session, /, role: OperatorRole, **given: Given) -> None:
    """Allot a range of numbers of a bill code to HOLDER (finance)."""
    perform(session, NUMBERS_ALLOT, role, given)


@numbers.command("list")
@click.option("--holder", type=INSTITUTION, default=None, help="Only ranges of this institution.")
@pages
@click.pass_obj
def list_ranges(session: Session, /, **given: Given) -> None:
    """List allotted ranges."""
    session.show(session.ask(NUMBERS_LIST, RangeList(**given)))
