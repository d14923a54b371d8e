"""``settle``: what public funds bear at the counter."""

import click

from ledgerd.cli.arguments import FEN, FUND, INSTITUTION, OBJECT, Given, acts, signs
from ledgerd.cli.performing import perform
from ledgerd.cli.session import Session
from ledgerd.keys.roles import OperatorRole
from ledgerd.rpc.catalogue import SETTLE_CREATE, SETTLE_GET, SETTLE_REVERSE
from ledgerd.rpc.queries import IdRef


@click.group()
def settle() -> None:
    """Settlements at the counter (medicare)."""


@settle.command()
@click.option("--hospital", type=INSTITUTION, required=True, help="Who will issue the bill.")
@click.option("--total-fen", type=FEN, required=True, help="Total of the bill.")
@click.option("--fund", "funds", type=FUND, multiple=True, help="CODE=FEN; once for each fund.")
@click.option("--hospital-fen", type=FEN, default=0, help="Borne by the hospital.")
@click.option("--account-fen", type=FEN, default=0, help="From the person's medical account.")
@click.option("--person-key", required=True, help="The person in the bureau's counters, opaque.")
@acts("settle_create")
@signs(OperatorRole.OFFICE)
@click.pass_obj
def create(session: Session, /, role: OperatorRole, **given: Given) -> None:
    """Settle a total: say what public funds bear of it."""
    perform(session, SETTLE_CREATE, role, given)


@settle.command()
@click.argument("settlement", type=OBJECT)
@acts("settle_reverse")
@signs(OperatorRole.OFFICE)
@click.pass_obj
def reverse(session: Session, /, role: OperatorRole, **given: Given) -> None:
    """Take back SETTLEMENT, on which no standing bill stands."""
    perform(session, SETTLE_REVERSE, role, given)


@settle.command()
@click.argument("settlement", type=OBJECT)
@click.pass_obj
def show(session: Session, /, settlement: str) -> None:
    """Show SETTLEMENT."""
    session.show(session.ask(SETTLE_GET, IdRef(id=settlement)))
