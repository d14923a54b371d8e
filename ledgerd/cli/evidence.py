"""``evidence``: proofs that a validator signed two different things, and how to take them along."""

from pathlib import Path

import click
import msgspec

from ledgerd.cli.arguments import EVIDENCE, Given, pages
from ledgerd.cli.exits import CommandFailed, ExitCode
from ledgerd.cli.session import Session
from ledgerd.rpc.catalogue import EVIDENCE_GET, EVIDENCE_LIST
from ledgerd.rpc.queries import EvidenceRef, Page


class WrittenEvidence(msgspec.Struct, frozen=True):
    """An evidence file, and whom it convicts."""

    file: str
    institution: str
    kind: str


@click.group()
def evidence() -> None:
    """Proofs that a validator signed two different things."""


@evidence.command("list")
@pages
@click.pass_obj
def list_evidence(session: Session, /, **given: Given) -> None:
    """List what this node has seen and keeps, by name."""
    session.show(session.ask(EVIDENCE_LIST, Page(**given)))


@evidence.command()
@click.argument("name", type=EVIDENCE)
@click.pass_obj
def show(session: Session, /, name: str) -> None:
    """Show who signed what twice; NAME as in the list."""
    session.show(session.ask(EVIDENCE_GET, EvidenceRef(evidence=name)).proof)


@evidence.command()
@click.argument("name", type=EVIDENCE)
@click.option(
    "--out", type=click.Path(path_type=Path), default=None, help="File; NAME.evidence if left out."
)
@click.pass_obj
def export(session: Session, /, name: str, out: Path | None) -> None:
    """Write the proof NAME as a file that anybody can check.

    Check it anywhere with 'ledgerctl verify evidence FILE --genesis genesis.json'.
    """
    answer = session.ask(EVIDENCE_GET, EvidenceRef(evidence=name))
    path = out or Path(f"{name}.evidence")
    try:
        path.write_bytes(bytes.fromhex(answer.file))
    except OSError as error:
        raise CommandFailed(ExitCode.USAGE, f"{path}: {error.strerror}") from error
    proof = answer.proof
    session.show(WrittenEvidence(str(path), institution=proof.institution, kind=proof.kind))
