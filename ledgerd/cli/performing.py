"""A command that acts: from its options to the printed outcome.

Rules: the ``client_ref`` is printed before anything is sent, so that the same command can be
repeated; a command of whose act a part was refused ends as a refusal, for the ledger judges each
operation on its own. Who acts with the keys of another home than the one named is told so.
"""

import secrets
from pathlib import Path
from typing import Any, Final, TypeVar

from ledgerd.cli import wallet as wallets
from ledgerd.cli.acting import Desk
from ledgerd.cli.exits import CommandFailed, ExitCode
from ledgerd.cli.output import note
from ledgerd.cli.session import Session
from ledgerd.cli.wallet import Wallet
from ledgerd.keys.roles import OperatorRole
from ledgerd.ledger.reject_codes import RejectCode
from ledgerd.rpc.answers import Outcome
from ledgerd.rpc.fields import WAIT_S_MAX
from ledgerd.rpc.registry import Method
from ledgerd.rpc.requests import Act, Mandate

A = TypeVar("A", bound=Act)
IN_FORCE: Final = frozenset({RejectCode.OK, RejectCode.REPEATED})


def new_ref(act: str) -> str:
    """Make a ``client_ref`` for somebody who gave none."""
    return f"{act}-{secrets.token_hex(8)}"


def perform(
    session: Session, method: Method[A, Outcome], role: OperatorRole, given: dict[str, Any]
) -> Outcome:
    """Make the request of an act from a command's options, act, and print the outcome."""
    is_composed_only = given.pop("generate_only", False)
    request = method.params(timeout_s=min(session.options.timeout_s, WAIT_S_MAX), **given)
    note(f"client_ref {request.client_ref}")
    say_who_acts(session, request.author)
    desk = Desk(session)
    act = desk.compose if is_composed_only else desk.operator
    outcome = act(method, request, role)
    session.show(outcome)
    require_in_force(outcome)
    return outcome


def perform_for_patient(
    session: Session, method: Method[A, Outcome], wallet: Wallet, given: dict[str, Any]
) -> Outcome:
    """The same, signed by a patient's device, or by who acts for the patient."""
    if wallet.mandate is not None:
        given["mandate"] = _mandate_of(wallet.mandate)
    request = method.params(timeout_s=min(session.options.timeout_s, WAIT_S_MAX), **given)
    note(f"client_ref {request.client_ref}")
    desk = Desk(session)
    if wallet.is_counter:
        say_who_acts(session, request.author)
        outcome = desk.operator(method, request, OperatorRole.CLERK)
    else:
        outcome = desk.patient(method, request, wallet)
    session.show(outcome)
    require_in_force(outcome)
    return outcome


def say_who_acts(session: Session, author: str | None) -> None:
    """Say whose keys act when they lie in another home than the one that was named.

    Raises:
        ConfigError: no home within reach holds keys of the author.
    """
    if author is None:
        return
    home = session.home.home_of(author)
    if home.path.resolve() != session.home.path.resolve():
        note(f"acting as {author} ({_shown(home.path)})")


def _shown(path: Path) -> Path:
    """A path as people would type it here."""
    here = Path.cwd()
    return path.relative_to(here) if path.is_relative_to(here) else path


def require_in_force(outcome: Outcome) -> None:
    """Refuse an outcome of which a part has no effect, after it was shown.

    Raises:
        CommandFailed: REFUSED, with the reason of each operation that was refused.
    """
    refused = [receipt for receipt in outcome.receipts if receipt.code not in IN_FORCE]
    if refused:
        each = "; ".join(f"operation {one.op} was refused: {one.reason}" for one in refused)
        raise CommandFailed(ExitCode.REFUSED, f"{outcome.state}, but {each}")


def _mandate_of(mandate: wallets.Mandate) -> Mandate:
    return Mandate(
        holder=mandate.holder or None,
        proxy=mandate.proxy or None,
        presence=mandate.presence or None,
        form=mandate.form,
    )
