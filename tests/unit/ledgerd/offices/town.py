"""A town on one ledger in memory: four nodes with real offices, keys on disk, no consensus.

``Ledger`` executes what is submitted by the real rules, one block a transaction, and keeps the real
event and index rows. ``is_open = False`` keeps transactions waiting, as without a quorum.
"""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

import trio

from ledgerd.chain.block import Header
from ledgerd.chain.genesis import (
    EncryptionKey,
    Genesis,
    Institution,
    OperatorKey,
    Validator,
)
from ledgerd.chain.membership import Limits
from ledgerd.chain.params import HOUR_MS, example_params
from ledgerd.chain.transaction import ReadTransaction, decode_transaction, verify_authorisation
from ledgerd.keys.keyring import KeyRing
from ledgerd.keys.roles import OperatorRole
from ledgerd.ledger.acting import BlockContext
from ledgerd.ledger.apply import execute_transaction
from ledgerd.ledger.decoding import operations_of
from ledgerd.ledger.genesis_state import genesis_state
from ledgerd.ledger.overlay import Overlay
from ledgerd.ledger.receipts import Receipt
from ledgerd.ledger.sidecars import sidecars_of
from ledgerd.node.index_rows import index_rows_of
from ledgerd.node.node import OutcomeUnknown
from ledgerd.node.refusals import RefusalCode, SubmitRefused
from ledgerd.node.stored_events import author_name
from ledgerd.node.views import ChainEvent, Cursor, Head, OutcomeState, TxOutcome
from ledgerd.offices.assembly import OfficeFloor, build_offices
from ledgerd.offices.drawer import Drawer
from ledgerd.offices.house import House
from ledgerd.offices.payer import Policy
from ledgerd.primitives.sealing import sidecar_hash
from ledgerd.storage.indexes import Indexes, Listing, Page
from ledgerd.storage.kv import Span, WriteBatch
from ledgerd.storage.memory import MemoryStore
from ledgerd.storage.sealed_store import SealedStore
from tests.unit.ledgerd.ledger.world import (
    FINANCE,
    HOSPITAL,
    HOSPITAL_2,
    INSURER,
    INSURER_2,
    MEDICARE,
)

CHAIN_ID = b"town".ljust(32, b"\0")
START_MS = 1_790_000_000_000
KINDS = {
    FINANCE: "finance",
    MEDICARE: "medicare",
    HOSPITAL: "hospital",
    HOSPITAL_2: "hospital",
    INSURER: "insurer",
    INSURER_2: "insurer",
}
BY_HAND = Policy()
HOSTS = {HOSPITAL_2: HOSPITAL, INSURER_2: INSURER}


class Clock:
    """A clock that stands still until it is moved."""

    def __init__(self) -> None:
        self.now_ms = START_MS

    def wall_ms(self) -> int:
        return self.now_ms

    def monotonic_ms(self) -> int:
        return self.now_ms


@dataclass
class Audit:
    """Openings, in order."""

    openings: list[tuple[str, str, str]] = field(default_factory=list)

    def record_opening(self, reader: str, bill: str, purpose: str) -> None:
        self.openings.append((reader, bill, purpose))

    @property
    def line_count(self) -> int:
        return len(self.openings)

    @property
    def head(self) -> bytes:
        return hashlib.sha256(repr(self.openings).encode()).digest()


