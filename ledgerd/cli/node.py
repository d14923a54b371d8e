"""``status``, ``peers``, ``validators``, ``params``, ``doctor``, ``stats``: one node."""

import click

from ledgerd.cli.doctor import local_checks
from ledgerd.cli.exits import CommandFailed, ExitCode
from ledgerd.cli.session import Session
from ledgerd.errors import LedgerdError
from ledgerd.rpc import catalogue as c
from ledgerd.rpc.answers import Check, Doctor
from ledgerd.rpc.fields import NoParams


@click.command()
@click.option("--why", is_flag=True, help="Say only what keeps the next block.")
@click.pass_obj
def status(session: Session, /, *, why: bool) -> None:
    """Say where the node stands; exit 9 when it is not ready."""
    answer = session.ask(c.CHAIN_STATUS, NoParams())
    if why:
        for reason in answer.why or ("nothing keeps the next block",):
            click.echo(reason)
    else:
        session.show(answer)
    if not answer.ready:
        raise CommandFailed(ExitCode.UNHEALTHY, "the node is not ready")


@click.command()
@click.pass_obj
def peers(session: Session, /) -> None:
    """List the other nodes as this one sees them."""
    session.show(session.ask(c.CHAIN_PEERS, NoParams()))


@click.command()
@click.pass_obj
def validators(session: Session, /) -> None:
    """List the present membership."""
    session.show(session.ask(c.CHAIN_VALIDATORS, NoParams()))


@click.command()
@click.pass_obj
def params(session: Session, /) -> None:
    """List the parameters in force."""
    session.show(session.ask(c.CHAIN_PARAMS, NoParams()))


@click.command()
@click.pass_obj
def stats(session: Session, /) -> None:
    """Sum up the present state: bills, charged, settled, claimed, paid."""
    session.show(session.ask(c.CHAIN_STATS, NoParams()))


@click.command()
@click.pass_obj
def doctor(session: Session, /) -> None:
    """Check home and node, with one line of advice each; exit 9 when a check fails."""
    checks = list(local_checks(session.home)) if session.has_home() else []
    try:
        checks += session.ask(c.CHAIN_DOCTOR, NoParams()).checks
    except LedgerdError as error:
        checks.append(Check(name="node", result="failure", advice=str(error)))
    session.show(Doctor(checks=tuple(checks)))
    if any(check.result == "failure" for check in checks):
        raise CommandFailed(ExitCode.UNHEALTHY, "a check failed")
