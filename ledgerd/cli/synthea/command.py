"""``ledgerctl import synthea DIR``."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import click
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

from ledgerd.cli.exits import CommandFailed, ExitCode
from ledgerd.cli.output import note
from ledgerd.cli.session import Session
from ledgerd.cli.synthea.bills import bills_of, totals_of
from ledgerd.cli.synthea.categories import read_category_table
from ledgerd.cli.synthea.importer import ImportPlan, Progress as Told, run_import
from ledgerd.cli.synthea.journal import Journal
from ledgerd.cli.synthea.rows import read_data_set
from ledgerd.cli.synthea.summary import is_whole

TABLE = Path(__file__).resolve().parents[3] / "configs" / "synthea_categories.toml"
JOURNAL_FILE = "import-synthea.journal"


@click.group("import")
def import_group() -> None:
    """Bring bills in from other systems' files."""


@import_group.command("synthea")
@click.argument("folder", type=click.Path(exists=True, file_okay=False, path_type=Path))
@click.option(
    "--table", type=click.Path(path_type=Path), default=TABLE,
    help="Charge categories by code (TOML).", show_default="configs/synthea_categories.toml",
)  # fmt: skip
@click.option(
    "--journal", "journal_path", type=click.Path(path_type=Path), default=None,
    help="Where acknowledgements are kept.", show_default=f"{JOURNAL_FILE} beside the homes",
)  # fmt: skip
@click.option("--code", default="99060126", show_default=True, help="Bill code, 8 digits.")
@click.option("--jobs", type=click.IntRange(1, 32), default=4, show_default=True)
@click.option("--patience-s", type=click.IntRange(1, 3_600), default=180, show_default=True)
@click.pass_obj
def synthea(
    session: Session, /, folder: Path, table: Path, journal_path: Path | None, **given: object
) -> None:
    """Import a Synthea data set from any home of a testnet; repeat to go on after an interruption.

    Each claim with a charge becomes a bill of its hospital. Public payers settle, commercial
    insurers get a claim that is granted, decided and paid. The summary is read back from the chain
    through another node than the one that issued; amounts are in fen, the data set's cents.
    """
    data = read_data_set(folder)
    bills = bills_of(data, read_category_table(table))
    plan = ImportPlan(data=data, bills=bills, **given)  # type: ignore[arg-type]
    derived = totals_of(bills)
    journal = Journal(journal_path or session.home.path.resolve().parent / JOURNAL_FILE)
    try:
        with _shown(len(bills)) as progress:
            report = run_import(session, plan, journal, progress)
    finally:
        journal.close()
    session.show(report.summary)
    note(
        f"another node was asked {report.counts.failovers} times because one did not answer; "
        f"{report.counts.unknowns} outcomes were unknown at first and were asked for again"
    )
    if not is_whole(report.summary, derived):
        raise CommandFailed(
            ExitCode.VERIFICATION_FAILED,
            f"the chain does not hold what the data set says: expected {derived.bill_count} bills, "
            f"charged {derived.charged_fen}, settled {derived.settled_fen}, "
            f"claimed and paid {derived.claimed_fen}",
        )


@contextmanager
def _shown(count: int) -> Iterator[Told]:
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn())
    bar = Progress(*columns, TimeElapsedColumn(), console=Console(stderr=True))
    with bar:
        task = bar.add_task("bills", total=count)
        yield Told(
            stage=lambda text: bar.update(task, description=text),
            advance=lambda: bar.update(task, description="bills", advance=1),
        )
