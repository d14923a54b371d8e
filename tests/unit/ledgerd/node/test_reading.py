"""Reads: blocks, receipts, events, proofs, from the stores alone."""

import pytest

from ledgerd.chain.light import ProvedState, ProvedTransaction, verify_proof
from ledgerd.node.reading import Reads, ReadStores
from ledgerd.node.views import Cursor, OutcomeState
from ledgerd.primitives.canonical import encode
from ledgerd.storage.indexes import Index, Listing
from tests.unit.ledgerd.node.samples import MEMBERS, NAMES, allot, genesis, signed
from tests.unit.ledgerd.node.worlds import Chain, chain


def reads_of(node: Chain) -> Reads:
    return Reads(ReadStores(node.blocks, node.state, node.indexes, MEMBERS))


async def test_the_head_tells_height_root_and_how_far_it_is_sealed() -> None:
    node = chain()
    await node.grow(signed(allot(0)))
    last = await node.grow(signed(allot(1)), is_sealed=False)

    head = reads_of(node).head()

    assert (head.height, head.sealed_height) == (2, 1)
    assert head.state_root == last.header.state_root


async def test_a_block_shows_its_proposer_its_transactions_and_its_seal() -> None:
    node = chain()
    read = signed(allot(0))
    await node.grow(read)

    block = reads_of(node).block(1)

    assert block is not None
    assert block.tx_ids == (read.transaction_id,)
    assert block.proposer == MEMBERS[2]
    assert block.seal is not None
    assert reads_of(node).block(2) is None


async def test_genesis_can_be_read_as_a_block() -> None:
    block = reads_of(chain()).block(0)

    assert block is not None
    assert block.proposer == ""
    assert block.tx_ids == ()


@pytest.mark.parametrize(
    ("is_sealed", "state"), [(True, OutcomeState.SEALED), (False, OutcomeState.COMMITTED)]
)
async def test_an_outcome_is_sealed_when_its_block_is(is_sealed: bool, state: OutcomeState) -> None:
    node = chain()
    read = signed(allot(0))
    executed = await node.grow(read, is_sealed=is_sealed)

    outcome = reads_of(node).outcome(read.transaction_id)

    assert outcome is not None
    assert (outcome.state, outcome.height) == (state, 1)
    assert outcome.receipts == executed.receipts[0]
    assert reads_of(node).outcome(bytes(32)) is None


async def test_events_go_on_behind_their_cursor() -> None:
    node = chain()
    for number in range(3):
        await node.grow(signed(allot(number)))
    reads = reads_of(node)

    first = reads.events_after(Cursor(0, 0, 0), 2)
    rest = reads.events_after(first[-1].cursor, 2)

    assert [event.cursor.height for event in (*first, *rest)] == [1, 2, 3]


async def test_a_state_proof_verifies_with_the_genesis_alone() -> None:
    node = chain()
    executed = await node.grow(signed(allot(0)))
    key = executed.receipts[0][0].object_key

    proof = reads_of(node).prove_state(key)

    assert proof is not None
    proved = verify_proof(encode(proof), genesis())
    assert isinstance(proved, ProvedState)
    assert proved.value == node.state.get(key)


async def test_a_proof_rests_on_the_last_sealed_block_not_on_the_head() -> None:
    node = chain()
    await node.grow(signed(allot(0)))
    unsealed = await node.grow(signed(allot(1)), is_sealed=False)
    key = unsealed.receipts[0][0].object_key

    proof = reads_of(node).prove_state(key)

    assert proof is not None
    proved = verify_proof(encode(proof), genesis())
    assert isinstance(proved, ProvedState)
    assert proved.value is None
    assert proved.header.height == 1


async def test_a_receipt_proof_verifies_and_is_made_of_sealed_blocks_only() -> None:
    node = chain()
    first, second = signed(allot(0)), signed(allot(1))
    await node.grow(first, second)
    unsealed = signed(allot(2))
    await node.grow(unsealed, is_sealed=False)
    reads = reads_of(node)

    proof = await reads.prove_receipt(second.transaction_id)

    assert proof is not None
    proved = verify_proof(encode(proof), genesis())
    assert isinstance(proved, ProvedTransaction)
    assert proved.transaction.transaction_id == second.transaction_id
    assert await reads.prove_receipt(unsealed.transaction_id) is None
    assert await reads.prove_receipt(bytes(32)) is None


async def test_bytes_of_a_block_are_given_once_a_seal_vouches_for_it() -> None:
    node = chain()
    await node.grow(signed(allot(0)))
    await node.grow(signed(allot(1)), is_sealed=False)
    before = reads_of(node).block_bytes(2)
    await node.grow(signed(allot(2)))

    own, lacking = reads_of(node).block_bytes(1), reads_of(node).block_bytes(2)

    assert before is None
    assert own is not None
    assert own[1] is not None
    assert lacking is not None
    assert lacking[1] is None


async def test_a_committed_transaction_can_be_read_whole() -> None:
    node = chain()
    read = signed(allot(0))
    await node.grow(read)

    assert reads_of(node).transaction(read.transaction_id) == read
    assert reads_of(node).transaction(bytes(32)) is None


async def test_a_list_shows_nothing_of_a_block_to_which_the_head_has_not_moved() -> None:
    """A history named an event of a block that was being written, and reading it ended the node."""
    behind, ahead = chain(), chain()
    for node in (behind, ahead):
        await node.grow(signed(allot(0)))
    await ahead.grow(signed(allot(1)))
    listing = Listing(Index.NUMBERS_BY_HOLDER, NAMES["hospital"].encode(), limit=10)

    page = Reads(ReadStores(behind.blocks, behind.state, ahead.indexes, MEMBERS)).page(listing)

    assert len(reads_of(ahead).page(listing).rows) == 2
    assert page.rows == reads_of(behind).page(listing).rows
