"""``prescription``: issued at a visit, dispensed by any hospital."""

from pathlib import Path

import click

from ledgerd.cli.arguments import INSTITUTION, OBJECT, Given, acts, pages, signs
from ledgerd.cli.care_consent import add_consent
from ledgerd.cli.performing import perform
from ledgerd.cli.session import Session
from ledgerd.cli.visit import CONTENT, SALT, WALLET
from ledgerd.cli.wallet import read_wallet
from ledgerd.clock import SystemClock
from ledgerd.keys.roles import OperatorRole
from ledgerd.rpc import catalogue_care as c
from ledgerd.rpc.queries import IdRef
from ledgerd.rpc.requests_care import OfInstitution

DAY_MS = 86_400_000


@click.group()
def prescription() -> None:
    """Prescriptions."""


@prescription.command()
@click.argument("visit", type=OBJECT)
@CONTENT
@WALLET
@SALT
@click.option("--times", type=click.IntRange(1, 36), default=1, show_default=True)
@click.option("--days", type=click.IntRange(1, 366), default=3, show_default=True)
@acts("prescription_issue")
@signs(OperatorRole.CLERK)
@click.pass_obj
def issue(session: Session, /, role: OperatorRole, wallet: Path, days: int, **given: Given) -> None:
    """Prescribe at VISIT."""
    add_consent(given, read_wallet(wallet))
    given["until_ms"] = SystemClock().wall_ms() + days * DAY_MS
    perform(session, c.PRESCRIPTION_ISSUE, role, given)


@prescription.command()
@click.argument("prescription", type=OBJECT)
@CONTENT
@WALLET
@SALT
@acts("prescription_dispense")
@signs(OperatorRole.CLERK)
@click.pass_obj
def dispense(session: Session, /, role: OperatorRole, wallet: Path, **given: Given) -> None:
    """Dispense PRESCRIPTION."""
    add_consent(given, read_wallet(wallet))
    perform(session, c.PRESCRIPTION_DISPENSE, role, given)


@prescription.command()
@click.argument("prescription", type=OBJECT)
@click.pass_obj
def show(session: Session, /, prescription: str) -> None:
    """Show what is public of PRESCRIPTION."""
    session.show(session.ask(c.PRESCRIPTION_GET, IdRef(id=prescription)))


@prescription.command("list")
@click.option("--institution", type=INSTITUTION, default=None, help="Only of this hospital.")
@pages
@click.pass_obj
def list_prescriptions(session: Session, /, **given: Given) -> None:
    """List prescriptions."""
    session.show(session.ask(c.PRESCRIPTION_LIST, OfInstitution(**given)))
