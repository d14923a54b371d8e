"""``verify proof``: a proof file against the genesis file, with no node and no home."""

from pathlib import Path

import click

from ledgerd.chain.block import Header, decode_header
from ledgerd.chain.light import ProvedState, verify_proof
from ledgerd.chain.trust import Freshness
from ledgerd.cli.arguments import HEIGHT, Given
from ledgerd.cli.exits import CommandFailed, ExitCode
from ledgerd.cli.proved import proved_state, proved_transaction
from ledgerd.cli.session import Session
from ledgerd.cli.trusting import GENESIS, bytes_of, checked, trusted_genesis
from ledgerd.clock import SystemClock
from ledgerd.errors import DecodeError


@click.command()
@click.argument("file", type=click.Path(path_type=Path))
@GENESIS
@click.option("--max-age", type=click.IntRange(min=0), help="Seconds; an older one is stale.")
@click.option("--at-least-height", type=HEIGHT, default=None, help="A lower one is stale.")
@click.option(
    "--trusted", type=click.Path(path_type=Path), default=None,
    help="A header (hex) that is believed already; an older proof is stale.",
)  # fmt: skip
@click.pass_obj
def proof(session: Session, /, file: Path, genesis: Path | None, **wanted: Given) -> None:
    """Check the proof in FILE with nothing but the genesis file; prints what it proves.

    A proof that something is not there verifies as well: exit 0, and is_there says no.
    """
    data, trusted, freshness = (
        bytes_of(file),
        trusted_genesis(session, genesis),
        _freshness(**wanted),
    )
    with checked(file, "a proof file"):
        proved = verify_proof(data, trusted, freshness)
    if isinstance(proved, ProvedState):
        session.show(proved_state(proved))
    else:
        session.show(proved_transaction(proved))


def _freshness(
    *, max_age: int | None, at_least_height: int | None, trusted: Path | None
) -> Freshness:
    return Freshness(
        now_ms=SystemClock().wall_ms(),
        age_ms_max=None if max_age is None else max_age * 1_000,
        height_min=at_least_height,
        trusted=None if trusted is None else _header_in(trusted),
    )


def _header_in(path: Path) -> Header:
    try:
        return decode_header(bytes.fromhex(bytes_of(path).decode("ascii")))
    except (ValueError, DecodeError):
        raise CommandFailed(ExitCode.USAGE, f"{path}: not a header in hex") from None
