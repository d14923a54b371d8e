"""``verify bill``: a bill's present state, proved against the genesis file."""

from pathlib import Path

import click

from ledgerd.chain.light import ProvedState, verify_proof
from ledgerd.cli.arguments import BILL
from ledgerd.cli.exits import CommandFailed, ExitCode
from ledgerd.cli.proved import Proved, proved_state
from ledgerd.cli.session import Session
from ledgerd.cli.trusting import GENESIS, trusted_genesis
from ledgerd.errors import VerificationFailed
from ledgerd.ledger.state_keys import bill_key
from ledgerd.rpc.catalogue import PROOF_GET
from ledgerd.rpc.queries import ProofGet
from ledgerd.rpc.requests import BillRef


@click.command()
@click.argument("bill", type=BILL)
@GENESIS
@click.pass_obj
def bill(session: Session, /, bill: BillRef, genesis: Path | None) -> None:
    """Check BILL's present state against the genesis file, whatever the node says."""
    trusted = trusted_genesis(session, genesis)
    subject = f"{bill.code}-{bill.number}"
    found = session.ask(PROOF_GET, ProofGet(kind="bill", subject=subject))
    proved = verify_proof(bytes.fromhex(found.proof), trusted)
    if not isinstance(proved, ProvedState) or proved.key != bill_key(bill.code, bill.number):
        raise VerificationFailed("the node proved something else")
    session.show(_there(proved_state(proved)))


def _there(proved: Proved) -> Proved:
    if not proved.is_there:
        raise CommandFailed(ExitCode.NOT_FOUND, f"{proved.subject} is proved not to exist")
    return proved
