"""``claim``: reimbursement by a payer."""

from collections.abc import Callable
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
from ledgerd.cli.device import open_with_device
from ledgerd.cli.performing import perform, perform_for_patient
from ledgerd.cli.session import Session
from ledgerd.cli.wallet import read_wallet
from ledgerd.keys.roles import OperatorRole
from ledgerd.rpc import catalogue as c
from ledgerd.rpc.queries import ClaimList, IdRef
from ledgerd.rpc.requests import BillRef, ClaimItem

WALLET = click.option(
    "--wallet", type=click.Path(exists=True, path_type=Path), required=True, help="Device's keys."
)


def author_left_out(who: str) -> Callable[[click.Command], click.Command]:
    """Say in a command's help who acts without ``--author``, where it is not the home's own."""

    def decorate(command: click.Command) -> click.Command:
        for option in command.params:
            if isinstance(option, click.Option) and option.name == "author":
                option.help = f"Institution that acts; {who} when left out."
        return command

    return decorate


@click.group()
def claim() -> None:
    """Claims for reimbursement."""


@claim.command()
@click.argument("bill", type=BILL)
@click.option("--payer", type=INSTITUTION, required=True, help="Insurer or bureau.")
@click.option("--amount-fen", type=FEN, required=True, help="What is asked for.")
@click.option(
    "--salt",
    "owner_salt",
    type=HEX32,
    default=None,
    help="From the opened face; the device opens it when left out.",
)
@WALLET
@refers("claim_file")
@click.pass_obj
def file(
    session: Session,
    /,
    wallet: Path,
    bill: BillRef,
    amount_fen: int,
    owner_salt: str,
    **given: Given,
) -> None:
    """File a claim on BILL; signed by the patient's device."""
    device = read_wallet(wallet)
    salt = owner_salt or open_with_device(session, bill, device).owner_salt
    item = ClaimItem(bill=bill, amount_fen=amount_fen, owner_salt=salt)
    given |= {"account": device.account, "items": (item,)}
    perform_for_patient(session, c.CLAIM_FILE, device, given)


@author_left_out("the payer of CLAIM")
@claim.command()
@click.argument("claim", type=OBJECT)
@click.option(
    "--amount-fen", "amounts", type=FEN, multiple=True, required=True,
    help="Granted; once for each bill of the claim, in its order; all 0 refuses.",
)  # fmt: skip
@click.option("--reasoning", default="", help="Sealed to patient and payer.")
@acts("claim_decide")
@signs(OperatorRole.REVIEWER)
@click.pass_obj
def decide(session: Session, /, role: OperatorRole, **given: Given) -> None:
    """Decide CLAIM (its payer)."""
    given["author"] = given["author"] or payer_of(given["claim"])
    perform(session, c.CLAIM_DECIDE, role, given)


@author_left_out("the payer of CLAIM")
@claim.command()
@click.argument("claim", type=OBJECT)
@click.option("--amount-fen", type=FEN, required=True, help="The reserved sum.")
@acts("claim_pay")
@signs(OperatorRole.CASHIER)
@click.pass_obj
def pay(session: Session, /, role: OperatorRole, **given: Given) -> None:
    """Say that the granted sum of CLAIM was paid (its payer, another key than decided)."""
    given["author"] = given["author"] or payer_of(given["claim"])
    perform(session, c.CLAIM_PAY, role, given)


@claim.command()
@click.argument("claim", type=OBJECT)
@WALLET
@refers("claim_withdraw")
@click.pass_obj
def withdraw(session: Session, /, wallet: Path, **given: Given) -> None:
    """Take back CLAIM; signed by the patient's device."""
    device = read_wallet(wallet)
    perform_for_patient(session, c.CLAIM_WITHDRAW, device, given | {"account": device.account})


@claim.command()
@click.argument("claim", type=OBJECT)
@acts("claim_release")
@signs(OperatorRole.OFFICE)
@click.pass_obj
def release(session: Session, /, role: OperatorRole, **given: Given) -> None:
    """End CLAIM after its time is over, and release what it reserved (anyone)."""
    perform(session, c.CLAIM_RELEASE, role, given)


@claim.command()
@click.argument("claim", type=OBJECT)
@click.pass_obj
def show(session: Session, /, claim: str) -> None:
    """Show CLAIM."""
    session.show(session.ask(c.CLAIM_GET, IdRef(id=claim)).claim)


@claim.command("list")
@click.option("--payer", type=INSTITUTION, default=None, help="Only claims with this payer.")
@click.option("--bill", type=BILL, default=None, help="Only claims on this bill.")
@pages
@click.pass_obj
def list_claims(session: Session, /, bill: BillRef | None, **given: Given) -> None:
    """List claims."""
    if bill is not None:
        given |= {"bill_code": bill.code, "bill_number": bill.number}
    session.show(session.ask(c.CLAIM_LIST, ClaimList(**given)))


def payer_of(claim: str) -> str:
    """The payer stands in a claim's id, behind its first byte."""
    return bytes.fromhex(claim)[1:19].decode("ascii", "replace")
