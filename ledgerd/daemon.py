"""``ledgerd``: builds everything from the configuration and runs it until it is told to stop.

Rules: composition only, no decisions of its own. Exit codes: 0 stopped, 70 the disk failed or this
node contradicts itself, 78 wrong configuration or keys. SIGTERM and SIGINT take nothing new in,
give what was taken some seconds, and end within ten.
"""

import os
import secrets
import signal
import sys
from collections.abc import AsyncIterator
from pathlib import Path

import click
import structlog
import trio
from prometheus_client import CollectorRegistry

from consensus import ConsensusError
from ledgerd.clock import SystemClock
from ledgerd.config import Config, HomePaths, load_config, split_address
from ledgerd.errors import ConfigError, LedgerdError, StorageError
from ledgerd.keys.folder import restrict_umask
from ledgerd.keys.self_test import verify_ed25519
from ledgerd.node.applying import NodeHalted
from ledgerd.node.audit import AuditLog
from ledgerd.node.config_memory import compare_with_last_start
from ledgerd.node.engine import Engine
from ledgerd.node.failures import ADVICE, Cause, book_of, cause_of, leaves_of
from ledgerd.node.garbage import Sweeper, is_quiet
from ledgerd.node.log_lines import set_up_log
from ledgerd.node.metrics import NodeCollector, PauseCollector
from ledgerd.node.networking import TransportBuilder, build_transport
from ledgerd.node.node import Node
from ledgerd.node.notifying import Supervisor
from ledgerd.node.starting import OpenedHome, open_home
from ledgerd.node.status import reasons_unready
from ledgerd.node.work_metrics import WorkCollector
from ledgerd.offices.assembly import build_offices
from ledgerd.offices.drawer import Drawer
from ledgerd.offices.house import House
from ledgerd.offices.payer import Policy
from ledgerd.primitives.tally import TALLY
from ledgerd.rpc.access import Gate, credential_of, write_cookie
from ledgerd.rpc.auditing import CallWitness
from ledgerd.rpc.limits import Limits
from ledgerd.rpc.methods import registry_of
from ledgerd.rpc.ports import Offices
from ledgerd.rpc.probes import Probes
from ledgerd.rpc.server import RpcServer, Settings
from ledgerd.rpc.turns import Doors
from ledgerd.storage.kv import StoreLocked

EXIT_STOPPED, EXIT_SOFTWARE, EXIT_CONFIG = 0, 70, 78
STOP_S = 9.0  # for everything after the signal; a supervisor kills after ten

log = structlog.get_logger()


