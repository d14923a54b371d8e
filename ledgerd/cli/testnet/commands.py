"""``testnet``: make, start, stop and look at a network on one machine."""

from pathlib import Path

import click
import msgspec

from ledgerd.cli.exits import CommandFailed, ExitCode
from ledgerd.cli.homes import Home, read_network
from ledgerd.cli.output import note, show_rows
from ledgerd.cli.session import Session
from ledgerd.cli.testnet.founding import TERM
from ledgerd.cli.testnet.layout import NODE_COUNT_MAX, NODE_COUNT_MIN, places
from ledgerd.cli.testnet.making import make_network
from ledgerd.cli.testnet.processes import NodeNotStarted, NodeProcess, start_all, stop_all
from ledgerd.clock import SystemClock
from ledgerd.errors import LedgerdError
from ledgerd.rpc.catalogue import CHAIN_STATUS
from ledgerd.rpc.fields import NoParams

START_S = 60
NET = click.argument("net", type=click.Path(file_okay=False, path_type=Path))


class NodeView(msgspec.Struct, frozen=True):
    """One node of a network."""

    name: str
    institution: str
    kind: str
    pid: int | None
    ready: str
    height: int | None
    rpc: str


@click.group()
def testnet() -> None:
    """Networks on one machine: real processes, one home per node."""


@testnet.command()
@NET
@click.option(
    "--nodes", type=click.IntRange(NODE_COUNT_MIN, NODE_COUNT_MAX), default=4, show_default=True,
    help="hospital, finance, medicare, insurer; then hospitals and insurers in turn.",
)  # fmt: skip
@click.option(
    "--term", type=click.IntRange(2, 65_536), default=TERM, show_default=True,
    help="Blocks after which the next node proposes.",
)  # fmt: skip
@click.pass_obj
def init(session: Session, /, net: Path, nodes: int, term: int) -> None:
    """Make a network in the new folder NET: keys, genesis and configuration of every node."""
    network = make_network(net, places(nodes), SystemClock().wall_ms(), term)
    note(f"{net}: {len(network.nodes)} nodes, chain {network.chain_id}")
    _show(session, net, is_asking=False)


@testnet.command()
@NET
@click.argument("names", nargs=-1)
@click.option("--timeout", type=click.IntRange(1, 600), default=START_S, show_default=True)
@click.pass_obj
def start(session: Session, /, net: Path, names: tuple[str, ...], timeout: int) -> None:
    """Start the nodes of NET, or those NAMEd, in the background; wait until they are ready."""
    try:
        start_all(_nodes(net, names), float(timeout))
    except NodeNotStarted as error:
        raise CommandFailed(ExitCode.UNHEALTHY, str(error)) from error
    _show(session, net, is_asking=True)


@testnet.command()
@NET
@click.argument("names", nargs=-1)
def stop(net: Path, names: tuple[str, ...]) -> None:
    """Stop the nodes of NET, or those NAMEd; each drains first."""
    killed = stop_all(_nodes(net, names))
    if killed:
        raise CommandFailed(ExitCode.UNHEALTHY, f"had to be killed: {', '.join(killed)}")


@testnet.command()
@NET
@click.pass_obj
def status(session: Session, /, net: Path) -> None:
    """Show the nodes of NET; exit 9 when one is not running and ready."""
    views = _show(session, net, is_asking=True)
    if any(view.ready != "yes" for view in views):
        raise CommandFailed(ExitCode.UNHEALTHY, "a node is not ready")


def _nodes(net: Path, names: tuple[str, ...]) -> list[NodeProcess]:
    known = [node.name for node in read_network(net).nodes]
    unknown = sorted(set(names) - set(known))
    if unknown:
        raise CommandFailed(ExitCode.USAGE, f"no node {unknown[0]}; there are {', '.join(known)}")
    return [NodeProcess(net / name) for name in known if not names or name in names]


def _show(session: Session, net: Path, *, is_asking: bool) -> list[NodeView]:
    views = []
    for node in read_network(net).nodes:
        process = NodeProcess(net / node.name)
        pid = process.pid
        reason = process.readiness() if pid is not None and is_asking else "not running"
        home = Home(net / node.name)
        height = _height(session, home) if not reason else None
        view = NodeView(
            node.name, node.institution, node.kind, pid, reason or "yes", height,
            f"http://{home.config.rpc.listen}",
        )  # fmt: skip
        views.append(view)
    show_rows(views, session.options.output)
    return views


def _height(session: Session, home: Home) -> int | None:
    try:
        return session.client(home.target).call(CHAIN_STATUS, NoParams()).height
    except LedgerdError:
        return None
