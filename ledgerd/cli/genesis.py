"""``genesis``: what a ledger starts from. Works with no node."""

from pathlib import Path

import click
import msgspec

from ledgerd.chain.genesis import encode_genesis, genesis_hash
from ledgerd.cli.homes import read_genesis
from ledgerd.cli.output import Format
from ledgerd.cli.session import Session


class GenesisView(msgspec.Struct, frozen=True):
    """A genesis file in short."""

    chain_id: str
    chain_name: str
    created_ms: int
    crypto_suite: int
    protocol_version: int
    region: str
    institutions: tuple[str, ...]
    validators: tuple[str, ...]


@click.group()
def genesis() -> None:
    """The genesis file."""


@genesis.command()
@click.option(
    "--file", type=click.Path(path_type=Path), default=None, help="Instead of the home's."
)
@click.pass_obj
def show(session: Session, /, file: Path | None) -> None:
    """Show the genesis file and its hash, the chain id; -o json prints the file itself."""
    found = session.home.genesis if file is None else read_genesis(file)
    if session.options.output is not Format.TABLE:
        click.echo(encode_genesis(found), nl=False)
        return
    session.show(
        GenesisView(
            chain_id=genesis_hash(found).hex(),
            chain_name=found.chain_name,
            created_ms=found.created_ms,
            crypto_suite=found.crypto_suite,
            protocol_version=found.protocol_version,
            region=found.params.region,
            institutions=tuple(f"{i.institution_id} {i.kind}" for i in found.institutions),
            validators=tuple(v.institution_id for v in found.validators),
        )
    )
