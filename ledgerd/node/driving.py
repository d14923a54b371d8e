"""Builds the two tasks around the replica: the driver, and the intake that feeds it.

Rules: as in assembly.py; this half knows consensus.
"""

from consensus import Membership, Ports, Replica, ReplicaConfig, ReplicaId, Timing
from ledgerd.clock import Clock
from ledgerd.config import Config, ConsensusConfig
from ledgerd.node.checking import CheckRules
from ledgerd.node.core import Core
from ledgerd.node.driver import Driver, Pacing
from ledgerd.node.exchange import Exchange
from ledgerd.node.intake import Intake, IntakePorts
from ledgerd.node.performing import Outlets, StepPerformer
from ledgerd.node.starting import OpenedHome
from ledgerd.primitives.signatures import Ed25519Verifier

STATUS_MS_PER_REPLICA = 16  # at 0.35 ms of CPU each: a fiftieth of a core for all of them
STATUS_PART = 4  # of a timeout: two tellings may be lost within the half that the protocol allows


def build_driver(
    home: OpenedHome, core: Core, exchange: Exchange, clock: Clock, config: Config
) -> Driver:
    """Restore the replica from its log, and build the task that drives it.

    Raises:
        RestoreError: the records of the log contradict each other.
    """
    timing = timing_of(config.consensus, home.epoch.membership)
    replica_config = ReplicaConfig(
        self_id=None if home.self_id is None else ReplicaId(home.self_id),
        membership=home.epoch.membership,
        timing=timing,
        log_is_damaged=home.is_log_damaged,
    )
    ports = Ports(signer=home.keys.consensus, verifier=Ed25519Verifier())
    replica = Replica(replica_config, ports, home.records)
    outlets = Outlets(
        logs=home.logs,
        book=core.book,
        transport=exchange.transport,
        members=core.members,
        applier=core.applier,
        catch_up=exchange.catch_up,
        note_fault=exchange.peers.note_fault,
        give_up_voting=home.logs.give_up_voting,
        keep_evidence=exchange.evidence.keep,
    )
    pacing = Pacing(
        batch_interval_ms=config.consensus.batch_interval_ms,
        limits=home.epoch.record.limits,
        tempo=core.witnesses.tempo,
    )
    return Driver(replica, core.desk, StepPerformer(outlets), clock, pacing)


def timing_of(config: ConsensusConfig, membership: Membership) -> Timing:
    """Give the local periods: what is owed is told to all well before anybody complains.

    In a large network each Status costs all others time, and there are many: they come more
    seldom, so that reading them stays a small part of each node's work.
    """
    status_ms = max(config.status_ms, STATUS_MS_PER_REPLICA * membership.replica_count)
    most_ms = max(1, membership.limits.request_timeout_ms // STATUS_PART)
    return Timing(
        status_ms=min(status_ms, most_ms),
        wait_for_peers_ms=config.wait_for_peers_ms,
        disconnected_ms=config.disconnected_ms,
        slow_floor_ms=config.slow_floor_ms,
        probe_ms=config.probe_ms,
    )


def build_intake(home: OpenedHome, core: Core, exchange: Exchange) -> Intake:
    """Build the task that reads what peers send."""
    return Intake(
        IntakePorts(
            membership=home.epoch.membership,
            members={name: index for index, name in enumerate(core.members)},
            rules=CheckRules(epoch=home.epoch, is_over=core.book.is_over),
            book=core.book,
            packages=exchange.fetcher.packages,
            driver=core.inbox,
            on_sync=exchange.on_sync,
            on_link=exchange.on_link,
            note_fault=exchange.peers.note_fault,
            on_bundles=core.applier.stir,
            on_height=exchange.peers.note_height,
        )
    )
