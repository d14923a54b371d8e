"""``tx``: transactions as bytes: submit, sign, decode, ask after and wait for them."""

from typing import IO

import click

from ledgerd.chain.transaction import (
    TRANSACTION_BYTES_MAX,
    InstitutionAuthor,
    SignedTransaction,
    Transaction,
    transaction_id,
)
from ledgerd.cli.acting import sign_checked
from ledgerd.cli.arguments import TIMEOUT_S_MAX, TX_ID, signs
from ledgerd.cli.envelopes import Envelope, envelope_text, read_envelope
from ledgerd.cli.exits import CommandFailed, ExitCode
from ledgerd.cli.performing import require_in_force, say_who_acts
from ledgerd.cli.session import Session
from ledgerd.errors import DecodeError
from ledgerd.keys.roles import OperatorRole
from ledgerd.primitives.canonical import decode
from ledgerd.rpc import catalogue as c, queries as q, requests as r
from ledgerd.rpc.readable import decoded

TRANSACTION_FILE = click.argument("file", type=click.File("rb"), default="-")


@click.group()
def tx() -> None:
    """Transactions."""


@tx.command()
@TRANSACTION_FILE
@click.option(
    "--wait", type=click.Choice(["none", "committed", "sealed"]), default="committed",
    show_default=True, help="How far to wait.",
)  # fmt: skip
@click.pass_obj
def submit(session: Session, /, file: IO[bytes], wait: r.Wait) -> None:
    """Hand in the signed transaction in FILE: what 'tx sign' printed, or its hex."""
    envelope = read_envelope(file)
    request = r.TxSubmit(
        transaction=envelope.transaction,
        sidecars=envelope.sidecars,
        wait=wait,
        timeout_s=min(session.options.timeout_s, TIMEOUT_S_MAX),
    )
    outcome = session.ask(c.TX_SUBMIT, request)
    session.show(outcome)
    require_in_force(outcome)


@tx.command()
@TRANSACTION_FILE
@signs(OperatorRole.CLERK)
@click.pass_obj
def sign(session: Session, /, file: IO[bytes], role: OperatorRole) -> None:
    """Sign the transaction in FILE, as --generate-only printed it, with an operator key."""
    envelope = read_envelope(file)
    data = bytes.fromhex(envelope.transaction)
    author = decode(data, Transaction, bytes_max=TRANSACTION_BYTES_MAX).author
    if not isinstance(author, InstitutionAuthor):
        raise CommandFailed(ExitCode.NOT_AUTHORISED, "a patient signs with the wallet")
    say_who_acts(session, author.institution_id)
    signer = session.home.keys_of(author.institution_id).signer(role)
    signed = sign_checked(envelope.transaction, session.home, author, signer)
    click.echo(envelope_text(Envelope(signed.hex(), envelope.sidecars)))


@tx.command("decode")
@TRANSACTION_FILE
@click.pass_obj
def show_bytes(session: Session, /, file: IO[bytes]) -> None:
    """Show the transaction in FILE, signed or not; no node is asked."""
    data = bytes.fromhex(read_envelope(file).transaction)
    try:
        body = decode(data, SignedTransaction, bytes_max=TRANSACTION_BYTES_MAX).body
    except DecodeError:
        body = data
    transaction = decode(body, Transaction, bytes_max=TRANSACTION_BYTES_MAX)
    session.show(decoded(transaction, transaction_id(body)))


@tx.command()
@click.argument("tx_id", type=TX_ID)
@click.pass_obj
def status(session: Session, /, tx_id: str) -> None:
    """Say what is known of the transaction TX_ID."""
    session.show(session.ask(c.TX_GET, q.TxRef(tx_id=tx_id)))


@tx.command()
@click.argument("tx_id", type=TX_ID)
@click.option("--sealed", is_flag=True, help="Wait for the seal, too.")
@click.pass_obj
def wait(session: Session, /, tx_id: str, *, sealed: bool) -> None:
    """Wait until TX_ID is committed; exit 7 when the time is over before."""
    timeout_s = min(session.options.timeout_s, TIMEOUT_S_MAX)
    query = q.TxWait(tx_id=tx_id, until="sealed" if sealed else "committed", timeout_s=timeout_s)
    session.show(session.ask(c.TX_WAIT, query))
