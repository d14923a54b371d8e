"""``keys``: what lies in a home's ``keys`` folder; public parts only. Works with no node."""

from collections.abc import Iterator

import click
import msgspec

from ledgerd.cli.arguments import INSTITUTION
from ledgerd.cli.output import show_rows
from ledgerd.cli.session import Session
from ledgerd.keys.institution_keys import InstitutionKeys
from ledgerd.keys.keyring import KeyRing
from ledgerd.keys.roles import OperatorRole


class KeyView(msgspec.Struct, frozen=True):
    """One key."""

    institution: str
    kind: str
    role: str
    public_key: str


@click.group()
def keys() -> None:
    """Keys of a home."""


@keys.command("list")
@click.pass_obj
def list_keys(session: Session, /) -> None:
    """List every key of the home, of hosted institutions too."""
    ring = session.home.keys
    owned = [ring.own, *(ring.keys_of(hosted) for hosted in ring.hosted_ids)]
    views = [*_node_keys(ring), *(view for each in owned for view in _institution_keys(each))]
    show_rows(views, session.options.output)


@keys.command()
@click.argument("role", type=click.Choice([role.value for role in OperatorRole]))
@click.option("--institution", type=INSTITUTION, default=None, help="A hosted one.")
@click.pass_obj
def show(session: Session, /, role: str, institution: str | None) -> None:
    """Print the public key of an operator ROLE (hex)."""
    ring = session.home.keys
    held = ring.own if institution is None else ring.keys_of(institution)
    click.echo(held.operator_public_key(OperatorRole(role)).hex())


def _node_keys(ring: KeyRing) -> Iterator[KeyView]:
    owner = ring.institution_id
    yield KeyView(owner, "consensus", "", ring.consensus.public_key.hex())


def _institution_keys(held: InstitutionKeys) -> Iterator[KeyView]:
    owner = held.institution_id
    for role in held.roles:
        yield KeyView(owner, "operator", role.value, held.operator_public_key(role).hex())
    for number, key in enumerate(held.encryption_public_keys(), start=1):
        yield KeyView(owner, "encryption", str(number), key.hex())
