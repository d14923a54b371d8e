"""What ``patient`` offers about keys; ``proxy``, ``presence`` and ``assisted``.

Rules: a device's wallet signs what its account may do; without ``--wallet`` an institution's key
does. A new device is a wallet file that holds no account yet.
"""

from collections.abc import Callable
from pathlib import Path
from typing import Any, Final, TypeVar

import click

from ledgerd.cli.arguments import (
    ACCOUNT,
    BILL,
    HEX32,
    OBJECT,
    Given,
    acts,
    pages,
    signs,
)
from ledgerd.cli.exits import CommandFailed, ExitCode
from ledgerd.cli.output import note
from ledgerd.cli.patient import patient, relying_party_of
from ledgerd.cli.performing import perform, perform_for_patient
from ledgerd.cli.session import Session
from ledgerd.cli.wallet import (
    Mandate,
    new_wallet,
    read_wallet,
    with_account,
    with_mandate,
    write_wallet,
)
from ledgerd.clock import SystemClock
from ledgerd.keys.roles import OperatorRole
from ledgerd.rpc import answers, catalogue_patients as c, requests_patients as rp
from ledgerd.rpc.registry import Method

F = TypeVar("F", bound=Callable[..., Any])
A = TypeVar("A", bound=rp.AccountAct)
DAY_MS: Final = 86_400_000
FORM_BYTES_MAX: Final = 1 << 20

BY_DEVICE = click.option(
    "--wallet",
    type=click.Path(exists=True, path_type=Path),
    default=None,
    help="Device of the account; without it the institution acts.",
)
INTO = click.option(
    "--into", type=click.Path(path_type=Path), required=True, help="Wallet file that is made."
)
KEY = click.option("--key", type=ACCOUNT, required=True, help="Id, as 'patient show' lists it.")


def _perform(
    session: Session, method: Method[A, answers.Outcome], role: OperatorRole, given: dict[str, Any]
) -> answers.Outcome:
    """Act with the account's device when there is one, else with the institution's key."""
    wallet = given.pop("wallet")
    if wallet is None:
        given["by_patient"] = False
        return perform(session, method, role, given)
    device = read_wallet(wallet)
    given.setdefault("account", device.account)
    given["account"] = given["account"] or device.account
    del given["generate_only"]
    return perform_for_patient(session, method, device, given)


@patient.command("add-key")
@click.argument("account", type=ACCOUNT)
@click.option(
    "--new-wallet", "device", type=click.Path(path_type=Path), required=True,
    help="File of the new device's keys; made when it is not there.",
)  # fmt: skip
@click.option("--passkey", is_flag=True, help="Make it a passkey (a software authenticator).")
@BY_DEVICE
@acts("patient_add_key")
@signs(OperatorRole.CLERK)
@click.pass_obj
def add_key(session: Session, /, role: OperatorRole, device: Path, **given: Given) -> None:
    """Give ACCOUNT a further key: at once by one of its devices, else it waits."""
    party = relying_party_of(session) if given.pop("passkey") else ""
    added = read_wallet(device) if device.exists() else new_wallet(party)
    write_wallet(device, with_account(added, given["account"]))
    given["key"] = added.public_key.hex()
    given["seal_key"] = added.sealing.public_key.hex()
    _perform(session, c.PATIENT_ADD_KEY, role, given)
    note(f"wallet {device}")


@patient.command("confirm-key")
@click.argument("account", type=ACCOUNT)
@KEY
@acts("patient_confirm_key")
@signs(OperatorRole.REVIEWER)
@click.pass_obj
def confirm_key(session: Session, /, role: OperatorRole, **given: Given) -> None:
    """Confirm a key that an institution added to ACCOUNT (its registrar, another key)."""
    perform(session, c.PATIENT_CONFIRM_KEY, role, {**given, "by_patient": False})


@patient.command("refuse-key")
@click.argument("account", type=ACCOUNT)
@KEY
@BY_DEVICE
@acts("patient_refuse_key")
@signs(OperatorRole.REVIEWER)
@click.pass_obj
def refuse_key(session: Session, /, role: OperatorRole, **given: Given) -> None:
    """Refuse a key of ACCOUNT that waits."""
    _perform(session, c.PATIENT_REFUSE_KEY, role, given)


@patient.command("revoke-key")
@click.argument("account", type=ACCOUNT)
@KEY
@BY_DEVICE
@acts("patient_revoke_key")
@signs(OperatorRole.REVIEWER)
@click.pass_obj
def revoke_key(session: Session, /, role: OperatorRole, **given: Given) -> None:
    """Take a key from ACCOUNT."""
    _perform(session, c.PATIENT_REVOKE_KEY, role, given)


@click.group()
def proxy() -> None:
    """Who may act for a patient."""


