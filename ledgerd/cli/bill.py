"""``bill``: issue, countersign, pay, reverse, look at and open medical bills."""

from pathlib import Path

import click
import msgspec

from ledgerd.cli.arguments import (
    ACCOUNT,
    BILL,
    CODE,
    FEN,
    FUND,
    INSTITUTION,
    OBJECT,
    Given,
    acts,
    pages,
    signs,
)
from ledgerd.cli.bill_axes import BILL_COMMANDS
from ledgerd.cli.device import open_with_device
from ledgerd.cli.exits import CommandFailed, ExitCode
from ledgerd.cli.performing import perform
from ledgerd.cli.session import Session
from ledgerd.cli.wallet import read_wallet
from ledgerd.keys.roles import OperatorRole
from ledgerd.rpc import catalogue as c, queries as q, requests as r

CONTENT_BYTES_MAX = 4_000_000  # what a request body holds


@click.group()
def bill() -> None:
    """Medical bills."""


@bill.command()
@click.option("--file", type=click.File("rb"), help="Content as JSON: BillContent in docs/rpc.md.")
@click.option("--name", help="Patient's name, for a simple bill of one item without a file.")
@click.option("--identity-number", default="", help="Patient's identity number.")
@click.option(
    "--category", type=click.IntRange(1, 14), default=2, show_default=True, help="Of that item."
)
@click.option("--total-fen", type=FEN, help="Total of that bill.")
@click.option("--fund", "funds", type=FUND, multiple=True, help="CODE=FEN borne by a public fund.")
@click.option("--account", type=ACCOUNT, default=None, help="The patient's account.")
@click.option("--medicare", type=INSTITUTION, default=None, help="Competent bureau.")
@click.option(
    "--public", type=click.Choice(["none", "pending"]), default="none", show_default=True,
    help="What is said about public payers when no settlement is named.",
)  # fmt: skip
@click.option("--settlement", type=OBJECT, default=None, help="Open settlement to consume.")
@click.option("--paid-fen", type=FEN, default=None, help="Record this payment with the bill.")
@acts("bill_issue")
@signs(OperatorRole.OFFICE)
@click.pass_obj
def issue(session: Session, /, role: OperatorRole, **given: Given) -> None:
    """Issue a bill (hospital): sealed for its readers, numbered from the allotted range."""
    simple = {
        k: given.pop(k) for k in ("name", "identity_number", "category", "total_fen", "funds")
    }
    file = given.pop("file")
    content = _content_in(file.read(CONTENT_BYTES_MAX)) if file else _simple(**simple)
    _require_name(content.person)
    _require_within_share(given["paid_fen"], content.money)
    given["content"] = content
    given["public"] = "settled" if given["settlement"] else given["public"]
    perform(session, c.BILL_ISSUE, role, given)


def _content_in(data: bytes) -> r.BillContent:
    try:
        return msgspec.json.decode(data, type=r.BillContent)
    except msgspec.MsgspecError as error:
        raise CommandFailed(ExitCode.USAGE, f"--file: {error}") from error


def _require_name(person: r.Person) -> None:
    if not person.name.strip():
        raise CommandFailed(ExitCode.USAGE, "the patient's name is empty")


def _require_within_share(paid_fen: int | None, money: r.BillMoney) -> None:
    """A patient pays what account and cash bear, never more."""
    share_fen = money.account_fen + money.cash_fen
    if paid_fen is not None and paid_fen > share_fen:
        raise CommandFailed(ExitCode.USAGE, f"--paid-fen: the patient's share is {share_fen} fen")


def _simple(
    *,
    name: str | None,
    identity_number: str,
    category: int,
    total_fen: int | None,
    funds: tuple[r.FundShare, ...],
) -> r.BillContent:
    if name is None or total_fen is None:
        raise CommandFailed(ExitCode.USAGE, "give --file, or --name and --total-fen")
    cash_fen = total_fen - sum(share.amount_fen for share in funds)
    if cash_fen < 0:
        raise CommandFailed(ExitCode.USAGE, "the funds bear more than the total")
    return r.BillContent(
        person=r.Person(name=name, identity_number=identity_number),
        money=r.BillMoney(total_fen=total_fen, funds=funds, cash_fen=cash_fen),
        visit=r.Visit(kind="outpatient", time=""),
        items=(r.CategorySum(category=category, amount_fen=total_fen),),
    )


@bill.command()
@click.argument("bill", type=BILL)
@acts("bill_countersign")
@signs(OperatorRole.OFFICE)
@click.pass_obj
def countersign(session: Session, /, role: OperatorRole, **given: Given) -> None:
    """Countersign BILL by hand (finance); the office does it by itself as bills commit."""
    perform(session, c.BILL_COUNTERSIGN, role, given)


@bill.command()
@click.argument("bill", type=BILL)
@click.option("--amount-fen", type=FEN, required=True, help="What the patient paid.")
@acts("bill_pay")
@signs(OperatorRole.OFFICE)
@click.pass_obj
def pay(session: Session, /, role: OperatorRole, **given: Given) -> None:
    """Record what the patient paid towards BILL (issuer)."""
    perform(session, c.BILL_PAY, role, given)


@bill.command()
@click.argument("bill", type=BILL)
@acts("bill_announce")
@signs(OperatorRole.CASHIER)
@click.pass_obj
def announce(session: Session, /, role: OperatorRole, **given: Given) -> None:
    """Announce that BILL will be reversed (issuer): no new claim from then on."""
    perform(session, c.BILL_ANNOUNCE, role, given)


@bill.command()
@click.argument("bill", type=BILL)
@acts("bill_reverse")
@signs(OperatorRole.CASHIER)
@click.pass_obj
def reverse(session: Session, /, role: OperatorRole, **given: Given) -> None:
    """Reverse BILL by a red bill of the same amounts (issuer)."""
    session.confirm(f"Reverse bill {given['bill'].code}-{given['bill'].number}?")
    perform(session, c.BILL_REVERSE, role, given)


@bill.command()
@click.argument("bill", type=BILL)
@click.pass_obj
def show(session: Session, /, bill: r.BillRef) -> None:
    """Show what every member sees of BILL."""
    session.show(session.ask(c.BILL_GET, q.BillGet(code=bill.code, number=bill.number)).bill)


@bill.command("list")
@click.option("--issuer", type=INSTITUTION, default=None, help="Only bills of this hospital.")
@click.option("--code", type=CODE, default=None, help="Only bills of this code.")
@pages
@click.pass_obj
def list_bills(session: Session, /, **given: Given) -> None:
    """List bills."""
    session.show(session.ask(c.BILL_LIST, q.BillList(**given)))


@bill.command()
@click.argument("bill", type=BILL)
@pages
@click.pass_obj
def history(session: Session, /, bill: r.BillRef, **given: Given) -> None:
    """List what happened to BILL."""
    query = q.BillHistory(code=bill.code, number=bill.number, **given)
    session.show(session.ask(c.BILL_HISTORY, query))


@bill.command("open")
@click.argument("bill", type=BILL)
@click.option(
    "--wallet", type=click.Path(exists=True, path_type=Path), default=None,
    help="Open it here with a patient's device instead.",
)  # fmt: skip
@click.pass_obj
def open_bill(session: Session, /, bill: r.BillRef, wallet: Path | None) -> None:
    """Open BILL's sealed parts with this node's keys; every opening is in the audit log."""
    if wallet is not None:
        session.show(open_with_device(session, bill, read_wallet(wallet)))
        return
    session.show(session.ask(c.BILL_OPEN, q.BillGet(code=bill.code, number=bill.number)))


for _command in BILL_COMMANDS:
    bill.add_command(_command)
