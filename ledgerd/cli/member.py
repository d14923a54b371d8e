"""``member``: the institutions of the ledger, and the admission of hosted ones."""

import click

from ledgerd.cli.arguments import INSTITUTION, OBJECT, Given, acts, pages, signs
from ledgerd.cli.output import note
from ledgerd.cli.performing import perform
from ledgerd.cli.session import Session
from ledgerd.errors import ConfigError
from ledgerd.keys.institution_keys import InstitutionKeys
from ledgerd.keys.roles import OperatorRole
from ledgerd.rpc.catalogue import MEMBER_ADD, MEMBER_GET, MEMBER_LIST, MEMBER_VOTE
from ledgerd.rpc.catalogue_governance import MEMBER_MOVE
from ledgerd.rpc.queries import MemberGet, Page
from ledgerd.rpc.requests import OperatorKeyOf

HOSTED_ROLES = tuple(role for role in OperatorRole if role is not OperatorRole.TERMINAL)


@click.group()
def member() -> None:
    """Institutions."""


@member.command()
@click.argument("institution", type=INSTITUTION)
@click.option(
    "--kind", type=click.Choice(["hospital", "medicare", "insurer", "regulator"]), required=True,
    help="What it is.",
)  # fmt: skip
@click.option("--name", required=True, help="Public name.")
@click.option("--area", required=True, help="Area code, 6 digits.")
@click.option("--host", "hosted_by", type=INSTITUTION, default=None, help="Whose node it uses.")
@acts("member_add")
@signs(OperatorRole.ADMIN)
@click.pass_obj
def add(session: Session, /, role: OperatorRole, **given: Given) -> None:
    """Propose INSTITUTION, hosted by a node; its keys are made in that node's home.

    The proposal counts as the author's yes; finance and one medicare bureau adopt it together.
    """
    host = given["hosted_by"] or session.home.institution
    keys = hosted_keys(session, host, given["institution"])
    given["hosted_by"] = host
    given["operator_keys"] = tuple(
        OperatorKeyOf(role=held.value, public_key=keys.operator_public_key(held).hex())
        for held in keys.roles
    )
    given["encryption_key"] = keys.encryption_public_keys()[-1].hex()
    perform(session, MEMBER_ADD, role, given)


def hosted_keys(session: Session, /, host: str, institution: str) -> InstitutionKeys:
    """The keys of a hosted institution in its host's home; made when they are not there."""
    ring = session.home.home_of(host).keys
    try:
        return ring.keys_of(institution)
    except ConfigError:
        note(f"new keys of {institution} in the home of {host}")
        return ring.host(institution, HOSTED_ROLES)


@member.command()
@click.argument("proposal", type=OBJECT)
@click.option("--no", "vote", flag_value="no", help="Vote against it.")
@click.option("--yes", "vote", flag_value="yes", default=True, help="Vote for it (default).")
@acts("member_vote")
@signs(OperatorRole.ADMIN)
@click.pass_obj
def vote(session: Session, /, role: OperatorRole, **given: Given) -> None:
    """Vote on PROPOSAL."""
    perform(session, MEMBER_VOTE, role, given)


@member.command()
@click.option("--address", "addresses", multiple=True, help="HOST:PORT of the node; all of them.")
@click.option(
    "--host", "hosted_by", type=INSTITUTION, default=None, help="Whose node it uses from now on."
)
@acts("member_move")
@click.pass_obj
def move(session: Session, /, **given: Given) -> None:
    """Announce where the institution is reached: its node's addresses, or its host (admin)."""
    perform(session, MEMBER_MOVE, OperatorRole.ADMIN, given)


@member.command()
@click.argument("institution", type=INSTITUTION)
@click.pass_obj
def show(session: Session, /, institution: str) -> None:
    """Show INSTITUTION."""
    session.show(session.ask(MEMBER_GET, MemberGet(institution=institution)).member)


@member.command("list")
@pages
@click.pass_obj
def list_members(session: Session, /, **given: Given) -> None:
    """List institutions."""
    session.show(session.ask(MEMBER_LIST, Page(**given)))