class Ledger:
    """One chain that every node of the town sees at once; also its ``ReadsPort``."""

    def __init__(self, genesis: Genesis) -> None:
        self.values = genesis_state(genesis)
        self.clock = Clock()
        self.height = 0
        self.is_open = True
        self.outcomes: dict[bytes, TxOutcome] = {}
        self.waiting: list[ReadTransaction] = []
        self.sidecars: dict[bytes, bytes] = {}
        self.events: list[ChainEvent] = []
        self.submitted: list[bytes] = []
        self.store = MemoryStore()
        self.indexes = Indexes(self.store)
        self.grown = trio.Event()

    def get(self, key: bytes) -> bytes | None:
        return self.values.get(key)

    def head(self) -> Head:
        return Head(self.height, bytes(32), bytes(32), self.clock.now_ms, self.height)

    def state(self) -> "Ledger":
        return self

    def scan_state(self, span: Span, limit: int) -> Sequence[tuple[bytes, bytes]]:
        return [(k, self.values[k]) for k in sorted(self.values) if k in span][:limit]

    def page(self, listing: Listing) -> Page:
        return self.indexes.page(listing)

    def events_after(self, cursor: Cursor, limit: int) -> tuple[ChainEvent, ...]:
        return tuple(event for event in self.events if event.cursor > cursor)[:limit]

    def submit(self, data: bytes, sidecars: Sequence[bytes]) -> bytes:
        read = decode_transaction(data)
        verify_authorisation(read)
        self.submitted.append(data)
        if read.transaction_id in self.outcomes:
            return read.transaction_id
        named = {name.sidecar_hash for name in sidecars_of(operations_of(read))}
        given = {sidecar_hash(sidecar): sidecar for sidecar in sidecars}
        assert named == set(given)
        receipts = self._receipts(read, Overlay(self))
        if not any(receipt.is_in_force for receipt in receipts):
            raise SubmitRefused(RefusalCode.REJECTED, "the rules refuse it", receipts)
        self.sidecars |= given
        self.outcomes[read.transaction_id] = TxOutcome(read.transaction_id, OutcomeState.PENDING)
        self.waiting.append(read)
        self.commit()
        return read.transaction_id

    def commit(self) -> None:
        """Put what waits into blocks, unless the ledger stands still."""
        while self.is_open and self.waiting:
            self._block(self.waiting.pop(0))

    def _receipts(self, read: ReadTransaction, overlay: Overlay) -> tuple[Receipt, ...]:
        context = BlockContext(self.height + 1, self.clock.now_ms, CHAIN_ID, 1)
        return execute_transaction(read, 0, overlay, context)

    def _block(self, read: ReadTransaction) -> None:
        overlay = Overlay(self)
        receipts = self._receipts(read, overlay)
        self.values.update(overlay.changes())
        self.height += 1
        self.clock.now_ms += 10
        header = _header(self.height, self.clock.now_ms)
        batch = WriteBatch()
        self.indexes.stage(batch, index_rows_of(header, (read,), (receipts,)))
        self.store.write(batch)
        for receipt in receipts:
            if receipt.events:
                self.events.append(self._event(read, receipt))
        self.outcomes[read.transaction_id] = TxOutcome(
            read.transaction_id, OutcomeState.COMMITTED, self.height, 0, 0, receipts
        )
        self.grown.set()
        self.grown = trio.Event()

    def _event(self, read: ReadTransaction, receipt: Receipt) -> ChainEvent:
        return ChainEvent(
            cursor=Cursor(self.height, 0, receipt.operation),
            time_ms=self.clock.now_ms,
            tx_id=read.transaction_id,
            author=author_name(read),
            object_key=receipt.object_key,
            events=receipt.events,
        )


def _header(height: int, time_ms: int) -> Header:
    zero = bytes(32)
    return Header(
        protocol_version=1,
        chain_id=CHAIN_ID,
        height=height,
        epoch=0,
        previous_hash=zero,
        batch_digest=zero,
        timestamp_ms=time_ms,
        transaction_root=zero,
        receipt_root=zero,
        state_root=zero,
        membership_hash=zero,
        next_membership_hash=zero,
    )


class TownNode:
    """The ``NodePort`` of one house; ``refusal`` is what it answers to submissions for a while."""

    def __init__(self, ledger: Ledger) -> None:
        self.reads = ledger
        self.refusal: SubmitRefused | None = None
        self.erased: set[bytes] = set()
        self.pause_s = 0.0

    async def submit(self, transaction: bytes, sidecars: Sequence[bytes]) -> bytes:
        await trio.lowlevel.checkpoint()
        if self.refusal is not None:
            raise self.refusal
        return self.reads.submit(transaction, sidecars)

    async def wait(
        self, tx_id: bytes, timeout_s: float, until: OutcomeState = OutcomeState.COMMITTED
    ) -> TxOutcome:
        await trio.lowlevel.checkpoint()
        outcome = self.outcome(tx_id)
        if outcome.state is OutcomeState.PENDING:
            raise OutcomeUnknown(tx_id, is_quorum_seen=False)
        return outcome

    def outcome(self, tx_id: bytes) -> TxOutcome:
        return self.reads.outcomes.get(tx_id) or TxOutcome(tx_id, OutcomeState.UNKNOWN)

    async def sidecar(self, sidecar_hash: bytes) -> bytes | None:
        await trio.lowlevel.checkpoint()
        return self.reads.sidecars.get(sidecar_hash)

    def is_erased(self, erasure: bytes) -> bool:
        return erasure in self.erased

    def client_pause_s(self) -> float:
        return self.pause_s

    async def wait_height_above(self, height: int) -> int:
        while self.reads.height <= height:
            await self.reads.grown.wait()
        return self.reads.height


