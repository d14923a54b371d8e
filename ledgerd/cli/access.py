"""``access``: who may read what."""

import click

from ledgerd.cli.arguments import BILL
from ledgerd.cli.session import Session
from ledgerd.rpc.catalogue_bill import ACCESS_LIST
from ledgerd.rpc.requests import BillRef
from ledgerd.rpc.requests_bill import AccessList


@click.group()
def access() -> None:
    """Who may read bills, and to whom keys were delivered."""


@access.command("list")
@click.argument("bill", type=BILL)
@click.pass_obj
def list_access(session: Session, /, bill: BillRef) -> None:
    """List who may read BILL, why, until when, and what was delivered.

    What was opened cannot be called back: a revoked or expired grant stops further deliveries only.
    """
    session.show(session.ask(ACCESS_LIST, AccessList(code=bill.code, number=bill.number)))
