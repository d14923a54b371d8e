"""``numbers``: ranges of bill numbers."""

import click

from ledgerd.cli.arguments import CODE, INSTITUTION, RANGE, Given, acts, pages, signs
from ledgerd.cli.performing import perform
from ledgerd.cli.session import Session
from ledgerd.keys.roles import OperatorRole
from ledgerd.rpc.catalogue import NUMBERS_ALLOT, NUMBERS_LIST
from ledgerd.rpc.catalogue_governance import NUMBERS_GAPS, NUMBERS_RETURN
from ledgerd.rpc.queries import RangeList
from ledgerd.rpc.requests_governance import GapList


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
@click.option("--parent", type=RANGE, default=None, help="Own range that it is cut from.")
@acts("numbers_allot")
@signs(OperatorRole.OFFICE)
@click.pass_obj
def allot(session: Session, /, role: OperatorRole, **given: Given) -> None:
    """Allot a range of numbers of a bill code to HOLDER (finance); ranges nest in three levels."""
    perform(session, NUMBERS_ALLOT, role, given)


@numbers.command("list")
@click.option("--holder", type=INSTITUTION, default=None, help="Only ranges of this institution.")
@pages
@click.pass_obj
def list_ranges(session: Session, /, **given: Given) -> None:
    """List allotted ranges."""
    session.show(session.ask(NUMBERS_LIST, RangeList(**given)))


@numbers.command("return")
@click.argument("range_id", type=RANGE)
@click.option("--code", type=CODE, required=True, help="Bill code, 8 digits.")
@click.option(
    "--first", type=click.IntRange(0, 9_999_999_999), default=None,
    show_default="the first that nothing has taken",
    help="First number that goes back.",
)  # fmt: skip
@acts("numbers_return")
@signs(OperatorRole.CLERK)
@click.pass_obj
def give_back(session: Session, /, role: OperatorRole, **given: Given) -> None:
    """Give the unused tail of RANGE_ID back to where it was cut from (its holder)."""
    perform(session, NUMBERS_RETURN, role, given)


@numbers.command()
@click.argument("range_id", type=RANGE)
@click.option("--code", type=CODE, required=True, help="Bill code, 8 digits.")
@pages
@click.pass_obj
def gaps(session: Session, /, **given: Given) -> None:
    """List numbers of RANGE_ID that no bill has although later ones were issued."""
    session.show(session.ask(NUMBERS_GAPS, GapList(**given)))
