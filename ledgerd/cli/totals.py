"""``totals``: the days of an issuer, reported by it and attested by finance."""

import click

from ledgerd.cli.arguments import COUNT, DATE, INSTITUTION, SUM_FEN, Given, acts, signs
from ledgerd.cli.performing import perform
from ledgerd.cli.session import Session
from ledgerd.keys.roles import OperatorRole
from ledgerd.rpc.catalogue_governance import TOTALS_ATTEST, TOTALS_GET, TOTALS_REPORT
from ledgerd.rpc.requests_governance import Total, TotalsGet


@click.group()
def totals() -> None:
    """Daily books (UTC days of blocks)."""


@totals.command()
@click.argument("date", type=DATE)
@click.option("--issued-count", type=COUNT, default=None, help="Own count.")
@click.option("--issued-fen", type=SUM_FEN, default=None, help="Own sum.")
@acts("totals_report")
@signs(OperatorRole.OFFICE)
@click.pass_obj
def report(
    session: Session,
    /,
    role: OperatorRole,
    issued_count: int | None,
    issued_fen: int | None,
    **given: Given,
) -> None:
    """Close the own day DATE; own sums that differ from the ledger's are refused."""
    if (issued_count is None) != (issued_fen is None):
        raise click.UsageError("give count and sum, or neither")
    if issued_count is not None and issued_fen is not None:
        given["issued"] = Total(count=issued_count, amount_fen=issued_fen)
    perform(session, TOTALS_REPORT, role, given)


@totals.command()
@click.argument("issuer", type=INSTITUTION)
@click.argument("date", type=DATE)
@acts("totals_attest")
@signs(OperatorRole.OFFICE)
@click.pass_obj
def attest(session: Session, /, role: OperatorRole, **given: Given) -> None:
    """Attest the day DATE of ISSUER (finance)."""
    perform(session, TOTALS_ATTEST, role, given)


@totals.command()
@click.argument("issuer", type=INSTITUTION)
@click.argument("date", type=DATE)
@click.pass_obj
def show(session: Session, /, issuer: str, date: int) -> None:
    """Show the day DATE of ISSUER."""
    session.show(session.ask(TOTALS_GET, TotalsGet(issuer=issuer, date=date)))
