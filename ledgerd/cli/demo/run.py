"""Runs the demonstration: make a network, start it, tell the story, check, say how to go on.

Rules: needs no file from outside; leaves nothing running unless asked to; ends with 0 only when
everything held.
"""

import shutil
import sys
import time
from pathlib import Path

import click

from ledgerd.cli.demo.playing import play, play_one_way
from ledgerd.cli.demo.telling import say, say_how_to_go_on
from ledgerd.cli.exits import CommandFailed, ExitCode, failure_of
from ledgerd.cli.homes import NETWORK_FILE
from ledgerd.cli.testnet.layout import places
from ledgerd.cli.testnet.making import make_network
from ledgerd.cli.testnet.processes import NodeProcess, start_all, stop_all
from ledgerd.clock import SystemClock
from ledgerd.errors import LedgerdError

START_S = 90.0


@click.command()
@click.option("--bills", type=click.IntRange(20, 5_000), default=200, show_default=True)
@click.option("--story", is_flag=True, help="One patient's way, each step with block and time.")
@click.option("--keep", is_flag=True, help="Leave the network running.")
@click.option(
    "--net", type=click.Path(file_okay=False, path_type=Path), default=Path("demo-net"),
    show_default=True, help="Folder of the network; one left by an earlier run is replaced.",
)  # fmt: skip
def demo(*, bills: int, story: bool, keep: bool, net: Path) -> None:
    """Let four institutions keep some hundred bills, and check what they hold."""
    started = time.monotonic()
    _clear(net)
    make_network(net, places(4), SystemClock().wall_ms())
    nodes = [NodeProcess(net / place.name) for place in places(4)]
    try:
        say(f"network of four in {net}: hospital, finance, medicare, insurer; starting")
        start_all(nodes, START_S)
        say("four ledgerd processes are ready")
        if story:
            play_one_way(net)
        else:
            play(net, bills)
    finally:
        if not keep:
            stop_all(nodes)
    say_how_to_go_on(net, keep=keep)
    say(f"done in {time.monotonic() - started:.0f} s")


def _clear(net: Path) -> None:
    """Remove what an earlier demonstration left, and nothing else."""
    if not net.exists():
        return
    if not (net / NETWORK_FILE).is_file():
        raise CommandFailed(ExitCode.USAGE, f"{net} exists and is no network of ours")
    stop_all(NodeProcess(home) for home in net.iterdir() if home.is_dir())
    shutil.rmtree(net)


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
