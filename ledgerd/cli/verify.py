"""``verify``: check what others claim; a proof needs the genesis file and nothing else.

Rules: whatever does not hold ends with exit 8; a proof that holds but is too old as well, saying
``STALE``. What is printed was proved, nothing else.
"""

from pathlib import Path

import click

from ledgerd.cli import sources
from ledgerd.cli.arguments import HEIGHT
from ledgerd.cli.chain_check import check_block, check_chain
from ledgerd.cli.output import note
from ledgerd.cli.session import Session
from ledgerd.cli.trusting import GENESIS, trusted_genesis
from ledgerd.cli.verify_bill import bill
from ledgerd.cli.verify_evidence import evidence
from ledgerd.cli.verify_proof import proof
from ledgerd.errors import VerificationFailed
from ledgerd.rpc.catalogue import CHAIN_BLOCK_BYTES
from ledgerd.rpc.client import NodeUnreachable
from ledgerd.rpc.queries import BlockAt


@click.group()
def verify() -> None:
    """Check chains, blocks, bills, proofs and evidence; exit 8 when something does not hold."""


@verify.command()
@GENESIS
@click.pass_obj
def chain(session: Session, /, genesis: Path | None) -> None:
    """Check every block from genesis on and execute it again; prints height and state root.

    Asks the running node; a stopped one's blocks are read from its home.
    """
    trusted = trusted_genesis(session, genesis)
    try:
        checked = check_chain(trusted, sources.of_node(session))
    except NodeUnreachable:
        if not session.has_home():
            raise
        note("no node answers: reading the home")
        checked = check_chain(trusted, sources.of_home(session.home))
    session.show(checked)


@verify.command()
@click.argument("height", type=HEIGHT)
@GENESIS
@click.pass_obj
def block(session: Session, /, height: int, genesis: Path | None) -> None:
    """Check the block at HEIGHT: seal, digests, every signature."""
    trusted = trusted_genesis(session, genesis)
    found = session.ask(CHAIN_BLOCK_BYTES, BlockAt(height=height))
    if not found.seal:
        raise VerificationFailed("it has no seal of its own: verify the chain instead")
    session.show(check_block(trusted, bytes.fromhex(found.block), bytes.fromhex(found.seal)))


verify.add_command(bill)
verify.add_command(evidence)
verify.add_command(proof)
