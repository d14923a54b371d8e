"""What the demonstration says to the person who watches."""

import statistics
import sys
from pathlib import Path

import click
from rich.console import Console
from rich.table import Table

from ledgerd.cli.demo.story import Told
from ledgerd.rpc.answers import StatsAnswer

PROGRAM = ".venv/bin/ledgerctl"


def say(text: str) -> None:
    """Tell the person who watches."""
    click.echo(text)


def print_table(told: Told, stats: StatsAnswer) -> None:
    """Print what happened and how fast."""
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


def say_how_to_go_on(net: Path, *, keep: bool) -> None:
    """Name commands that look further."""
    say("still running. Look further:" if keep else "stopped. Look further:")
    commands = [
        f"--home {net}/insurer bill list --limit 5",
        f"--home {net}/finance events list --limit 10",
        f"--home {net}/medicare verify chain",
        f"testnet stop {net}",
    ]
    for command in commands if keep else [f"testnet start {net}", *commands]:
        say(f"  {PROGRAM} {command}")
