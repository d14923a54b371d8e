"""``alert`` and ``case``: what a rule found, who looks into it, who may object."""

from pathlib import Path
from typing import Final

import click

from ledgerd.cli.arguments import (
    BILL,
    HEX32,
    INSTITUTION,
    OBJECT,
    FieldType,
    Given,
    acts,
    pages,
    signs,
)
from ledgerd.cli.case_letters import read_with_device, salt_with_device
from ledgerd.cli.claim import author_left_out, payer_of
from ledgerd.cli.performing import perform, perform_for_patient
from ledgerd.cli.session import Session
from ledgerd.cli.wallet import read_wallet
from ledgerd.keys.roles import OperatorRole
from ledgerd.rpc import catalogue_redress as c, requests_redress as r
from ledgerd.rpc.queries import IdRef

PARTY: Final = FieldType("party", r.Party, "a party is an institution's code or an account's id")
PUBLIC_KEY: Final = FieldType(
    "key", r.PublicKeyHex, "a public key is 64 or 66 characters of lower-case hex"
)
RULE: Final = FieldType("rule", r.RuleName, "a rule is 1 to 32 of a-z, 0-9 and -")
MAYBE_WALLET = click.option(
    "--wallet",
    type=click.Path(exists=True, path_type=Path),
    default=None,
    help="A patient's device.",
)


@click.group()
def alert() -> None:
    """Alerts: a monitoring rule fired."""


@alert.command("raise")
@click.argument("bills", type=BILL, nargs=-1, required=True)
@click.option("--rule", type=RULE, required=True, help="Name of the rule.")
@click.option(
    "--result",
    type=click.Choice(["violation", "suspicion"]),
    default="suspicion",
    show_default=True,
    help="What the rule says.",
)
@click.option("--evidence", required=True, help="Sealed to the author.")
@acts("alert_raise")
@signs(OperatorRole.OFFICE)
@click.pass_obj
def raise_alert(session: Session, /, role: OperatorRole, **given: Given) -> None:
    """Write down that a rule fired on BILLS that the author can open."""
    perform(session, c.ALERT_RAISE, role, given)


@alert.command()
@click.argument("alert", type=OBJECT)
@click.pass_obj
def show(session: Session, /, alert: str) -> None:
    """Show ALERT."""
    session.show(session.ask(c.ALERT_GET, IdRef(id=alert)).alert)


@alert.command("list")
@click.option("--author", "institution", type=INSTITUTION, default=None, help="Only of this one.")
@pages
@click.pass_obj
def list_alerts(session: Session, /, **given: Given) -> None:
    """List alerts."""
    session.show(session.ask(c.ALERT_LIST, r.ByAuthor(**given)))


@click.group()
def case() -> None:
    """Cases: findings, objections and their review."""


@case.command("open")
@click.option("--rule", type=RULE, required=True, help="Name of the rule.")
@click.option("--alert", type=OBJECT, default=None, help="Alert that it comes from.")
@click.option(
    "--party",
    "parties",
    type=PARTY,
    multiple=True,
    required=True,
    help="Who may read it and object: an institution or an account.",
)
@click.option("--subject", required=True, help="What it is about; sealed to the parties.")
@click.option("--hold", "holds", type=BILL, multiple=True, help="Bill that it holds (public).")
@acts("case_open")
@signs(OperatorRole.REVIEWER)
@click.pass_obj
def open_case(session: Session, /, role: OperatorRole, **given: Given) -> None:
    """Open a case."""
    perform(session, c.CASE_OPEN, role, given)


@author_left_out("the opener of CASE")
@case.command()
@click.argument("case", type=OBJECT)
@click.option("--assignee", type=INSTITUTION, required=True, help="Whose reviewer it is.")
@click.option("--key", type=PUBLIC_KEY, required=True, help="The reviewer's public key.")
@acts("case_assign")
@signs(OperatorRole.REVIEWER)
@click.pass_obj
def assign(session: Session, /, role: OperatorRole, **given: Given) -> None:
    """Give CASE to a reviewer (its opener)."""
    given["author"] = given["author"] or payer_of(given["case"])
    perform(session, c.CASE_ASSIGN, role, given)


@case.command()
@click.argument("case", type=OBJECT)
@click.option("--finding", required=True, help="Sealed to opener and parties.")
@acts("case_report")
@signs(OperatorRole.REVIEWER)
@click.pass_obj
def report(session: Session, /, role: OperatorRole, **given: Given) -> None:
    """Report as the assignee what was found in CASE."""
    perform(session, c.CASE_REPORT, role, given)


@case.command()
@click.argument("case", type=OBJECT)
@click.option("--reasons", required=True, help="Sealed to the opener.")
@click.option("--salt", type=HEX32, default=None, help="Read from the subject when left out.")
@MAYBE_WALLET
@acts("case_appeal")
@signs(OperatorRole.CLERK)
@click.pass_obj
def appeal(session: Session, /, role: OperatorRole, wallet: Path | None, **given: Given) -> None:
    """Object to a finding in CASE as a party."""
    if wallet is None:
        perform(session, c.CASE_APPEAL, role, given)
        return
    device = read_wallet(wallet)
    del given["author"], given["generate_only"]
    given["salt"] = given["salt"] or salt_with_device(session, given["case"], device)
    perform_for_patient(session, c.CASE_APPEAL, device, given | {"account": device.account})


@case.command()
@click.argument("case", type=OBJECT)
@click.option("--opinion", required=True, help="Sealed to opener and parties.")
@acts("case_review")
@signs(OperatorRole.REVIEWER)
@click.pass_obj
def review(session: Session, /, role: OperatorRole, **given: Given) -> None:
    """Judge an appeal in CASE: by another key, the second time by another institution."""
    perform(session, c.CASE_REVIEW, role, given)


@author_left_out("the opener of CASE")
@case.command()
@click.argument("case", type=OBJECT)
@acts("case_close")
@signs(OperatorRole.REVIEWER)
@click.pass_obj
def close(session: Session, /, role: OperatorRole, **given: Given) -> None:
    """End CASE and let go of its bills (its opener)."""
    given["author"] = given["author"] or payer_of(given["case"])
    perform(session, c.CASE_CLOSE, role, given)


@case.command("show")
@click.argument("case", type=OBJECT)
@click.option("--opened", is_flag=True, help="Open what is sealed to this institution.")
@MAYBE_WALLET
@click.pass_obj
def show_case(session: Session, /, case: str, *, opened: bool, wallet: Path | None) -> None:
    """Show CASE: what is public, or what its reader may open."""
    if wallet is not None:
        session.show(read_with_device(session, case, read_wallet(wallet)))
    elif opened:
        session.show(session.ask(c.CASE_READ, IdRef(id=case)))
    else:
        session.show(session.ask(c.CASE_GET, IdRef(id=case)).case)


@case.command("list")
@click.option("--opener", "institution", type=INSTITUTION, default=None, help="Only of this one.")
@pages
@click.pass_obj
def list_cases(session: Session, /, **given: Given) -> None:
    """List cases."""
    session.show(session.ask(c.CASE_LIST, r.ByAuthor(**given)))
