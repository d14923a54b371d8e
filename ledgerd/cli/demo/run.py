"""Runs the demonstration: make a network, start it, tell the story, check, say how to go on.

Rules: needs no file from outside; leaves nothing running unless asked to; ends with 0 only when
everything held.
"""

import shutil
import statistics
import sys
import time
from pathlib import Path

import click
from rich.console import Console
from rich.table import Table

from ledgerd.cli.demo.cast import Cast
from ledgerd.cli.demo.checks import check_everywhere, check_proof_offline
from ledgerd.cli.demo.story import Storyteller, Told
from ledgerd.cli.exits import CommandFailed, ExitCode, failure_of
from ledgerd.cli.homes import NETWORK_FILE
from ledgerd.cli.testnet.layout import places
from ledgerd.cli.testnet.making import make_network
from ledgerd.cli.testnet.processes import NodeProcess, start_all, stop_all
from ledgerd.clock import SystemClock
from ledgerd.errors import LedgerdError
from ledgerd.rpc.answers import StatsAnswer
from ledgerd.rpc.catalogue import CHAIN_STATS
from ledgerd.rpc.fields import NoParams

START_S = 90.0


@click.command()
@click.option("--bills", type=click.IntRange(20, 5_000), default=200, show_default=True)
@click.option("--keep", is_flag=True, help="Leave the network running.")
@click.option(
    "--net", type=click.Path(file_okay=False, path_type=Path), default=Path("demo-net"),
    show_default=True, help="Folder of the network; one left by an earlier run is replaced.",
)  # fmt: skip
def demo(*, bills: int, keep: bool, net: Path) -> None:
    """Let four institutions keep some hundred bills, and check what they hold."""
    started = time.monotonic()
    _clear(net)
    make_network(net, places(4), SystemClock().wall_ms())
    nodes = [NodeProcess(net / place.name) for place in places(4)]
    try:
        say(f"network of four in {net}: hospital, finance, medicare, insurer; starting")
        start_all(nodes, START_S)
        say("four ledgerd processes are ready")
        _play(net, bills)
    finally:
        if not keep:
            stop_all(nodes)
    _say_how_to_go_on(net, keep=keep)
    say(f"done in {time.monotonic() - started:.0f} s")


def _play(net: Path, bills: int) -> None:
    told = Storyteller(net, SystemClock().wall_ms(), say).tell(bills)
    cast = Cast(net)
    try:
        stats = cast.session("insurer").ask(CHAIN_STATS, NoParams())
        chains = check_everywhere(cast)
        height = check_proof_offline(cast, told.sample_bill)
    finally:
        cast.close()
    _print(told, stats)
    say(f"chain executed again from genesis on all four nodes: height {chains[-1].height},")
    say(f"  state root {chains[-1].state_root}")
    say(f"proof of {told.sample_bill} verified offline as of height {height};")
    say("  with one bit changed it does not hold")


def _print(told: Told, stats: StatsAnswer) -> None:
    latencies_ms = sorted(1_000 * seconds for seconds in told.latencies_s)
    table = Table("what", "how much", title="What happened (amounts in fen, read from the insurer)")
    rows = [
        ("bills that stand", stats.bills),
        ("charged", stats.charged_fen),
        ("settled by public funds", stats.settled_fen),
        ("claimed from the insurer", stats.claimed_fen),
        ("paid by the insurer", stats.paid_fen),
        ("bills reversed", 1 if told.reversed_bill else 0),
        *((f"refused: {what}", reason) for what, reason in told.refused),
        ("bills per second, settled and issued", f"{told.bills / told.issue_s:.0f}"),
        ("a bill committed, median", f"{statistics.median(latencies_ms):.0f} ms"),
        ("a bill committed, 99 of 100", f"{latencies_ms[len(latencies_ms) * 99 // 100]:.0f} ms"),
    ]
    for what, how_much in rows:
        table.add_row(what, str(how_much))
    Console(width=None if sys.stdout.isatty() else 100).print(table)


def _say_how_to_go_on(net: Path, *, keep: bool) -> None:
    if not keep:
        say(f"stopped. Look further: ledgerctl testnet start {net}")
    for command in (
        f"ledgerctl --home {net}/insurer bill list --limit 5",
        f"ledgerctl --home {net}/finance events list --limit 10",
        f"ledgerctl --home {net}/medicare verify chain",
        f"ledgerctl testnet stop {net}",
    ):
        say(f"  {command}")


def _clear(net: Path) -> None:
    """Remove what an earlier demonstration left, and nothing else."""
    if not net.exists():
        return
    if not (net / NETWORK_FILE).is_file():
        raise CommandFailed(ExitCode.USAGE, f"{net} exists and is no network of ours")
    stop_all(NodeProcess(home) for home in net.iterdir() if home.is_dir())
    shutil.rmtree(net)


def say(text: str) -> None:
    """Tell the person who watches."""
    click.echo(text)


def main() -> None:
    """Entry point of ``scripts/demo``."""
    try:
        demo(standalone_mode=False)
    except (LedgerdError, CommandFailed) as error:
        failure = error if isinstance(error, CommandFailed) else failure_of(error)
        click.echo(f"demo: {failure.message}", err=True)
        sys.exit(int(failure.code))
    except click.ClickException as usage:
        usage.show()
        sys.exit(int(ExitCode.USAGE))


if __name__ == "__main__":
    main()
