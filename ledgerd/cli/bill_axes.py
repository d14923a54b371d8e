"""``bill``: owner, voiding, paper, refunds, reports; a bill shown in part, a print checked."""

from pathlib import Path
from typing import Final

import click
import msgspec

from ledgerd.cli.arguments import ACCOUNT, BILL, FEN, Given, acts, signs
from ledgerd.cli.exits import CommandFailed, ExitCode
from ledgerd.cli.performing import perform
from ledgerd.cli.session import Session
from ledgerd.cli.sharing import share_of_device, share_of_node, written
from ledgerd.cli.wallet import read_wallet
from ledgerd.keys.roles import OperatorRole
from ledgerd.rpc import catalogue_bill as c, requests as r, requests_bill as rb


@click.command()
@click.argument("bill", type=BILL)
@click.option("--account", type=ACCOUNT, required=True, help="Whose bill it is.")
@acts("bill_bind")
@signs(OperatorRole.OFFICE)
@click.pass_obj
def bind(session: Session, /, role: OperatorRole, **given: Given) -> None:
    """Give BILL its owner after an identity check (issuer, competent bureau); once."""
    perform(session, c.BILL_BIND, role, given)


@click.command()
@click.argument("bill", type=BILL)
@acts("bill_void")
@signs(OperatorRole.CASHIER)
@click.pass_obj
def void(session: Session, /, role: OperatorRole, **given: Given) -> None:
    """Take BILL back before finance has countersigned it (issuer)."""
    session.confirm(f"Void bill {given['bill'].code}-{given['bill'].number}?")
    perform(session, c.BILL_VOID, role, given)


@click.command("exchange-paper")
@click.argument("bill", type=BILL)
@click.option("--paper", required=True, help="Serial number printed on the paper bill.")
@acts("bill_exchange_paper")
@signs(OperatorRole.CASHIER)
@click.pass_obj
def exchange_paper(session: Session, /, role: OperatorRole, **given: Given) -> None:
    """Say that a paper bill was handed out for BILL (issuer): no claim while it is out."""
    perform(session, c.BILL_EXCHANGE_PAPER, role, given)


@click.command("recall-paper")
@click.argument("bill", type=BILL)
@acts("bill_recall_paper")
@signs(OperatorRole.CASHIER)
@click.pass_obj
def recall_paper(session: Session, /, role: OperatorRole, **given: Given) -> None:
    """Say that the paper bill of BILL came back and is void (issuer)."""
    perform(session, c.BILL_RECALL_PAPER, role, given)


@click.command()
@click.argument("bill", type=BILL)
@click.option("--amount-fen", type=FEN, required=True, help="What the patient got back.")
@acts("bill_refund")
@signs(OperatorRole.CASHIER)
@click.pass_obj
def refund(session: Session, /, role: OperatorRole, **given: Given) -> None:
    """Record a refund of BILL after it was reversed or voided (issuer)."""
    perform(session, c.BILL_REFUND, role, given)


@click.command()
@click.argument("bill", type=BILL)
@click.option(
    "--reason", type=click.Choice(["does_not_open", "sums_differ"]), default="does_not_open",
    show_default=True, help="What is wrong.",
)  # fmt: skip
@acts("bill_report")
@signs(OperatorRole.OFFICE)
@click.pass_obj
def report(session: Session, /, role: OperatorRole, **given: Given) -> None:
    """Report as a reader that BILL does not open: its issuer delivers keys anew."""
    perform(session, c.BILL_REPORT, role, given)


@click.command()
@click.argument("bill", type=BILL)
@click.option(
    "--field", "fields", multiple=True, required=True,
    help="Path of a field, as 'bill open' shows it; once for each field.",
)  # fmt: skip
@click.option("--out", type=click.Path(path_type=Path), required=True, help="File to write.")
@click.option(
    "--wallet", type=click.Path(exists=True, path_type=Path), default=None,
    help="Open it here with a patient's device instead of this node's keys.",
)  # fmt: skip
@click.pass_obj
def share(
    session: Session,
    /,
    bill: r.BillRef,
    fields: tuple[str, ...],
    out: Path,
    wallet: Path | None,
) -> None:
    """Write a file that shows only the chosen fields of BILL and proves them.

    Check it anywhere with 'ledgerctl verify bill FILE --genesis genesis.json'.
    """
    if wallet is None:
        data = share_of_node(session, bill, fields)
    else:
        data = share_of_device(session, bill, fields, read_wallet(wallet))
    session.show(written(session, data, out))


@click.command()
@click.argument("bill", type=BILL)
@click.option(
    "--date", type=click.IntRange(19_700_101, 99_991_231), required=True, help="YYYYMMDD."
)
@click.option("--amount-fen", type=FEN, required=True, help="Total.")
@click.option("--check-code", required=True, help="Six digits.")
@click.pass_obj
def check(session: Session, /, bill: r.BillRef, **given: Given) -> None:
    """Check five elements of a printed BILL; exit 8 when they are not confirmed."""
    try:
        request = msgspec.convert(
            {"code": bill.code, "number": bill.number, **given}, type=rb.BillCheck
        )
    except msgspec.ValidationError as error:
        raise CommandFailed(ExitCode.USAGE, str(error)) from error
    answer = session.ask(c.BILL_CHECK, request)
    session.show(answer)
    if answer.result != "genuine":
        text = "not confirmed: an element is wrong, or this node cannot read that bill"
        raise CommandFailed(ExitCode.VERIFICATION_FAILED, text)


BILL_COMMANDS: Final[tuple[click.Command, ...]] = (
    bind,
    void,
    exchange_paper,
    recall_paper,
    refund,
    report,
    share,
    check,
)
