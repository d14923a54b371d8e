"""``proof``: take proofs along that hold without any node."""

from pathlib import Path

import click
import msgspec

from ledgerd.cli.exits import CommandFailed, ExitCode
from ledgerd.cli.session import Session
from ledgerd.rpc.catalogue import PROOF_GET
from ledgerd.rpc.queries import ProofGet

KINDS = ("bill", "claim", "institution", "settlement", "receipt")


class WrittenProof(msgspec.Struct, frozen=True):
    """A proof file and the sealed height as of which it speaks."""

    file: str
    height: int
    time_ms: int


@click.group()
def proof() -> None:
    """Proofs."""


@proof.command()
@click.argument("kind", type=click.Choice(KINDS))
@click.argument("subject")
@click.option(
    "--out", type=click.Path(path_type=Path), default=None, help="File; SUBJECT.proof if left out."
)
@click.pass_obj
def get(session: Session, /, kind: str, subject: str, out: Path | None) -> None:
    """Write a proof of SUBJECT's present state, or of a transaction's receipt.

    Check it anywhere with 'ledgerctl verify proof FILE --genesis genesis.json'.
    """
    answer = session.ask(PROOF_GET, ProofGet(kind=kind, subject=subject))  # type: ignore[arg-type]
    path = out or Path(f"{subject}.proof")
    try:
        path.write_bytes(bytes.fromhex(answer.proof))
    except OSError as error:
        raise CommandFailed(ExitCode.USAGE, f"{path}: {error.strerror}") from error
    session.show(WrittenProof(file=str(path), height=answer.height, time_ms=answer.time_ms))
