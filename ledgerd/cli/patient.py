"""``patient``: accounts and the devices that act for them."""

from pathlib import Path

import click

from ledgerd.cli.arguments import ACCOUNT, INSTITUTION, Given, acts, pages, signs
from ledgerd.cli.exits import CommandFailed, ExitCode
from ledgerd.cli.output import note
from ledgerd.cli.performing import perform
from ledgerd.cli.session import Session
from ledgerd.cli.wallet import new_wallet, read_wallet, with_account, write_wallet
from ledgerd.keys.roles import OperatorRole
from ledgerd.rpc.catalogue import (
    CHAIN_PARAMS,
    PATIENT_BILLS,
    PATIENT_CONFIRM,
    PATIENT_ENROL,
    PATIENT_GET,
)
from ledgerd.rpc.fields import NoParams
from ledgerd.rpc.queries import AccountRef, BillsOfAccount
from ledgerd.rpc.requests import Person


@click.group()
def patient() -> None:
    """Patients' accounts."""


@patient.command()
@click.option(
    "--wallet", type=click.Path(path_type=Path), default=None,
    help="File of the device's keys; made when it is not there.",
)  # fmt: skip
@click.option("--name", required=True, help="The person's name; sealed.")
@click.option("--identity-number", required=True, help="The person's number; sealed.")
@click.option("--passkey", is_flag=True, help="Make a passkey (a software authenticator).")
@click.option("--no-device", is_flag=True, help="For a person without one: no wallet is made.")
@click.option("--registrar", type=INSTITUTION, default=None, help="Bureau that will confirm.")
@acts("patient_enrol")
@signs(OperatorRole.CLERK)
@click.pass_obj
def enrol(
    session: Session,
    /,
    role: OperatorRole,
    wallet: Path | None,
    name: str,
    identity_number: str,
    **given: Given,
) -> None:
    """Open an account for a person (hospital, medicare) and keep its keys in a wallet file."""
    is_passkey, has_no_device = given.pop("passkey"), given.pop("no_device")
    if has_no_device == (wallet is not None):
        raise CommandFailed(ExitCode.USAGE, "name a --wallet, or --no-device")
    given["person"] = Person(name=name, identity_number=identity_number)
    if wallet is None:
        perform(session, PATIENT_ENROL, role, given)
        return
    party = relying_party_of(session) if is_passkey else ""
    device = read_wallet(wallet) if wallet.exists() else new_wallet(party)
    write_wallet(wallet, device)  # before anything is sent: an account without keys is lost
    given["patient_key"] = device.public_key.hex()
    given["patient_seal_key"] = device.sealing.public_key.hex()
    outcome = perform(session, PATIENT_ENROL, role, given)
    write_wallet(wallet, with_account(device, outcome.object))
    note(f"wallet {wallet}")


def relying_party_of(session: Session) -> str:
    """Ask the ledger for which relying party its patients' passkeys sign."""
    values = {value.name: value.value for value in session.ask(CHAIN_PARAMS, NoParams()).params}
    return str(values["relying_party"])


@patient.command()
@click.argument("account", type=ACCOUNT)
@click.option("--identity-number", required=True, help="As checked by the bureau.")
@acts("patient_confirm")
@signs(OperatorRole.REVIEWER)
@click.pass_obj
def confirm(session: Session, /, role: OperatorRole, **given: Given) -> None:
    """Confirm whose ACCOUNT it is (medicare, another key than the enrolling one)."""
    perform(session, PATIENT_CONFIRM, role, given)


@patient.command()
@click.argument("account", type=ACCOUNT)
@click.pass_obj
def show(session: Session, /, account: str) -> None:
    """Show ACCOUNT."""
    session.show(session.ask(PATIENT_GET, AccountRef(account=account)))


@patient.command()
@click.argument("account", type=ACCOUNT)
@pages
@click.pass_obj
def bills(session: Session, /, **given: Given) -> None:
    """List the bills of ACCOUNT that this node knows."""
    session.show(session.ask(PATIENT_BILLS, BillsOfAccount(**given)))
