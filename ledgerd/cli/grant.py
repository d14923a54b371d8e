"""``grant``: a patient lets an institution read a bill."""

from pathlib import Path

import click

from ledgerd.cli.arguments import ACCOUNT, BILL, HEX32, ID16, INSTITUTION, Given, pages, refers
from ledgerd.cli.device import open_with_device
from ledgerd.cli.performing import perform_for_patient
from ledgerd.cli.session import Session
from ledgerd.cli.wallet import read_wallet
from ledgerd.clock import SystemClock
from ledgerd.rpc.catalogue import GRANT_GIVE, GRANT_LIST
from ledgerd.rpc.catalogue_bill import GRANT_REVOKE
from ledgerd.rpc.queries import GrantList
from ledgerd.rpc.requests import BillRef

DAY_MS = 86_400_000


@click.group()
def grant() -> None:
    """Consent of patients."""


@grant.command()
@click.argument("bill", type=BILL)
@click.option("--reader", type=INSTITUTION, required=True, help="Who may read.")
@click.option(
    "--wallet", type=click.Path(exists=True, path_type=Path), required=True, help="Device's keys."
)
@click.option(
    "--parts", type=click.Choice(["face", "face_and_lines"]), default="face_and_lines",
    show_default=True, help="What may be read.",
)  # fmt: skip
@click.option(
    "--purpose", type=click.Choice(["claim", "care", "audit", "entry"]), default="claim",
    show_default=True, help="What for.",
)  # fmt: skip
@click.option("--days", type=click.IntRange(1, 3_650), default=365, show_default=True)
@click.option(
    "--salt",
    "owner_salt",
    type=HEX32,
    default=None,
    help="From the opened face; the device opens it when left out.",
)
@refers("grant_give")
@click.pass_obj
def give(session: Session, /, wallet: Path, days: int, **given: Given) -> None:
    """Let an institution read BILL; signed by the patient's device."""
    device = read_wallet(wallet)
    given["account"] = device.account
    given["owner_salt"] = (
        given["owner_salt"] or open_with_device(session, given["bill"], device).owner_salt
    )
    given["until_ms"] = SystemClock().wall_ms() + days * DAY_MS
    perform_for_patient(session, GRANT_GIVE, device, given)


@grant.command()
@click.argument("bill", type=BILL)
@click.option("--grant", type=ID16, required=True, help="As 'grant list' names it.")
@click.option(
    "--wallet", type=click.Path(exists=True, path_type=Path), required=True, help="Device's keys."
)
@refers("grant_revoke")
@click.pass_obj
def revoke(session: Session, /, bill: BillRef, wallet: Path, **given: Given) -> None:
    """End a grant on BILL; signed by the patient's device.

    No key is delivered under it any more. What was opened cannot be called back.
    """
    device = read_wallet(wallet)
    given |= {"account": device.account, "code": bill.code, "number": bill.number}
    perform_for_patient(session, GRANT_REVOKE, device, given)


@grant.command("list")
@click.option("--account", type=ACCOUNT, default=None, help="Only grants of this account.")
@pages
@click.pass_obj
def list_grants(session: Session, /, **given: Given) -> None:
    """List grants."""
    session.show(session.ask(GRANT_LIST, GrantList(**given)))
