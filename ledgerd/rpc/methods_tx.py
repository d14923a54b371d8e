"""Methods on transactions: hand in, ask after, wait, show.

Rules: an answer says what this node knows, durable in a block here or not at all.
"""

from collections.abc import Sequence

from ledgerd.chain.transaction import decode_transaction
from ledgerd.errors import DecodeError
from ledgerd.node.node import Node
from ledgerd.node.views import OutcomeState
from ledgerd.rpc import answers as a, catalogue as c, queries as q
from ledgerd.rpc.answers_tx import SubmittedMany, submitted
from ledgerd.rpc.codes import RpcCode, RpcFailure
from ledgerd.rpc.outcomes import Waiting, outcome_of, submit, submit_many, wait_for
from ledgerd.rpc.readable import decoded
from ledgerd.rpc.registry import Caller, Registry
from ledgerd.rpc.requests import Submission, TxSubmit, TxSubmitMany


def bind_transactions(registry: Registry, node: Node) -> None:
    """Enter the methods of this file."""
    methods = TransactionMethods(node)
    registry.bind(c.TX_SUBMIT, methods.submit, methods.submit_batch)
    registry.bind(c.TX_SUBMIT_MANY, methods.submit_many)
    registry.bind(c.TX_GET, methods.get)
    registry.bind(c.TX_WAIT, methods.wait)
    registry.bind(c.TX_DECODE, methods.decode)


class TransactionMethods:
    """The handlers."""

    def __init__(self, node: Node) -> None:
        self._node = node

    async def submit(self, params: TxSubmit, caller: Caller) -> a.Outcome:
        return await submit(self._node, _handed_in(params), _waiting(params), caller.origin)

    async def submit_batch(
        self, calls: Sequence[TxSubmit], caller: Caller
    ) -> Sequence[a.Outcome | RpcFailure]:
        handed_in = [_handed_in(params) for params in calls]
        waitings = [_waiting(params) for params in calls]
        return await submit_many(self._node, handed_in, waitings, caller.origin)

    async def submit_many(self, params: TxSubmitMany, caller: Caller) -> SubmittedMany:
        handed_in = [_handed_in(each) for each in params.submissions]
        waitings = [_waiting(params)] * len(handed_in)
        found = await submit_many(self._node, handed_in, waitings, caller.origin)
        return SubmittedMany(answers=tuple(map(submitted, found)))

    async def get(self, params: q.TxRef, _caller: Caller) -> a.Outcome:
        known = self._node.outcome(bytes.fromhex(params.tx_id))
        if known.state is OutcomeState.UNKNOWN:
            raise RpcFailure(RpcCode.NOT_FOUND, "this node has not heard of it", tx_id=params.tx_id)
        return outcome_of(known)

    async def wait(self, params: q.TxWait, _caller: Caller) -> a.Outcome:
        waiting = Waiting(params.until, float(params.timeout_s))
        return outcome_of(await wait_for(self._node, bytes.fromhex(params.tx_id), waiting))

    async def decode(self, params: q.TxBytes, _caller: Caller) -> a.Decoded:
        try:
            read = decode_transaction(bytes.fromhex(params.transaction))
        except DecodeError as error:
            raise RpcFailure(RpcCode.INVALID_PARAMS, str(error), field="transaction") from error
        return decoded(read.transaction, read.transaction_id)


def _handed_in(params: TxSubmit | Submission) -> tuple[bytes, tuple[bytes, ...]]:
    return bytes.fromhex(params.transaction), tuple(map(bytes.fromhex, params.sidecars))


def _waiting(params: TxSubmit | TxSubmitMany) -> Waiting:
    return Waiting(params.wait, float(params.timeout_s))
