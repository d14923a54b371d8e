"""``entry``: a unit's accounts bear part of a bill."""

import click

from ledgerd.cli.arguments import BILL, FEN, ID16, Given, acts, signs
from ledgerd.cli.performing import perform
from ledgerd.cli.session import Session
from ledgerd.keys.roles import OperatorRole
from ledgerd.rpc.catalogue_bill import ENTRY_ENTER, ENTRY_REVOKE


@click.group()
def entry() -> None:
    """Bills in the accounts of units."""


@entry.command()
@click.argument("bill", type=BILL)
@click.option("--grant", type=ID16, required=True, help="The patient's grant, purpose entry.")
@click.option("--amount-fen", type=FEN, required=True, help="What the unit bears.")
@click.option("--unit", required=True, help="Which unit; sealed.")
@acts("entry_enter")
@signs(OperatorRole.CLERK)
@click.pass_obj
def enter(session: Session, /, role: OperatorRole, **given: Given) -> None:
    """Enter BILL for a unit under the patient's grant (finance)."""
    perform(session, ENTRY_ENTER, role, given)


@entry.command()
@click.argument("bill", type=BILL)
@click.option("--entry", type=ID16, required=True, help="Last 32 digits of the entry's object.")
@acts("entry_revoke")
@signs(OperatorRole.CLERK)
@click.pass_obj
def revoke(session: Session, /, role: OperatorRole, **given: Given) -> None:
    """Take an entry of BILL back (finance): the unit bears nothing any more."""
    perform(session, ENTRY_REVOKE, role, given)
