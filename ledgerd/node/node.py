"""The node as the rest of the house sees it: submit, wait, read, follow.

Rules: everything here may be called from any task of the loop; nothing holds it longer than a read
from the database. ``submit`` returns only after the transaction was checked and taken into the
pool; ``wait`` never calls a success what is not durable in a block here, and never calls a failure
what may still happen.

    tx_id = await node.submit(transaction_bytes, sidecars)      # SubmitRefused: nothing was sent
    outcome = await node.wait(tx_id, timeout_s=30)              # OutcomeUnknown: ask again later

Reads of blocks, state, events, lists and proofs are ``node.reads`` (reading.py).
"""

from collections.abc import Sequence

import trio

from ledgerd.chain.genesis import Genesis
from ledgerd.errors import LedgerdError
from ledgerd.node.engine import Engine
from ledgerd.node.evidence import EvidenceBook
from ledgerd.node.reading import Reads
from ledgerd.node.refusals import SubmitRefused
from ledgerd.node.status import status_of
from ledgerd.node.submitting import Answer, Submission
from ledgerd.node.views import NodeStatus, OutcomeState, PeerStatus, TxOutcome

FINAL_STATES = (OutcomeState.COMMITTED, OutcomeState.SEALED, OutcomeState.EXPIRED)


class OutcomeUnknown(LedgerdError):  # noqa: N818  neither a failure nor a success
    """The time to wait is over; the transaction may still be committed.

    Attributes:
        is_quorum_seen: whether this node could reach a quorum at the end of the wait.
    """

    def __init__(self, tx_id: bytes, *, is_quorum_seen: bool) -> None:
        super().__init__("the outcome is not known yet; ask again")
        self.tx_id = tx_id
        self.is_quorum_seen = is_quorum_seen


class Node:
    """One running node. The daemon builds it; rpc and offices get it."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    @property
    def institution(self) -> str:
        """The institution whose node this is."""
        return self._engine.home.keys.institution_id

    @property
    def genesis(self) -> Genesis:
        """What the chain began with."""
        return self._engine.home.genesis

    @property
    def reads(self) -> Reads:
        """Blocks, state, events, lists and proofs."""
        return self._engine.core.reads

    @property
    def evidence(self) -> EvidenceBook:
        """Who signed two different things."""
        return self._engine.exchange.evidence

    def client_pause_s(self) -> float:
        """Say how long clients rest between two turns, so that the chain has its own."""
        return self._engine.core.loop_watch.client_pause_s

    def status(self) -> NodeStatus:
        """Give the node at a glance."""
        return status_of(self._engine.gauges())

    def peers(self) -> tuple[PeerStatus, ...]:
        """List the other validators as this node sees them."""
        return self._engine.exchange.peer_statuses()

    async def submit(self, transaction: bytes, sidecars: Sequence[bytes], origin: int = 0) -> bytes:
        """Check a signed transaction and take it into the pool; give its id.

        The same transaction again is taken as done: its id is returned, nothing is sent twice.

        Raises:
            SubmitRefused: it was not taken, and nothing was sent.
        """
        (answer,) = await self.submit_many([(transaction, sidecars)], origin)
        if isinstance(answer, SubmitRefused):
            raise answer
        return answer

    async def submit_many(self, items: Sequence[Submission], origin: int = 0) -> tuple[Answer, ...]:
        """Submit several; each answer is an id, or the ``SubmitRefused`` of that one.

        ``origin`` is the client for whom: the pool is shared among them; 0 for the node itself.
        """
        return await self._engine.submitter.submit_many(items, origin)

    async def wait(
        self, tx_id: bytes, timeout_s: float, until: OutcomeState = OutcomeState.COMMITTED
    ) -> TxOutcome:
        """Wait until a transaction is committed (or sealed) here, or can have no effect any more.

        Raises:
            OutcomeUnknown: neither happened in time.
        """
        with trio.move_on_after(timeout_s):
            while True:
                outcome = self.outcome(tx_id)
                if outcome.state in FINAL_STATES and not _is_short_of(outcome, until):
                    return outcome
                await self._wait_news(outcome)
        outcome = self.outcome(tx_id)
        if outcome.state in FINAL_STATES and not _is_short_of(outcome, until):
            return outcome
        raise OutcomeUnknown(tx_id, is_quorum_seen=self._engine.standing().is_quorum_seen)

    def outcome(self, tx_id: bytes) -> TxOutcome:
        """Say what is known of a transaction now."""
        state = self._engine.state_of_absent(tx_id)
        if state is OutcomeState.PENDING:
            return TxOutcome(tx_id=tx_id, state=state)  # it leaves the pool with its block
        return self._engine.core.reads.outcome(tx_id) or TxOutcome(tx_id=tx_id, state=state)

    async def sidecar(self, sidecar_hash: bytes) -> bytes | None:
        """Give sealed bytes by their hash; asks the peers when they are not here."""
        return await self._engine.exchange.sidecars.get(sidecar_hash)

    def is_erased(self, erasure: bytes) -> bool:
        """Say whether nothing that an approved erasure names is left on this node."""
        return self._engine.eraser.is_done(erasure)

    async def wait_height_above(self, height: int) -> int:
        """Wait until a block above ``height`` is applied here; give the present height."""
        while (present := self._engine.height) <= height:
            await self._engine.core.witnesses.block.wait()
        return present

    async def wait_sealed(self, height: int) -> None:
        """Wait until the seal of ``height`` (or a later one) is stored here."""
        while self._engine.core.reads.head().sealed_height < height:
            await self._engine.core.witnesses.seal.wait()

    async def _wait_news(self, outcome: TxOutcome) -> None:
        if outcome.state is OutcomeState.COMMITTED:
            await self._engine.core.witnesses.seal.wait()
        else:
            await self._engine.core.witnesses.wait_transaction(outcome.tx_id)


def _is_short_of(outcome: TxOutcome, until: OutcomeState) -> bool:
    return until is OutcomeState.SEALED and outcome.state is OutcomeState.COMMITTED
