"""A ledger of one for tests: what is handed in becomes a sealed block at once, in memory.

It has the public face of ``ledgerd.node.node.Node`` and executes with the real executor on real
stores over the in-memory key-value store; only consensus, network and disk are left out.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

import trio

import consensus
from consensus.codec import encode_seal
from consensus.signing import checkpoint_payload
from ledgerd.chain.block import Block, Header, decode_header, header_hash
from ledgerd.chain.bundle import Bundle, decode_bundle, sign_bundle
from ledgerd.chain.genesis import (
    EncryptionKey,
    Genesis,
    Institution,
    OperatorKey,
    Validator,
    genesis_hash,
    genesis_header,
)
from ledgerd.chain.membership import Limits
from ledgerd.chain.params import example_params
from ledgerd.chain.transaction import (
    AccountAuthor,
    InstitutionAuthor,
    ReadTransaction,
    Transaction,
    decode_transaction,
    sign_transaction,
)
from ledgerd.cli.testnet.layout import AREA, REGION, Place, places
from ledgerd.keys.roles import OperatorRole
from ledgerd.keys.signers import Ed25519Key
from ledgerd.ledger.genesis_state import genesis_state
from ledgerd.ledger.operations import Operation, encode_operation
from ledgerd.node.evidence import EvidenceBook
from ledgerd.node.executor import BlockContents, Executor
from ledgerd.node.node import OutcomeUnknown
from ledgerd.node.reading import Reads, ReadStores
from ledgerd.node.refusals import SubmitRefused
from ledgerd.node.views import (
    Head,
    NodeStatus,
    OutcomeState,
    PeerStatus,
    Role,
    TxOutcome,
)
from ledgerd.primitives.canonical import encode
from ledgerd.primitives.hashing import Domain, digest
from ledgerd.primitives.signatures import Ed25519Signer
from ledgerd.primitives.state_tree import StateTree
from ledgerd.primitives.wrapping import encryption_public_key
from ledgerd.storage.block_store import BlockStore, BlockWrite, SealRow
from ledgerd.storage.evidence_store import EvidenceStore
from ledgerd.storage.indexes import Indexes
from ledgerd.storage.kv import KeyValueStore
from ledgerd.storage.memory import MemoryStore
from ledgerd.storage.state_store import StateStore, StateWrite
from tests.damage.simulated_disk import SimulatedDirectory

CREATED_MS = 1_700_000_000_000
PLACES = places(4)
HOSPITAL, FINANCE, MEDICARE, INSURER = (place.institution for place in PLACES)


def secret(*parts: str) -> bytes:
    """A 32-byte secret that belongs to these words."""
    return digest(Domain.CLIENT_REF, "/".join(parts).encode())


def operator_key(institution: str, role: OperatorRole) -> Ed25519Key:
    return Ed25519Key.from_seed(secret(institution, role.value))


def consensus_signer(institution: str) -> Ed25519Signer:
    return Ed25519Signer(secret(institution, "consensus"))


def _institution(place: Place) -> Institution:
    keys = [
        OperatorKey(role=role.value, public_key=operator_key(place.institution, role).public_key)
        for role in OperatorRole
    ]
    own = encryption_public_key(secret(place.institution, "encryption"))
    return Institution(
        institution_id=place.institution,
        kind=place.kind,
        name=place.title,
        area=AREA,
        operator_keys=tuple(sorted(keys, key=lambda key: (key.role, key.public_key))),
        encryption_keys=(EncryptionKey(number=1, public_key=own),),
        addresses=("127.0.0.1:7000",),
    )


def sample_genesis() -> Genesis:
    ordered = sorted(PLACES, key=lambda place: place.institution)
    return Genesis(
        chain_name="solo",
        created_ms=CREATED_MS,
        params=example_params(REGION),
        limits=Limits(),
        institutions=tuple(_institution(place) for place in ordered),
        validators=tuple(
            Validator(
                institution_id=place.institution,
                consensus_key=consensus_signer(place.institution).public_key,
                transport_certificate=f"certificate of {place.name}".encode(),
            )
            for place in ordered
        ),
    )


GENESIS = sample_genesis()
CHAIN_ID = genesis_hash(GENESIS)
MEMBERS = tuple(validator.institution_id for validator in GENESIS.validators)


def signed(
    author: str | bytes,
    operations: Iterable[Operation],
    *,
    role: OperatorRole = OperatorRole.OFFICE,
    key: Ed25519Key | None = None,
    valid_until_ms: int = CREATED_MS + 3_600_000,
) -> ReadTransaction:
    """Sign operations of an institution, or of an account with its key."""
    if isinstance(author, bytes):
        assert key is not None
        named: InstitutionAuthor | AccountAuthor = AccountAuthor(account_id=author)
    else:
        named = InstitutionAuthor(institution_id=author)
        key = key or operator_key(author, role)
    transaction = Transaction(
        chain_id=CHAIN_ID,
        author=named,
        public_key=key.public_key,
        valid_until_ms=valid_until_ms,
        operations=tuple(encode_operation(operation) for operation in operations),
    )
    return sign_transaction(transaction, key)


@dataclass
class SoloNode:
    """The node.

    Attributes:
        refusal: what every submission is refused with; None takes them.
        is_silent: takes transactions in and never makes a block of them.
        origins: of all that was submitted, in order.
        is_sealing: whether a block gets its seal at once, or none.
        away: validators to which no link is up.
    """

    institution: str = HOSPITAL
    genesis: Genesis = field(default_factory=lambda: GENESIS)
    refusal: SubmitRefused | None = None
    is_silent: bool = False
    origins: list[int] = field(default_factory=list)
    is_sealing: bool = True
    away: tuple[str, ...] = ()
    sidecars: dict[bytes, bytes] = field(default_factory=dict)
    pending: set[bytes] = field(default_factory=set)
    database: KeyValueStore = field(default_factory=MemoryStore)

    def __post_init__(self) -> None:
        self._state = StateStore(self.database)
        indexes = Indexes(self.database)
        self._blocks = BlockStore(self.database, self._state, indexes)
        self._write_genesis()
        self._executor = Executor(self._blocks, self._state)
        self.reads = Reads(ReadStores(self._blocks, self._state, indexes, MEMBERS))
        store = EvidenceStore(SimulatedDirectory())
        self.evidence = EvidenceBook(store, self.genesis, self.institution)

    def status(self) -> NodeStatus:
        return NodeStatus(
            chain_id=CHAIN_ID,
            institution=self.institution,
            head=self.reads.head(),
            role=Role.VALIDATOR,
            epoch=0,
            view=0,
            active=True,
            primary=MEMBERS[0],
            quorum=3,
            connected_count=3 - len(self.away),
            ready=not self.is_silent,
            amnesia=False,
            divergence=False,
            pending_transactions=len(self.pending),
            pending_bundles=0,
            pool_bytes=0,
            target_height=self.reads.head().height,
            loop_stall_ms_max=1,
            why=("silent for a test",) if self.is_silent else (),
            evidence=tuple(self.evidence.counts().items()),
        )

    def peers(self) -> tuple[PeerStatus, ...]:
        others = [member for member in MEMBERS if member != self.institution]
        return tuple(
            PeerStatus(
                other,
                connected=other not in self.away,
                height=0,
                last_seen_ms=0,
                last_error="",
                fault_count=0,
                evidence_count=self.evidence.counts().get(other, 0),
            )
            for other in others
        )

    async def submit(self, transaction: bytes, sidecars: Sequence[bytes], origin: int = 0) -> bytes:
        self.origins.append(origin)
        await trio.lowlevel.checkpoint()
        if self.refusal is not None:
            raise self.refusal
        read = decode_transaction(transaction)
        for sidecar in sidecars:
            self.sidecars[digest(Domain.SIDECAR, sidecar)] = sidecar
        if self.is_silent:
            self.pending.add(read.transaction_id)
        elif self._blocks.place_of(read.transaction_id) is None:
            await self._commit([read])
        return read.transaction_id

    async def submit_many(
        self, items: Sequence[tuple[bytes, Sequence[bytes]]], origin: int = 0
    ) -> tuple[bytes | SubmitRefused, ...]:
        answers: list[bytes | SubmitRefused] = []
        for transaction, sidecars in items:
            try:
                answers.append(await self.submit(transaction, sidecars, origin))
            except SubmitRefused as refusal:
                answers.append(refusal)
        return tuple(answers)

    async def wait(
        self, tx_id: bytes, timeout_s: float, until: OutcomeState = OutcomeState.COMMITTED
    ) -> TxOutcome:
        assert timeout_s >= 0
        assert until in {OutcomeState.COMMITTED, OutcomeState.SEALED}
        await trio.lowlevel.checkpoint()
        outcome = self.outcome(tx_id)
        if outcome.state in {OutcomeState.UNKNOWN, OutcomeState.PENDING}:
            raise OutcomeUnknown(tx_id, is_quorum_seen=not self.is_silent)
        return outcome

    def outcome(self, tx_id: bytes) -> TxOutcome:
        found = self.reads.outcome(tx_id)
        if found is not None:
            return found
        state = OutcomeState.PENDING if tx_id in self.pending else OutcomeState.UNKNOWN
        return TxOutcome(tx_id=tx_id, state=state)

    async def sidecar(self, sidecar_hash: bytes) -> bytes | None:
        await trio.lowlevel.checkpoint()
        return self.sidecars.get(sidecar_hash)

    def client_pause_s(self) -> float:
        return 0.0

    async def wait_height_above(self, height: int) -> int:
        while self.reads.head().height <= height:
            await trio.lowlevel.checkpoint()
        return self.reads.head().height

    async def wait_sealed(self, height: int) -> None:
        while self.reads.head().sealed_height < height:
            await trio.lowlevel.checkpoint()

    def _write_genesis(self) -> None:
        values = genesis_state(self.genesis)
        update = StateTree(self._state).update(values, 0)
        header = genesis_header(self.genesis, update.root)
        state = StateWrite(update.root, update.new_nodes, tuple(update.superseded), values)
        block = encode(Block(header=header, batch=b"\x00", bundles=()))
        write = BlockWrite(0, header_hash(header), encode(header), block, state)
        self._blocks.commit(write)

    async def _commit(self, reads: Sequence[ReadTransaction]) -> None:
        head = self.reads.head()
        parent = self._header(head)
        bundle = _bundle(reads, head.height + 1)
        batch = consensus.Batch(
            epoch=0,
            sequence=consensus.SequenceNumber(head.height + 1),
            parent_digest=consensus.Digest(parent.batch_digest),
            proposed_in_view=consensus.View(0),
            proposer=consensus.ReplicaId(0),
            timestamp_ms=CREATED_MS + 1_000 * (head.height + 1),
            bundle_digests=(consensus.Digest(decode_bundle(bundle).digest),),
        )
        executed = await self._executor.execute(
            parent, BlockContents(batch, (bundle,), tuple(reads))
        )
        self._blocks.commit(executed.write)
        self._executor.on_written(executed)
        if self.is_sealing:
            self.seal_head()

    def seal_head(self) -> None:
        """Store the seal of the last block, durably: nothing here comes to a clean end."""
        head = self.reads.head()
        self._blocks.put_seal(SealRow(head.height, seal_of(self._header(head))))
        self._blocks.sync_seals()

    def _header(self, head: Head) -> Header:
        stored = self._blocks.header(head.height)
        assert stored is not None
        return decode_header(stored)


def seal_of(header: Header) -> bytes:
    """Seal a header with three of the four consensus keys."""
    named = consensus.Digest(header_hash(header))
    height = consensus.SequenceNumber(header.height)
    payload = checkpoint_payload(consensus.Digest(CHAIN_ID), 0, height, named)
    votes = tuple(
        (consensus.ReplicaId(index), consensus_signer(member).sign(payload))
        for index, member in enumerate(MEMBERS[:3])
    )
    return encode_seal(consensus.StableCertificate(0, height, named, votes))


def _bundle(reads: Sequence[ReadTransaction], sequence: int) -> bytes:
    bundle = Bundle(
        chain_id=CHAIN_ID,
        epoch=0,
        validator=0,
        sequence=sequence,
        transactions=tuple(read.encoded for read in reads),
    )
    return sign_bundle(bundle, consensus_signer(MEMBERS[0]))
