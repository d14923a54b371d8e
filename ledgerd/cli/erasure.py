"""``patient erase`` and ``erasure``: sealed parts are deleted on every node."""

from pathlib import Path

import click

from ledgerd.cli.arguments import (
    BILL,
    HEX32,
    INSTITUTION,
    OBJECT,
    Given,
    acts,
    pages,
    refers,
    signs,
)
from ledgerd.cli.device import open_with_device
from ledgerd.cli.patient import patient
from ledgerd.cli.performing import perform, perform_for_patient
from ledgerd.cli.session import Session
from ledgerd.cli.wallet import read_wallet
from ledgerd.keys.roles import OperatorRole
from ledgerd.rpc import catalogue_care as c
from ledgerd.rpc.queries import IdRef
from ledgerd.rpc.requests_care import ErasedPart, OfInstitution


@patient.command()
@click.argument("bills", type=BILL, nargs=-1, required=True)
@click.option(
    "--wallet", type=click.Path(exists=True, path_type=Path), required=True, help="Device's keys."
)
@click.option(
    "--parts", type=click.Choice(["face", "lines", "face_and_lines"]), default="face_and_lines",
    show_default=True, help="What shall go.",
)  # fmt: skip
@click.option(
    "--salt",
    "owner_salt",
    type=HEX32,
    default=None,
    help="From the opened face of one bill; the device opens them when left out.",
)
@refers("patient_erase")
@click.pass_obj
def erase(session: Session, /, wallet: Path, parts: Given, **given: Given) -> None:
    """Ask that sealed parts of own BILLS are deleted everywhere; signed by the device."""
    device = read_wallet(wallet)
    salt, bills = given.pop("owner_salt"), given.pop("bills")
    given["account"] = device.account
    given["items"] = tuple(
        ErasedPart(
            bill=bill,
            parts=parts,
            owner_salt=salt or open_with_device(session, bill, device).owner_salt,
        )
        for bill in bills
    )
    perform_for_patient(session, c.PATIENT_ERASE, device, given)


@click.group()
def erasure() -> None:
    """Erasure of sealed parts."""


@erasure.command()
@click.argument("erasure", type=OBJECT)
@click.option("--order", default="", help="Legal order; sealed. Without one the time is over.")
@acts("erasure_approve")
@signs(OperatorRole.REVIEWER)
@click.pass_obj
def approve(session: Session, /, role: OperatorRole, **given: Given) -> None:
    """Approve ERASURE (finance, and for lines the patient's bureau)."""
    perform(session, c.ERASURE_APPROVE, role, given)


@erasure.command()
@click.argument("erasure", type=OBJECT)
@click.pass_obj
def show(session: Session, /, erasure: str) -> None:
    """Show ERASURE: who approved, whose nodes have deleted."""
    session.show(session.ask(c.ERASURE_GET, IdRef(id=erasure)))


@erasure.command("list")
@click.option("--institution", type=INSTITUTION, default=None, help="Only of this finance.")
@pages
@click.pass_obj
def list_erasures(session: Session, /, **given: Given) -> None:
    """List erasures."""
    session.show(session.ask(c.ERASURE_LIST, OfInstitution(**given)))
