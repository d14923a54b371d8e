"""``verify``: check what others claim; a proof needs the genesis file and nothing else.

Rules: whatever does not hold ends with exit 8; a proof that holds but is too old as well, saying
``STALE``. What is printed was proved, nothing else.
"""

from pathlib import Path

import click

from ledgerd.chain.block import Header, decode_header
from ledgerd.chain.genesis import Genesis, decode_genesis
from ledgerd.chain.light import ProvedState, verify_proof
from ledgerd.chain.trust import Freshness
from ledgerd.cli import sources
from ledgerd.cli.arguments import BILL, HEIGHT, Given
from ledgerd.cli.chain_check import check_block, check_chain
from ledgerd.cli.exits import CommandFailed, ExitCode
from ledgerd.cli.output import note
from ledgerd.cli.proved import Proved, proved_state, proved_transaction
from ledgerd.cli.session import Session
from ledgerd.clock import SystemClock
from ledgerd.errors import DecodeError, VerificationFailed
from ledgerd.ledger.state_keys import bill_key
from ledgerd.rpc.catalogue import CHAIN_BLOCK_BYTES, PROOF_GET
from ledgerd.rpc.client import NodeUnreachable
from ledgerd.rpc.queries import BlockAt, ProofGet
from ledgerd.rpc.requests import BillRef

GENESIS = click.option(
    "--genesis", type=click.Path(path_type=Path), default=None,
    help="Genesis file; the home's when left out.",
)  # fmt: skip


@click.group()
def verify() -> None:
    """Check chains, blocks, bills and proofs; exit 8 when something does not hold."""


@verify.command()
@GENESIS
@click.pass_obj
def chain(session: Session, /, genesis: Path | None) -> None:
    """Check every block from genesis on and execute it again; prints height and state root.

    Asks the running node; a stopped one's blocks are read from its home.
    """
    trusted = _genesis(session, genesis)
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
    trusted = _genesis(session, genesis)
    found = session.ask(CHAIN_BLOCK_BYTES, BlockAt(height=height))
    session.show(check_block(trusted, bytes.fromhex(found.block), bytes.fromhex(found.seal)))


@verify.command()
@click.argument("bill", type=BILL)
@GENESIS
@click.pass_obj
def bill(session: Session, /, bill: BillRef, genesis: Path | None) -> None:
    """Check BILL's present state against the genesis file, whatever the node says."""
    trusted = _genesis(session, genesis)
    subject = f"{bill.code}-{bill.number}"
    found = session.ask(PROOF_GET, ProofGet(kind="bill", subject=subject))
    proved = verify_proof(bytes.fromhex(found.proof), trusted)
    if not isinstance(proved, ProvedState) or proved.key != bill_key(bill.code, bill.number):
        raise VerificationFailed("the node proved something else")
    session.show(_there(proved_state(proved)))


@verify.command()
@click.argument("file", type=click.Path(path_type=Path))
@GENESIS
@click.option("--max-age", type=click.IntRange(min=0), help="Seconds; an older one is stale.")
@click.option("--at-least-height", type=HEIGHT, default=None, help="A lower one is stale.")
@click.option(
    "--trusted", type=click.Path(path_type=Path), default=None,
    help="A header (hex) that is believed already; an older proof is stale.",
)  # fmt: skip
@click.pass_obj
def proof(session: Session, /, file: Path, genesis: Path | None, **wanted: Given) -> None:
    """Check the proof in FILE with nothing but the genesis file; prints what it proves."""
    proved = verify_proof(_bytes_of(file), _genesis(session, genesis), _freshness(**wanted))
    if isinstance(proved, ProvedState):
        session.show(proved_state(proved))
    else:
        session.show(proved_transaction(proved))


def _freshness(
    *, max_age: int | None, at_least_height: int | None, trusted: Path | None
) -> Freshness:
    return Freshness(
        now_ms=SystemClock().wall_ms(),
        age_ms_max=None if max_age is None else max_age * 1_000,
        height_min=at_least_height,
        trusted=None if trusted is None else _header_in(trusted),
    )


def _there(proved: Proved) -> Proved:
    if not proved.is_there:
        raise CommandFailed(ExitCode.NOT_FOUND, f"{proved.subject} is proved not to exist")
    return proved


def _genesis(session: Session, path: Path | None) -> Genesis:
    return session.home.genesis if path is None else decode_genesis(_bytes_of(path))


def _bytes_of(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except OSError as error:
        raise CommandFailed(ExitCode.NOT_FOUND, f"{path}: {error.strerror}") from error


def _header_in(path: Path) -> Header:
    try:
        data = bytes.fromhex(_bytes_of(path).decode("ascii"))
    except ValueError:
        raise DecodeError(f"{path}: not a header in hex") from None
    return decode_header(data)
