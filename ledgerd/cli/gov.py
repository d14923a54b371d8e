"""``gov``: what members decide together."""

import click

from ledgerd.cli.arguments import INSTITUTION, OBJECT, Given, acts, pages, signs
from ledgerd.cli.performing import perform
from ledgerd.cli.session import Session
from ledgerd.keys.roles import OperatorRole
from ledgerd.rpc.catalogue_governance import GOV_GET, GOV_LIST, GOV_PROPOSE, GOV_VOTE
from ledgerd.rpc.queries import IdRef, Page
from ledgerd.rpc.requests_governance import ParamValue


@click.group()
def gov() -> None:
    """Proposals and votes."""


@gov.group()
def propose() -> None:
    """Propose a common affair; admission is 'member add'."""


@propose.command()
@click.argument("institution", type=INSTITUTION)
@acts("gov_propose")
@signs(OperatorRole.ADMIN)
@click.pass_obj
def suspension(session: Session, /, role: OperatorRole, **given: Given) -> None:
    """Suspend INSTITUTION: its operations are refused, its votes do not count."""
    perform(session, GOV_PROPOSE, role, {**given, "subject": "suspension"})


@propose.command()
@click.argument("institution", type=INSTITUTION)
@acts("gov_propose")
@signs(OperatorRole.ADMIN)
@click.pass_obj
def reinstatement(session: Session, /, role: OperatorRole, **given: Given) -> None:
    """End the suspension of INSTITUTION."""
    perform(session, GOV_PROPOSE, role, {**given, "subject": "reinstatement"})


@propose.command()
@click.argument("changes", nargs=-1, required=True, metavar="NAME=VALUE...")
@acts("gov_propose")
@signs(OperatorRole.ADMIN)
@click.pass_obj
def params(
    session: Session, /, role: OperatorRole, changes: tuple[str, ...], **given: Given
) -> None:
    """Change parameters of the ledger, as 'params' shows them."""
    pairs = [change.partition("=") for change in changes]
    if any(not name or not sign for name, sign, _ in pairs):
        raise click.UsageError("a change is NAME=VALUE")
    values = tuple(ParamValue(name=name, value=value) for name, _, value in pairs)
    perform(session, GOV_PROPOSE, role, {**given, "subject": "params", "params": values})


@propose.command()
@click.argument("protocol_version", type=click.IntRange(1, 65_535))
@acts("gov_propose")
@signs(OperatorRole.ADMIN)
@click.pass_obj
def protocol(session: Session, /, role: OperatorRole, **given: Given) -> None:
    """Adopt a later PROTOCOL_VERSION of the rules; refused unless this release knows it."""
    perform(session, GOV_PROPOSE, role, {**given, "subject": "protocol"})


@gov.command()
@click.argument("proposal", type=OBJECT)
@click.option("--no", "vote", flag_value="no", help="Vote against it.")
@click.option("--yes", "vote", flag_value="yes", default=True, help="Vote for it (default).")
@acts("gov_vote")
@signs(OperatorRole.ADMIN)
@click.pass_obj
def vote(session: Session, /, role: OperatorRole, **given: Given) -> None:
    """Vote on PROPOSAL."""
    perform(session, GOV_VOTE, role, given)


@gov.command()
@click.argument("proposal", type=OBJECT)
@click.pass_obj
def show(session: Session, /, proposal: str) -> None:
    """Show PROPOSAL and its votes."""
    session.show(session.ask(GOV_GET, IdRef(id=proposal)).proposal)


@gov.command("list")
@pages
@click.pass_obj
def list_proposals(session: Session, /, **given: Given) -> None:
    """List proposals."""
    session.show(session.ask(GOV_LIST, Page(**given)))