@proxy.command()
@click.argument("account", type=ACCOUNT)
@click.option("--holder", type=ACCOUNT, required=True, help="Account that may act.")
@click.option(
    "--scope",
    type=click.Choice(sorted(rp.SCOPE_TAGS)),
    multiple=True,
    required=True,
    help="In what.",
)
@click.option("--bill", "bills", type=BILL, multiple=True, help="Only about it; all when left out.")
@click.option("--days", type=click.IntRange(1, 3_650), default=365, show_default=True)
@BY_DEVICE
@acts("proxy_give")
@signs(OperatorRole.REVIEWER)
@click.pass_obj
def give(session: Session, /, role: OperatorRole, days: int, **given: Given) -> None:
    """Let the HOLDER of another account act for ACCOUNT."""
    given["until_ms"] = SystemClock().wall_ms() + days * DAY_MS
    _perform(session, c.PROXY_GIVE, role, given)


@proxy.command()
@click.argument("account", type=ACCOUNT)
@click.option("--proxy", type=ACCOUNT, required=True, help="Id, as 'proxy list' shows it.")
@BY_DEVICE
@acts("proxy_revoke")
@signs(OperatorRole.REVIEWER)
@click.pass_obj
def revoke(session: Session, /, role: OperatorRole, **given: Given) -> None:
    """End a proxy of ACCOUNT."""
    _perform(session, c.PROXY_REVOKE, role, given)


@proxy.command("list")
@click.argument("account", type=ACCOUNT)
@pages
@click.pass_obj
def list_proxies(session: Session, /, **given: Given) -> None:
    """List who may act for ACCOUNT."""
    session.show(session.ask(c.PROXY_LIST, rp.OfAccount(**given)))


@proxy.command("wallet")
@click.argument("account", type=ACCOUNT)
@click.option("--proxy", "mandate", type=ACCOUNT, required=True, help="Id of the proxy.")
@click.option(
    "--wallet", type=click.Path(exists=True, path_type=Path), required=True, help="Holder's device."
)
@INTO
def proxy_wallet(account: str, mandate: str, wallet: Path, into: Path) -> None:
    """Make a wallet with which the holder's device acts for ACCOUNT in every patient's command."""
    device = read_wallet(wallet)
    write_wallet(into, with_mandate(device, account, Mandate(holder=device.account, proxy=mandate)))
    note(f"wallet {into}")


@click.group()
def presence() -> None:
    """Attested presence of persons."""


@presence.command()
@click.option("--account", type=ACCOUNT, default=None, help="Whose; none before an enrolment.")
@click.option(
    "--check", type=click.Choice(["face", "card", "face_and_card"]), required=True,
    help="What the terminal checked.",
)  # fmt: skip
@click.option("--visit", type=HEX32, default=None, help="Commitment to the visit.")
@acts("presence_attest")
@signs(OperatorRole.TERMINAL)
@click.pass_obj
def attest(session: Session, /, role: OperatorRole, **given: Given) -> None:
    """Attest that a person stands at a terminal (its own key)."""
    perform(session, c.PRESENCE_ATTEST, role, given)


@click.group()
def assisted() -> None:
    """Acts of a clerk for a person without a key."""


@assisted.command("wallet")
@click.argument("account", type=ACCOUNT)
@click.option("--presence", type=OBJECT, required=True, help="Id of the attested presence.")
@click.option(
    "--form", type=click.Path(exists=True, path_type=Path), required=True,
    help="The form that the person signed, as a file; sealed.",
)  # fmt: skip
@INTO
def assisted_wallet(account: str, presence: str, form: Path, into: Path) -> None:
    """Make a wallet with which this home's clerk acts once for ACCOUNT in a patient's command."""
    data = form.read_bytes()
    if not 0 < len(data) <= FORM_BYTES_MAX:
        raise CommandFailed(ExitCode.USAGE, f"{form}: {len(data)} bytes, at most {FORM_BYTES_MAX}")
    mandate = Mandate(presence=presence, form=data.hex())
    write_wallet(into, with_mandate(new_wallet(), account, mandate))
    note(f"wallet {into}")


@assisted.command("confirm")
@click.argument("account", type=ACCOUNT)
@click.option("--act", type=ACCOUNT, required=True, help="Id, as 'assisted list' shows it.")
@acts("assisted_confirm")
@signs(OperatorRole.REVIEWER)
@click.pass_obj
def confirm_assisted(session: Session, /, role: OperatorRole, **given: Given) -> None:
    """Let an act for ACCOUNT take effect, with another key."""
    perform(session, c.ASSISTED_CONFIRM, role, {**given, "by_patient": False})


@assisted.command("revoke")
@click.argument("account", type=ACCOUNT)
@click.option("--act", type=ACCOUNT, required=True, help="Id, as 'assisted list' shows it.")
@BY_DEVICE
@acts("assisted_revoke")
@signs(OperatorRole.CLERK)
@click.pass_obj
def revoke_assisted(session: Session, /, role: OperatorRole, **given: Given) -> None:
    """Take back what a clerk did for ACCOUNT."""
    _perform(session, c.ASSISTED_REVOKE, role, given)


@assisted.command("list")
@click.argument("account", type=ACCOUNT)
@pages
@click.pass_obj
def list_acts(session: Session, /, **given: Given) -> None:
    """List what was done for ACCOUNT, by proxies and by clerks."""
    session.show(session.ask(c.ASSISTED_LIST, rp.OfAccount(**given)))
