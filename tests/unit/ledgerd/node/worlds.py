"""A chain in memory that grows by sealed blocks, and a transport that only writes down.

Rules: real stores, real executor, real signatures; no disk, no socket, no time.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace

import trio

from consensus import Digest, ReplicaId, SequenceNumber, StableCertificate
from consensus.codec import encode_seal
from consensus.signing import checkpoint_payload
from ledgerd.chain.block import Block, Header, decode_header, header_hash
from ledgerd.chain.genesis import genesis_header
from ledgerd.chain.transaction import ReadTransaction
from ledgerd.ledger.genesis_state import genesis_state
from ledgerd.network.frames import FrameKind
from ledgerd.node.applying import SealedBlock
from ledgerd.node.executor import BlockContents, ExecutedBlock, Executor
from ledgerd.node.sync_messages import SyncMessage, decode_sync
from ledgerd.primitives.canonical import encode
from ledgerd.primitives.state_tree import StateTree
from ledgerd.storage.block_store import BlockStore, BlockWrite, SealRow
from ledgerd.storage.indexes import Indexes
from ledgerd.storage.kv import KeyValueStore
from ledgerd.storage.memory import MemoryStore
from ledgerd.storage.sidecar_store import SidecarStore
from ledgerd.storage.state_store import StateStore, StateWrite
from tests.unit.ledgerd.node.samples import (
    CHAIN_ID,
    VALIDATOR_SIGNERS,
    batch,
    checked,
    genesis,
)


@dataclass
class Chain:
    """Stores of one node in memory, with the executor on them.

    Attributes:
        late_ms: how much later than usual the next blocks are.
    """

    database: KeyValueStore
    blocks: BlockStore
    state: StateStore
    indexes: Indexes
    sidecars: SidecarStore
    executor: Executor
    sealed: list[SealedBlock] = field(default_factory=list)
    late_ms: int = 0

    def reopened(self) -> BlockStore:
        """Read what is stored as a start does."""
        return BlockStore(self.database, self.state, self.indexes)

    @property
    def header(self) -> Header:
        assert self.blocks.tip is not None
        stored = self.blocks.header(self.blocks.tip.height)
        assert stored is not None
        return decode_header(stored)

    async def grow(
        self, *reads: ReadTransaction, is_sealed: bool = True, sidecars: Sequence[bytes] = ()
    ) -> ExecutedBlock:
        """Execute and store one block with these transactions."""
        executed = await self.execute(*reads, sidecars=sidecars)
        seal = seal_of(executed.header) if is_sealed else None
        rows = () if seal is None else (SealRow(executed.header.height, encode_seal(seal)),)
        if sidecars:
            self.sidecars.put(tuple(sidecars))
        self.blocks.commit(executed.write)
        for row in rows:
            self.blocks.put_seal(row)
        self.executor.on_written(executed)
        self.sealed.append(
            SealedBlock(executed.header, executed.header_hash, executed.contents, seal)
        )
        return executed

    async def execute(
        self, *reads: ReadTransaction, sidecars: Sequence[bytes] = ()
    ) -> ExecutedBlock:
        height = self.header.height + 1
        bundles = [checked(*reads, sequence=height, sidecars=tuple(sidecars))] if reads else []
        ordered = batch(
            *(bundle.digest for bundle in bundles),
            sequence=height,
            parent=self.header.batch_digest,
        )
        contents = BlockContents(
            batch=replace(ordered, timestamp_ms=ordered.timestamp_ms + self.late_ms),
            bundles=tuple(bundle.bundle for bundle in bundles),
            transactions=tuple(reads),
        )
        return await self.executor.execute(self.header, contents)


def chain() -> Chain:
    """A chain that holds genesis only."""
    database = MemoryStore()
    state, indexes = StateStore(database), Indexes(database)
    blocks = BlockStore(database, state, indexes)
    values = genesis_state(genesis())
    update = StateTree(state).update(values, 0)
    header = genesis_header(genesis(), update.root)
    blocks.commit(
        BlockWrite(
            height=0,
            header_hash=header_hash(header),
            header=encode(header),
            block=encode(Block(header=header, batch=b"\x00", bundles=())),
            state=StateWrite(update.root, update.new_nodes, tuple(update.superseded), values),
        )
    )
    sidecars, executor = SidecarStore(MemoryStore()), Executor(blocks, state)
    return Chain(database, blocks, state, indexes, sidecars, executor)


def seal_of(header: Header, signers: Sequence[int] = (0, 1, 2)) -> StableCertificate:
    """Seal a header by some of the validators."""
    named = Digest(header_hash(header))
    sequence = SequenceNumber(header.height)
    payload = checkpoint_payload(Digest(CHAIN_ID), 0, sequence, named)
    signatures = tuple((ReplicaId(i), VALIDATOR_SIGNERS[i].sign(payload)) for i in signers)
    return StableCertificate(0, sequence, named, signatures)


@dataclass
class Offer:
    """What somebody wanted to be sent."""

    kind: FrameKind
    body: bytes
    to: str | None

    @property
    def sync(self) -> SyncMessage:
        assert self.kind is FrameKind.SYNC
        return decode_sync(self.body)


class PaperTransport:
    """Takes every frame and keeps it; ``offered`` rings when there is a new one."""

    def __init__(self) -> None:
        self.offers: list[Offer] = []
        self.on_offer: list[object] = []
        self.offered = trio.Event()

    def offer(self, kind: FrameKind, body: bytes, to: str | None) -> None:
        offer = Offer(kind, body, to)
        self.offers.append(offer)
        self.offered.set()
        self.offered = trio.Event()
        for listener in self.on_offer:
            listener(offer)

    def link_states(self) -> tuple[object, ...]:
        return ()
