"""``writeoff``: bills whose files are closed, asked for by the hospital, approved by finance."""

import click

from ledgerd.cli.arguments import BILL, DATE, OBJECT, Given, acts, pages, signs
from ledgerd.cli.performing import perform
from ledgerd.cli.session import Session
from ledgerd.keys.roles import OperatorRole
from ledgerd.rpc.catalogue_governance import (
    WRITEOFF_APPROVE,
    WRITEOFF_GET,
    WRITEOFF_LIST,
    WRITEOFF_REQUEST,
)
from ledgerd.rpc.queries import IdRef, Page


@click.group()
def writeoff() -> None:
    """Writing bills off."""


@writeoff.command()
@click.argument("bills", type=BILL, nargs=-1)
@click.option("--date", type=DATE, default=None, help="All bills of this attested day instead.")
@acts("writeoff_request")
@signs(OperatorRole.CLERK)
@click.pass_obj
def request(session: Session, /, role: OperatorRole, **given: Given) -> None:
    """Ask to write BILLS off, or those of a day (hospital)."""
    perform(session, WRITEOFF_REQUEST, role, given)


@writeoff.command()
@click.argument("write_off", type=OBJECT)
@click.option("--refuse", "step", flag_value="refuse", help="Refuse it.")
@click.option("--archive", "step", flag_value="archive", help="Archive what was approved.")
@click.option("--approve", "step", flag_value="approve", default=True, help="Approve it (default).")
@acts("writeoff_approve")
@signs(OperatorRole.REVIEWER)
@click.pass_obj
def approve(session: Session, /, role: OperatorRole, **given: Given) -> None:
    """Approve, refuse or archive WRITE_OFF (finance)."""
    perform(session, WRITEOFF_APPROVE, role, given)


@writeoff.command()
@click.argument("write_off", type=OBJECT)
@click.pass_obj
def show(session: Session, /, write_off: str) -> None:
    """Show WRITE_OFF."""
    session.show(session.ask(WRITEOFF_GET, IdRef(id=write_off)).write_off)


@writeoff.command("list")
@pages
@click.pass_obj
def list_write_offs(session: Session, /, **given: Given) -> None:
    """List write-offs."""
    session.show(session.ask(WRITEOFF_LIST, Page(**given)))