@dataclass
class Home:
    """One node's house and offices; ``restart`` builds them anew over the same store."""

    ledger: Ledger
    keys: KeyRing
    policy: Policy = BY_HAND
    database: MemoryStore = field(default_factory=MemoryStore)
    audit: Audit = field(default_factory=Audit)

    def __post_init__(self) -> None:
        self.node = TownNode(self.ledger)
        self.restart()

    def restart(self) -> None:
        self.house = House(
            node=self.node,
            keys=self.keys,
            drawer=Drawer(SealedStore(self.database, self.keys.storage_key)),
            clock=self.ledger.clock,
            entropy=Entropy(self.keys.institution_id),
            chain_id=CHAIN_ID,
            audit=self.audit,
        )
        self.floor: OfficeFloor = build_offices(self.house, self.policy)

    @property
    def offices(self):
        return self.floor.offices


class Entropy:
    """Different bytes at each call, the same in each run."""

    def __init__(self, seed: str) -> None:
        self.seed = seed.encode()
        self.count = 0

    def __call__(self, size: int) -> bytes:
        self.count += 1
        return hashlib.shake_256(self.seed + self.count.to_bytes(8, "big")).digest(size)


class Town:
    """Four homes; hospital 2 lives with the hospital, insurer 2 with the insurer."""

    def __init__(self, rings: dict[str, KeyRing], policy: Policy = BY_HAND) -> None:
        self.ledger = Ledger(town_genesis(rings))
        self.rings = rings
        self.homes = {name: Home(self.ledger, ring, policy) for name, ring in rings.items()}

    @property
    def hospital(self) -> Home:
        return self.homes[HOSPITAL]

    @property
    def finance(self) -> Home:
        return self.homes[FINANCE]

    @property
    def medicare(self) -> Home:
        return self.homes[MEDICARE]

    @property
    def insurer(self) -> Home:
        return self.homes[INSURER]

    async def chores(self) -> None:
        """Let every follower work until nothing is left to do at once."""
        height = -1
        while height != self.ledger.height:
            height = self.ledger.height
            for home in self.homes.values():
                await home.floor.follower.step()

    def later(self, ms: int = HOUR_MS) -> None:
        self.ledger.clock.now_ms += ms


def make_rings(folder: Path) -> dict[str, KeyRing]:
    """Make the keys of the four nodes and of the institutions that they host."""
    rings = {}
    for name in (FINANCE, MEDICARE, HOSPITAL, INSURER):
        rings[name] = KeyRing.create(folder / name, name)
    for hosted, host in HOSTS.items():
        rings[host].host(hosted, tuple(OperatorRole))
    return rings


def town_genesis(rings: dict[str, KeyRing]) -> Genesis:
    return Genesis(
        chain_name="town",
        created_ms=START_MS,
        params=example_params("33"),
        limits=Limits(),
        institutions=tuple(_institution(name, rings) for name in sorted(KINDS)),
        validators=tuple(
            Validator(
                institution_id=name,
                consensus_key=rings[name].consensus.public_key,
                transport_certificate=rings[name].certificate,
            )
            for name in sorted(rings)
        ),
    )


def _institution(name: str, rings: dict[str, KeyRing]) -> Institution:
    host = HOSTS.get(name)
    keys = rings[host or name].keys_of(name)
    operators = [
        OperatorKey(role=role.value, public_key=keys.operator_public_key(role))
        for role in OperatorRole
    ]
    operators.sort(key=lambda key: (key.role, key.public_key))
    encryption = keys.encryption_public_keys()
    return Institution(
        institution_id=name,
        kind=KINDS[name],
        name=f"Sample {KINDS[name]}",
        area="330100",
        hosted_by=host,
        operator_keys=tuple(operators),
        encryption_keys=tuple(
            EncryptionKey(number=number, public_key=key)
            for number, key in enumerate(encryption, start=1)
        ),
    )
