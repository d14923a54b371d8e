"""Methods on transactions, on a ledger of one."""

import pytest
import trio
import trio.testing

from ledgerd.keys.roles import OperatorRole
from ledgerd.ledger.bill_operations import AllotNumbers
from ledgerd.node.refusals import RefusalCode, SubmitRefused
from ledgerd.node.views import OutcomeState, TxOutcome
from ledgerd.rpc.codes import RpcCode, RpcFailure
from ledgerd.rpc.methods_tx import TransactionMethods
from ledgerd.rpc.queries import TxBytes, TxRef, TxWait
from ledgerd.rpc.registry import ALL_SCOPES, Caller
from ledgerd.rpc.requests import Submission, TxSubmit, TxSubmitMany
from tests.unit.ledgerd.rpc.solo_node import FINANCE, HOSPITAL, SoloNode, signed

CALLER = Caller("test", ALL_SCOPES)
ALLOT = AllotNumbers(client_ref="r", holder=HOSPITAL, code="99010123", first=1, count=10)
GOOD = signed(FINANCE, [ALLOT])
BAD = signed(HOSPITAL, [ALLOT])


def submission(encoded: bytes, **changes: object) -> TxSubmit:
    return TxSubmit(transaction=encoded.hex(), **changes)  # type: ignore[arg-type]


async def test_a_submitted_transaction_is_committed_with_its_receipts() -> None:
    methods = TransactionMethods(SoloNode())  # type: ignore[arg-type]

    outcome = await methods.submit(submission(GOOD.encoded), CALLER)
    again = await methods.submit(submission(GOOD.encoded), CALLER)

    assert (outcome.state, outcome.height) == ("sealed", 1)
    assert [receipt.reason for receipt in outcome.receipts] == ["OK"]
    assert again == outcome


async def test_the_node_is_told_which_client_hands_in() -> None:
    node = SoloNode()
    methods = TransactionMethods(node)  # type: ignore[arg-type]
    caller = Caller("test", ALL_SCOPES, origin=7)

    await methods.submit(submission(GOOD.encoded), caller)
    await methods.submit_batch([submission(GOOD.encoded)], caller)
    many = (Submission(transaction=GOOD.encoded.hex()),)
    await methods.submit_many(TxSubmitMany(submissions=many), caller)

    assert node.origins == [7, 7, 7]


async def test_a_refused_transaction_is_an_error_with_the_reject_code() -> None:
    methods = TransactionMethods(SoloNode())  # type: ignore[arg-type]

    with pytest.raises(RpcFailure) as refusal:
        await methods.submit(submission(BAD.encoded), CALLER)

    assert refusal.value.rpc_code is RpcCode.REJECTED
    assert refusal.value.reason == "KIND_NOT_ALLOWED"
    assert refusal.value.tx_id == BAD.transaction_id.hex()


async def test_what_was_refused_can_be_asked_after_without_an_error() -> None:
    node = SoloNode()
    await node.submit(BAD.encoded, ())

    found = await TransactionMethods(node).get(  # type: ignore[arg-type]
        TxRef(tx_id=BAD.transaction_id.hex()), CALLER
    )

    assert [receipt.reason for receipt in found.receipts] == ["KIND_NOT_ALLOWED"]


async def test_a_silent_network_makes_the_outcome_unknown_never_a_failure() -> None:
    methods = TransactionMethods(SoloNode(is_silent=True))  # type: ignore[arg-type]

    with pytest.raises(RpcFailure) as refusal:
        await methods.submit(submission(GOOD.encoded, timeout_s=0), CALLER)
    pending = await methods.get(TxRef(tx_id=GOOD.transaction_id.hex()), CALLER)

    assert refusal.value.rpc_code is RpcCode.OUTCOME_UNKNOWN
    assert refusal.value.tx_id == GOOD.transaction_id.hex()
    assert pending.state == "pending"


async def test_nobody_has_to_wait() -> None:
    methods = TransactionMethods(SoloNode(is_silent=True))  # type: ignore[arg-type]

    outcome = await methods.submit(submission(GOOD.encoded, wait="none"), CALLER)

    assert outcome.state == "pending"


