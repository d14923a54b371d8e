"""Builds the outer parts of a node on top of its core.

Rules: functions only, one per part; what a part needs is its argument.
"""

import trio

from consensus.codec import decode_batch, decode_seal
from ledgerd.chain.block import decode_block
from ledgerd.clock import Clock
from ledgerd.config import Config
from ledgerd.network.transport import Transport
from ledgerd.node.belonging import Belonging
from ledgerd.node.bundling import BundleMaking, Bundler
from ledgerd.node.catch_up import CatchUp, CatchUpPorts
from ledgerd.node.core import Core
from ledgerd.node.erasing import Eraser, ErasurePorts
from ledgerd.node.evidence import EvidenceBook
from ledgerd.node.exchange import Exchange, Peers
from ledgerd.node.fetching import BundleFetcher
from ledgerd.node.inputs import BlockAdopted, Input
from ledgerd.node.letting_go import LetGoPorts, LettingGo, bill_named
from ledgerd.node.package_queue import PackageQueue
from ledgerd.node.requests import Requests
from ledgerd.node.sealed_gate import SealedGate
from ledgerd.node.serving import Server, Shelves
from ledgerd.node.sidecar_comparing import SidecarComparison
from ledgerd.node.sidecar_exchange import SidecarExchange, SidecarPorts
from ledgerd.node.starting import OpenedHome
from ledgerd.storage.disk import RealDirectory
from ledgerd.storage.evidence_store import EvidenceStore


def build_sidecars(
    home: OpenedHome,
    transport: Transport,
    peers: Peers,
    stores: trio.CapacityLimiter,
    gate: SealedGate,
) -> SidecarExchange:
    """Build the exchange of sidecars, with the open questions to peers."""
    belonging = belonging_of(home)
    ports = SidecarPorts(
        store=home.sidecars,
        requests=Requests(transport),
        peers_up=peers.up,
        writer=stores,
        next_page=SidecarComparison(home.chain.blocks, home.sidecars).next_page,
        gate=gate,
        is_ours=lambda bill, sidecar: belonging.is_ours(bill_named(bill), sidecar),
    )
    return SidecarExchange(ports)


def belonging_of(home: OpenedHome) -> Belonging:
    """Say which bills concern the house of this home."""
    return Belonging(
        institution=home.keys.institution_id,
        members=tuple(member.institution_id for member in home.epoch.record.members),
        state=home.chain.state,
        scan=lambda span, limit: home.chain.state.scan(span, limit=limit),
    )


def build_letting_go(home: OpenedHome, core: Core, sidecars: SidecarExchange) -> LettingGo:
    """Build what lets go of sealed bytes when nobody of this house reads or keeps them."""
    ports = LetGoPorts(
        blocks=home.chain.blocks,
        sidecars=home.sidecars,
        belonging=belonging_of(home),
        note_missing=sidecars.note_missing,
        writer=core.stores,
    )
    letting_go = LettingGo(ports)
    core.witnesses.listen(letting_go.on_block)
    return letting_go


def build_exchange(
    home: OpenedHome,
    core: Core,
    transport: Transport,
    peers: Peers,
    sidecars: SidecarExchange,
) -> Exchange:
    """Build what talks of blocks, bundles and sidecars."""
    catch_up = CatchUp(
        CatchUpPorts(
            epoch=home.epoch,
            applier=core.applier,
            witnesses=core.witnesses,
            requests=sidecars.requests,
            peers_up=peers.up,
            note_fault=peers.note_fault,
        )
    )
    shelves = Shelves(home.chain.blocks, home.sidecars, core.book, sidecars.gate)
    return Exchange(
        transport=transport,
        core=core,
        peers=peers,
        catch_up=catch_up,
        fetcher=BundleFetcher(
            core.book, transport, core.members, peers.up, PackageQueue(core.members)
        ),
        server=Server(shelves, transport),
        sidecars=sidecars,
        letting_go=build_letting_go(home, core, sidecars),
        evidence=open_evidence(home),
    )


def build_eraser(
    home: OpenedHome, core: Core, catch_up: CatchUp, sidecars: SidecarExchange
) -> Eraser:
    """Build what erases; the gate before sealed bytes opens when all erasures are known here."""
    ports = ErasurePorts(
        institution=home.keys.institution_id,
        state=home.chain.state,
        scan=core.reads.scan_state,
        sidecars=home.sidecars,
        logs=home.logs.durable,
        keeper=core.keeper,
        witnesses=core.witnesses,
    )
    eraser = Eraser(ports)
    own = 0 if home.self_id is None else 1

    def knows_all() -> bool:
        heard = sum(1 for name in catch_up.heights() if name in core.members)
        is_heard = heard + own >= home.epoch.membership.quorum
        return is_heard and core.applier.height >= catch_up.believed_height and eraser.is_idle

    sidecars.gate.watch(knows_all)
    return eraser


def open_evidence(home: OpenedHome) -> EvidenceBook:
    """Open the book of evidence of a home; an observer has one as well."""
    store = EvidenceStore(RealDirectory.make(home.paths.evidence))
    return EvidenceBook(store, home.genesis, home.keys.institution_id)


def build_bundler(
    home: OpenedHome, core: Core, transport: Transport, clock: Clock, config: Config
) -> Bundler:
    """Build the maker of bundles; one of an observer never gets anything to bundle."""
    limits = home.epoch.record.limits
    making = BundleMaking(
        membership=home.epoch.membership,
        validator=home.self_id or 0,
        signer=home.keys.consensus,
        package_bytes_max=limits.package_bytes_max,
        bundle_bytes_max=limits.bundle_bytes_max,
        transaction_bytes_max=limits.transaction_bytes_max,
        interval_ms=config.pool.bundle_interval_ms,
        tempo=core.witnesses.tempo,
        per_s=core.witnesses.transactions_per_s,
    )
    return Bundler(core.pool, core.book, transport, clock, making)


def newest_adoption(home: OpenedHome, executed: int) -> tuple[Input, ...]:
    """Tell a replica whose log is behind the store of the newest sealed block in it.

    After a crash in the middle of catching up the store is ahead of the vote log; what was decided
    in consensus comes again by itself.
    """
    blocks = home.chain.blocks
    tip = blocks.tip
    assert tip is not None
    height = min(tip.height, blocks.sealed_height or 0)
    block, seal = blocks.block(height), blocks.seal(height)
    if height <= executed or block is None or seal is None:
        return ()
    return (BlockAdopted(decode_batch(decode_block(block).batch), decode_seal(seal)),)
