"""What ``claim`` offers after filing: documents, appeal, recovery; and ``assistance``."""

from pathlib import Path

import click

from ledgerd.cli.arguments import (
    BILL,
    FEN,
    HEX32,
    INSTITUTION,
    OBJECT,
    Given,
    acts,
    pages,
    refers,
    signs,
)
from ledgerd.cli.claim import WALLET, author_left_out, claim, payer_of
from ledgerd.cli.device import open_with_device
from ledgerd.cli.performing import perform, perform_for_patient
from ledgerd.cli.session import Session
from ledgerd.cli.wallet import read_wallet
from ledgerd.keys.roles import OperatorRole
from ledgerd.rpc import catalogue_redress as c
from ledgerd.rpc.requests import BillRef, ClaimItem
from ledgerd.rpc.requests_redress import ByAuthor

AMOUNTS = click.option(
    "--amount-fen",
    "amounts",
    type=FEN,
    multiple=True,
    required=True,
    help="One for each bill, in the claim's order.",
)


@author_left_out("the payer of CLAIM")
@claim.command("request-supplement")
@click.argument("claim", type=OBJECT)
@click.option("--request", required=True, help="What is missing; sealed.")
@acts("claim_request_supplement")
@signs(OperatorRole.REVIEWER)
@click.pass_obj
def request_supplement(session: Session, /, role: OperatorRole, **given: Given) -> None:
    """Ask the patient of CLAIM for documents (its payer)."""
    given["author"] = given["author"] or payer_of(given["claim"])
    perform(session, c.CLAIM_REQUEST_SUPPLEMENT, role, given)


@claim.command()
@click.argument("claim", type=OBJECT)
@click.option("--document", "documents", multiple=True, required=True, help="Text; sealed.")
@WALLET
@refers("claim_supply")
@click.pass_obj
def supply(session: Session, /, wallet: Path, **given: Given) -> None:
    """Hand in what the payer of CLAIM asked for; signed by the patient's device."""
    device = read_wallet(wallet)
    given |= {"account": device.account}
    perform_for_patient(session, c.CLAIM_SUPPLY, device, given)


@claim.command()
@click.argument("claim", type=OBJECT)
@AMOUNTS
@click.option("--reasons", required=True, help="Sealed to the payer.")
@WALLET
@refers("claim_appeal")
@click.pass_obj
def appeal(session: Session, /, wallet: Path, **given: Given) -> None:
    """Ask for more of a paid or refused CLAIM, once; signed by the patient's device."""
    device = read_wallet(wallet)
    given |= {"account": device.account}
    perform_for_patient(session, c.CLAIM_APPEAL, device, given)


@author_left_out("the payer of CLAIM")
@claim.command()
@click.argument("claim", type=OBJECT)
@AMOUNTS
@acts("claim_recover")
@signs(OperatorRole.CASHIER)
@click.pass_obj
def recover(session: Session, /, role: OperatorRole, **given: Given) -> None:
    """Say what was taken back of a paid CLAIM (its payer, another key than decided)."""
    given["author"] = given["author"] or payer_of(given["claim"])
    perform(session, c.CLAIM_RECOVER, role, given)


@click.group()
def assistance() -> None:
    """Medical assistance: a claim of the payer aid, decided by a bureau."""


@assistance.command()
@click.argument("bill", type=BILL)
@click.option("--bureau", type=INSTITUTION, required=True, help="Medicare bureau.")
@click.option("--amount-fen", type=FEN, required=True, help="What is asked for.")
@click.option("--reasons", required=True, help="Sealed to the bureau.")
@click.option("--salt", type=HEX32, default=None, help="The device opens the face when left out.")
@WALLET
@refers("assistance_apply")
@click.pass_obj
def apply(
    session: Session,
    /,
    wallet: Path,
    bill: BillRef,
    amount_fen: int,
    salt: str | None,
    **given: Given,
) -> None:
    """Apply for assistance with BILL; signed by the patient's device."""
    device = read_wallet(wallet)
    owner_salt = salt or open_with_device(session, bill, device).owner_salt
    item = ClaimItem(bill=bill, amount_fen=amount_fen, owner_salt=owner_salt)
    given |= {"account": device.account, "items": (item,)}
    perform_for_patient(session, c.ASSISTANCE_APPLY, device, given)


@author_left_out("the bureau of APPLICATION")
@assistance.command()
@click.argument("application", type=OBJECT)
@AMOUNTS
@click.option("--reasoning", default="", help="Sealed to the patient.")
@acts("assistance_decide")
@signs(OperatorRole.REVIEWER)
@click.pass_obj
def decide(session: Session, /, role: OperatorRole, **given: Given) -> None:
    """Decide APPLICATION; 'claim pay' pays it, all 0 refuses it."""
    given["author"] = given["author"] or payer_of(given["application"])
    perform(session, c.ASSISTANCE_DECIDE, role, given)


@assistance.command("list")
@click.option("--bureau", "institution", type=INSTITUTION, default=None, help="Only with this one.")
@pages
@click.pass_obj
def list_applications(session: Session, /, **given: Given) -> None:
    """List applications."""
    session.show(session.ask(c.ASSISTANCE_LIST, ByAuthor(**given)))
