"""``verify bill``: a bill's present state, proved against the genesis file."""

from pathlib import Path

import click

from ledgerd.cli.arguments import BILL
from ledgerd.cli.bill_proof import prove_bill
from ledgerd.cli.exits import CommandFailed, ExitCode
from ledgerd.cli.proved import Proved, proved_state
from ledgerd.cli.session import Session
from ledgerd.cli.trusting import GENESIS, trusted_genesis
from ledgerd.rpc.requests import BillRef


@click.command()
@click.argument("bill", type=BILL)
@GENESIS
@click.pass_obj
def bill(session: Session, /, bill: BillRef, genesis: Path | None) -> None:
    """Check BILL's present state against the genesis file, whatever the node says."""
    proved = prove_bill(session, trusted_genesis(session, genesis), bill)
    session.show(_there(proved_state(proved)))


def _there(proved: Proved) -> Proved:
    if not proved.is_there:
        raise CommandFailed(ExitCode.NOT_FOUND, f"{proved.subject} is proved not to exist")
    return proved