@click.group(context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(package_name="ledgerd", prog_name="ledgerd")
def main() -> None:
    """The node of a ledger for medical bills."""


@main.command()
@click.option("--home", type=click.Path(path_type=Path), required=True, help="Folder of the node.")
def run(home: Path) -> None:
    """Run in the foreground until SIGTERM."""
    restrict_umask()
    sys.exit(run_home(home.resolve()))


def run_home(home: Path, build: TransportBuilder = build_transport) -> int:
    """Run a node on links made by ``build``; give the exit code."""
    try:
        config = load_config(home, os.environ)
        set_up_log(config.log.level, sys.stderr)
        if not __debug__:
            raise ConfigError("python -O is not supported: asserts are part of the product")
        trio.run(_serve, HomePaths(home), config, build)
    except BaseExceptionGroup as group:
        return _end(home, group)
    except (LedgerdError, ConsensusError) as error:
        return _end(home, ExceptionGroup("", [error]))
    return EXIT_STOPPED


def _end(home: Path, group: BaseExceptionGroup[BaseException]) -> int:
    """Say why the node ended; remember it, but never let a full disk cost the chain."""
    code = _report(group)
    cause = cause_of(group)
    if code == EXIT_SOFTWARE and cause is not Cause.WRITING:
        book_of(home).note(SystemClock().wall_ms(), cause)
    return code


def _report(group: BaseExceptionGroup[BaseException]) -> int:
    """Say why the node ended and choose the exit code; what is no error of ours goes on."""
    wrong = (ConfigError, StoreLocked)
    broken = (StorageError, NodeHalted, ConsensusError, LedgerdError, AssertionError)
    configuration, rest = group.split(wrong)
    stopping, others = rest.split(broken) if rest is not None else (None, None)
    if others is not None:
        log.error("ended by an unexpected error", exc_info=others, advice=ADVICE[Cause.BUG])
        return EXIT_SOFTWARE
    for error in leaves_of(stopping) if stopping is not None else ():
        advice = ADVICE[cause_of(error)]
        kind = type(error).__name__
        log.error("stopped", kind=kind, reason=str(error), exc_info=error, advice=advice)
    for error in leaves_of(configuration) if configuration is not None else ():
        log.error("wrong configuration", reason=str(error))
    return EXIT_SOFTWARE if stopping is not None else EXIT_CONFIG


async def _serve(paths: HomePaths, config: Config, build: TransportBuilder) -> None:
    verify_ed25519()
    home = await trio.to_thread.run_sync(
        open_home, paths, config.institution, config.storage.cache_bytes, SystemClock().wall_ms()
    )
    try:
        compare_with_last_start(paths, config)
        with trio.open_signal_receiver(signal.SIGTERM, signal.SIGINT) as signals:
            await _run_opened(home, config, build, signals)
    finally:
        with trio.CancelScope(shield=True):
            await trio.to_thread.run_sync(home.close)
    log.info("stopped")


async def _run_opened(
    home: OpenedHome, config: Config, build: TransportBuilder, signals: AsyncIterator[int]
) -> None:
    clock = SystemClock()
    engine = Engine(home, config, clock, build(home, config))
    node = Node(engine)
    audit = AuditLog(home.paths.audit_log, clock)
    house = House(
        node=node,
        keys=home.keys,
        drawer=Drawer(home.offices),
        clock=clock,
        entropy=secrets.token_bytes,
        chain_id=home.epoch.membership.chain,
        audit=audit,
    )
    policy = Policy(config.offices.decides_claims, config.offices.share_permille)
    floor = build_offices(house, policy) if config.offices.enabled else None
    registry = registry_of(node, floor.offices if floor else Offices(), CallWitness(audit).on_calls)
    sweeper = Sweeper(lambda: is_quiet(node.status()))
    server = RpcServer(registry, _rpc_settings(home, config, node, sweeper))
    supervisor = Supervisor(os.environ)
    listeners = await _listen(config)
    async with trio.open_nursery() as nursery:
        await nursery.start(engine.run, listeners)
        addresses = await nursery.start(server.serve)
        log.info("ready", institution=node.institution, height=engine.height, rpc=addresses)
        supervisor.ready()
        nursery.start_soon(supervisor.run, node.status)
        nursery.start_soon(sweeper.run)
        if floor:
            nursery.start_soon(floor.run)
        number = await anext(signals)
        log.info("signal received", signal=signal.Signals(number).name)
        supervisor.stopping()
        log.info("stopping")
        with trio.move_on_after(STOP_S):
            await engine.drain()
        nursery.cancel_scope.cancel()
    audit.close()


async def _listen(config: Config) -> list[trio.SocketListener]:
    listeners: list[trio.SocketListener] = []
    for text in config.network.listen:
        host, port = split_address(text, "network.listen")
        try:
            listeners += await trio.open_tcp_listeners(port, host=host)
        except OSError as error:
            raise ConfigError(f"network.listen: {text}: {error.strerror}") from error
    return listeners


def _rpc_settings(home: OpenedHome, config: Config, node: Node, sweeper: Sweeper) -> Settings:
    registry = CollectorRegistry()
    registry.register(NodeCollector(node))
    registry.register(PauseCollector(sweeper.pauses))
    registry.register(WorkCollector(TALLY))
    limits = Limits(
        body_bytes_max=config.rpc.body_bytes_max, connections_max=config.rpc.connections_max
    )
    return Settings(
        listen=config.rpc.listen,
        socket_path=home.paths.home / config.rpc.socket if config.rpc.socket else None,
        gate=Gate((credential_of("cookie", write_cookie(home.paths.home)),)),
        probes=Probes(why_not_ready=lambda: reasons_unready(node.status()), metrics=registry),
        limits=limits,
        doors=Doors(node.client_pause_s),
    )


if __name__ == "__main__":
    main()