@pytest.mark.parametrize(
    ("refused", "code"),
    [
        (RefusalCode.POOL_FULL, RpcCode.POOL_FULL),
        (RefusalCode.NO_QUORUM, RpcCode.NO_QUORUM),
        (RefusalCode.NOT_SYNCED, RpcCode.NOT_SYNCED),
        (RefusalCode.TOO_LARGE, RpcCode.TOO_LARGE),
        (RefusalCode.MALFORMED, RpcCode.INVALID_PARAMS),
        (RefusalCode.REJECTED, RpcCode.REJECTED),
        (RefusalCode.STOPPING, RpcCode.SERVER),
        (RefusalCode.DISK_LOW, RpcCode.SERVER),
    ],
)
async def test_what_the_node_does_not_take_says_why(refused: RefusalCode, code: RpcCode) -> None:
    node = SoloNode(refusal=SubmitRefused(refused, "for a test"))

    with pytest.raises(RpcFailure) as refusal:
        await TransactionMethods(node).submit(submission(GOOD.encoded), CALLER)  # type: ignore[arg-type]

    assert refusal.value.rpc_code is code


@pytest.mark.parametrize("shape", ["batch", "list"])
async def test_of_many_each_is_judged_on_its_own(shape: str) -> None:
    methods = TransactionMethods(SoloNode())  # type: ignore[arg-type]
    both = (GOOD.encoded.hex(), BAD.encoded.hex())

    if shape == "list":
        listed = tuple(Submission(transaction=each) for each in both)
        answered = await methods.submit_many(TxSubmitMany(submissions=listed), CALLER)
        good, bad = (each.outcome or each.refusal for each in answered.answers)
    else:
        calls = [TxSubmit(transaction=each) for each in both]
        good, bad = await methods.submit_batch(calls, CALLER)

    assert (good.tx_id, good.height) == (GOOD.transaction_id.hex(), 1)
    assert (bad.tx_id, bad.reason) == (BAD.transaction_id.hex(), "KIND_NOT_ALLOWED")


async def test_what_many_are_refused_for_is_said_to_each() -> None:
    node = SoloNode(refusal=SubmitRefused(RefusalCode.POOL_FULL, "for a test"))
    listed = (Submission(transaction=GOOD.encoded.hex()),) * 2

    answered = await TransactionMethods(node).submit_many(  # type: ignore[arg-type]
        TxSubmitMany(submissions=listed), CALLER
    )

    assert [each.refusal.name for each in answered.answers if each.refusal] == ["pool_full"] * 2


async def test_many_wait_side_by_side(autojump_clock: trio.testing.MockClock) -> None:
    node = SilentNode(is_silent=True)
    calls = [submission(read.encoded, timeout_s=5) for read in (GOOD, BAD)]

    found = await TransactionMethods(node).submit_batch(calls, CALLER)  # type: ignore[arg-type]

    assert [each.rpc_code for each in found] == [RpcCode.OUTCOME_UNKNOWN] * 2
    assert trio.current_time() == 5


class SilentNode(SoloNode):
    """Lets everybody wait to the end."""

    async def wait(
        self, tx_id: bytes, timeout_s: float, until: OutcomeState = OutcomeState.COMMITTED
    ) -> TxOutcome:
        with trio.move_on_after(timeout_s):
            await trio.sleep_forever()
        return await super().wait(tx_id, timeout_s, until)


async def test_a_transaction_nobody_sent_is_not_found() -> None:
    methods = TransactionMethods(SoloNode())  # type: ignore[arg-type]

    with pytest.raises(RpcFailure) as refusal:
        await methods.get(TxRef(tx_id="00" * 32), CALLER)

    assert refusal.value.rpc_code is RpcCode.NOT_FOUND


async def test_waiting_ends_with_the_outcome() -> None:
    node = SoloNode()
    await node.submit(GOOD.encoded, ())

    found = await TransactionMethods(node).wait(  # type: ignore[arg-type]
        TxWait(tx_id=GOOD.transaction_id.hex(), until="sealed", timeout_s=1), CALLER
    )

    assert found.state == "sealed"


async def test_a_transaction_is_shown_by_names() -> None:
    methods = TransactionMethods(SoloNode())  # type: ignore[arg-type]

    shown = await methods.decode(TxBytes(transaction=GOOD.encoded.hex()), CALLER)

    assert (shown.author, shown.operations[0].operation) == (FINANCE, "AllotNumbers")
    assert {value.name: value.value for value in shown.operations[0].fields}["holder"] == HOSPITAL


async def test_bytes_that_are_no_transaction_are_refused() -> None:
    methods = TransactionMethods(SoloNode())  # type: ignore[arg-type]

    with pytest.raises(RpcFailure) as refusal:
        await methods.decode(TxBytes(transaction="00"), CALLER)

    assert refusal.value.field == "transaction"


def test_the_roles_of_the_samples_differ() -> None:
    clerk = signed(FINANCE, [ALLOT], role=OperatorRole.CLERK)

    assert clerk.transaction.public_key != GOOD.transaction.public_key
