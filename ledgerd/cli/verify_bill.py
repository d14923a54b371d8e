"""``verify bill``: a bill's present state by any node, or a file that shows it in part, by nobody.

Rules: a file needs the genesis file and neither node nor home.
"""

from pathlib import Path

import click

from ledgerd.chain.trust import Freshness
from ledgerd.cli.arguments import BillType, Given
from ledgerd.cli.bill_proof import prove_bill
from ledgerd.cli.exits import CommandFailed, ExitCode
from ledgerd.cli.proved import Proved, proved_state
from ledgerd.cli.session import Session
from ledgerd.cli.sharing import proved_share
from ledgerd.cli.trusting import GENESIS, bytes_of, checked, trusted_genesis
from ledgerd.clock import SystemClock
from ledgerd.ledger.shared_bill import verify_share
from ledgerd.primitives.identifiers import BillKey, is_bill_key
from ledgerd.rpc.requests import BillRef


class BillOrFile(click.ParamType[BillRef | Path]):
    """A bill as ``CODE-NUMBER``, else a file."""

    name = "code-number or file"

    def convert(
        self, value: object, param: click.Parameter | None, ctx: click.Context | None
    ) -> BillRef | Path:
        code, _, number = str(value).partition("-")
        if is_bill_key(BillKey(code, number)):
            return BillType().convert(value, param, ctx)
        return Path(str(value))


@click.command()
@click.argument("bill", type=BillOrFile())
@GENESIS
@click.option("--max-age", type=click.IntRange(min=0), help="Seconds; an older file is stale.")
@click.pass_obj
def bill(
    session: Session, /, bill: BillRef | Path, genesis: Path | None, max_age: int | None
) -> None:
    """Check BILL's present state, or a file of 'bill share', against the genesis file.

    A file says how the bill stood at its height; --max-age refuses an old one.
    """
    trusted = trusted_genesis(session, genesis)
    if isinstance(bill, Path):
        data = bytes_of(bill)
        with checked(bill, "a file of 'bill share'"):
            proved = verify_share(data, trusted, _freshness(max_age))
        session.show(proved_share(proved))
        return
    session.show(_there(proved_state(prove_bill(session, trusted, bill))))


def _freshness(max_age: Given) -> Freshness:
    age_ms = None if max_age is None else max_age * 1_000
    return Freshness(now_ms=SystemClock().wall_ms(), age_ms_max=age_ms)


def _there(proved: Proved) -> Proved:
    if not proved.is_there:
        raise CommandFailed(ExitCode.NOT_FOUND, f"{proved.subject} is proved not to exist")
    return proved
