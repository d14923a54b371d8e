"""A command that acts: from its options to the printed outcome.

Rules: the ``client_ref`` is printed before anything is sent, so that the same command can be
repeated.
"""

import secrets
from typing import Any, TypeVar

from ledgerd.cli import wallet as wallets
from ledgerd.cli.acting import Desk
from ledgerd.cli.output import note
from ledgerd.cli.session import Session
from ledgerd.cli.wallet import Wallet
from ledgerd.keys.roles import OperatorRole
from ledgerd.rpc.answers import Outcome
from ledgerd.rpc.fields import WAIT_S_MAX
from ledgerd.rpc.registry import Method
from ledgerd.rpc.requests import Act, Mandate

A = TypeVar("A", bound=Act)


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
    desk = Desk(session)
    act = desk.compose if is_composed_only else desk.operator
    outcome = act(method, request, role)
    session.show(outcome)
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
        outcome = desk.operator(method, request, OperatorRole.CLERK)
    else:
        outcome = desk.patient(method, request, wallet)
    session.show(outcome)
    return outcome


def _mandate_of(mandate: wallets.Mandate) -> Mandate:
    return Mandate(
        holder=mandate.holder or None,
        proxy=mandate.proxy or None,
        presence=mandate.presence or None,
        form=mandate.form,
    )
