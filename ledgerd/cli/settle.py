"""``settle``: what public funds bear at the counter."""

import click

from ledgerd.cli.arguments import FEN, FUND, INSTITUTION, MONTH, OBJECT, Given, acts, signs
from ledgerd.cli.performing import perform
from ledgerd.cli.session import Session
from ledgerd.keys.roles import OperatorRole
from ledgerd.rpc.catalogue import SETTLE_CREATE, SETTLE_GET, SETTLE_REVERSE
from ledgerd.rpc.catalogue_governance import SETTLE_ATTEST, SETTLE_CLEARING
from ledgerd.rpc.queries import IdRef
from ledgerd.rpc.requests_governance import SettleClearing


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


@settle.command("attest-clearing")
@click.argument("hospital", type=INSTITUTION)
@click.argument("month", type=MONTH)
@acts("settle_attest")
@signs(OperatorRole.OFFICE)
@click.pass_obj
def attest_clearing(session: Session, /, role: OperatorRole, **given: Given) -> None:
    """Attest what was settled with HOSPITAL in MONTH, as the ledger counted it."""
    perform(session, SETTLE_ATTEST, role, given)


@settle.command()
@click.argument("hospital", type=INSTITUTION)
@click.argument("month", type=MONTH)
@click.option("--bureau", type=INSTITUTION, default=None, help="The home's own when left out.")
@click.pass_obj
def clearing(session: Session, /, hospital: str, month: int, bureau: str | None) -> None:
    """Show what was settled with HOSPITAL in MONTH."""
    asked = SettleClearing(
        bureau=bureau or session.home.institution, hospital=hospital, month=month
    )
    session.show(session.ask(SETTLE_CLEARING, asked))
