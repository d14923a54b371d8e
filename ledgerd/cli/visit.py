"""``visit``: booked, registered, cancelled, completed by a hospital."""

from pathlib import Path

import click

from ledgerd.cli.arguments import HEX32, INSTITUTION, OBJECT, Given, acts, pages, signs
from ledgerd.cli.care_consent import add_consent
from ledgerd.cli.performing import perform
from ledgerd.cli.session import Session
from ledgerd.cli.wallet import read_wallet
from ledgerd.keys.roles import OperatorRole
from ledgerd.rpc import catalogue_care as c
from ledgerd.rpc.queries import IdRef
from ledgerd.rpc.requests_care import OfInstitution

WALLET = click.option(
    "--wallet",
    type=click.Path(exists=True, path_type=Path),
    required=True,
    help="The patient's device; it signs the consent.",
)
CONTENT = click.option("--content", required=True, help="What it is about; sealed.")
SALT = click.option(
    "--salt", type=HEX32, default=None, help="Of the commitment; a new one when left out."
)


@click.group()
def visit() -> None:
    """Visits to a hospital."""


@visit.command()
@CONTENT
@WALLET
@SALT
@acts("visit_book")
@signs(OperatorRole.OFFICE)
@click.pass_obj
def book(session: Session, /, role: OperatorRole, wallet: Path, **given: Given) -> None:
    """Book a visit."""
    add_consent(given, read_wallet(wallet))
    perform(session, c.VISIT_BOOK, role, given)


@visit.command()
@click.option("--booked", type=OBJECT, default=None, help="The booked visit; needs its salt.")
@click.option("--presence", type=OBJECT, default=None, help="Attested by a terminal here.")
@CONTENT
@WALLET
@SALT
@acts("visit_register")
@signs(OperatorRole.OFFICE)
@click.pass_obj
def register(session: Session, /, role: OperatorRole, wallet: Path, **given: Given) -> None:
    """Register a patient who came."""
    add_consent(given, read_wallet(wallet))
    perform(session, c.VISIT_REGISTER, role, given)


@visit.command()
@click.argument("visit", type=OBJECT)
@acts("visit_cancel")
@signs(OperatorRole.OFFICE)
@click.pass_obj
def cancel(session: Session, /, role: OperatorRole, **given: Given) -> None:
    """Cancel VISIT."""
    perform(session, c.VISIT_CANCEL, role, given)


@visit.command()
@click.argument("visit", type=OBJECT)
@acts("visit_complete")
@signs(OperatorRole.OFFICE)
@click.pass_obj
def complete(session: Session, /, role: OperatorRole, **given: Given) -> None:
    """Complete VISIT."""
    perform(session, c.VISIT_COMPLETE, role, given)


@visit.command()
@click.argument("visit", type=OBJECT)
@click.pass_obj
def show(session: Session, /, visit: str) -> None:
    """Show what is public of VISIT."""
    session.show(session.ask(c.VISIT_GET, IdRef(id=visit)))


@visit.command("list")
@click.option("--institution", type=INSTITUTION, default=None, help="Only of this hospital.")
@pages
@click.pass_obj
def list_visits(session: Session, /, **given: Given) -> None:
    """List visits."""
    session.show(session.ask(c.VISIT_LIST, OfInstitution(**given)))
