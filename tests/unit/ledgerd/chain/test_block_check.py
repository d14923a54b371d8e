"""A block against its header: every tie is checked."""

import msgspec
import pytest

import consensus
from consensus.codec import decode_batch, encode_batch
from ledgerd.chain.block import Block, Header, header_hash
from ledgerd.chain.block_check import (
    read_block,
    verify_block_signatures,
    verify_bundle,
    verify_receipts,
    verify_successor,
)
from ledgerd.chain.bundle import Bundle, decode_bundle, sign_bundle
from ledgerd.chain.genesis import genesis_header
from ledgerd.chain.membership import Limits
from ledgerd.chain.trust import Epoch, first_epoch
from ledgerd.errors import DecodeError, VerificationFailed
from ledgerd.primitives.state_tree import EMPTY_ROOT
from tests.unit.ledgerd.chain.samples import (
    CHAIN_ID,
    CREATED_MS,
    GENESIS,
    bare_header,
    consensus_signer,
    sample_block,
    sample_bundle,
    sample_transaction,
)

EPOCH = first_epoch(GENESIS)


def block_with(*, header: dict[str, object] | None = None, **changes: object) -> Block:
    block = sample_block().block
    changed = msgspec.structs.replace(block.header, **(header or {}))
    return msgspec.structs.replace(block, header=changed, **changes)


def test_a_good_block_is_read() -> None:
    sample = sample_block()
    read = read_block(sample.block)
    assert read.transactions == sample.transactions
    assert read.batch.bundle_digests == tuple(bundle.digest for bundle in read.bundles)
    verify_block_signatures(read, EPOCH)
    verify_receipts(sample.header, sample.receipts)


@pytest.mark.parametrize(
    ("block", "text"),
    [
        (block_with(header={"batch_digest": bytes(32)}), "another batch"),
        (block_with(header={"height": 2}), "another height"),
        (block_with(header={"epoch": 1}), "another height or epoch"),
        (block_with(header={"transaction_root": bytes(32)}), "transaction root"),
        (block_with(bundles=()), "other bundles"),
        (block_with(bundles=sample_block().block.bundles[::-1]), "other bundles"),
    ],
    ids=lambda item: item if isinstance(item, str) else "",
)
def test_what_does_not_belong_together_is_refused(block: Block, text: str) -> None:
    with pytest.raises(VerificationFailed, match=text):
        read_block(block)


@pytest.mark.parametrize("block", [block_with(batch=b"\xc0"), block_with(bundles=(b"\xc0",))])
def test_parts_that_are_none_are_refused(block: Block) -> None:
    with pytest.raises(DecodeError):
        read_block(block)


def test_another_batch_has_another_digest() -> None:
    batch = decode_batch(sample_block().block.batch)
    fields = {name: getattr(batch, name) for name in batch.__slots__ if name != "digest"}
    other = consensus.Batch(**{**fields, "timestamp_ms": batch.timestamp_ms + 1})
    with pytest.raises(VerificationFailed, match="another batch"):
        read_block(block_with(batch=encode_batch(other)))


@pytest.mark.parametrize(
    "change", [slice(0, 3), slice(None, None, -1)], ids=["fewer", "other order"]
)
def test_other_receipts_are_refused(change: slice) -> None:
    sample = sample_block()
    with pytest.raises(VerificationFailed, match="receipt root"):
        verify_receipts(sample.header, sample.receipts[change])


def test_the_first_block_follows_genesis() -> None:
    previous = genesis_header(GENESIS, EMPTY_ROOT)
    verify_successor(previous, sample_block().header, CREATED_MS + 1_000)


@pytest.mark.parametrize(
    ("changes", "text"),
    [
        ({"chain_id": bytes(32)}, "another chain"),
        ({"height": 2}, "height 2 after 0"),
        ({"previous_hash": bytes(32)}, "follows another"),
        ({"timestamp_ms": CREATED_MS + 999}, "time"),
        ({"membership_hash": bytes(32)}, "another membership"),
    ],
)
def test_what_does_not_follow_is_refused(changes: dict[str, object], text: str) -> None:
    header = msgspec.structs.replace(sample_block().header, **changes)
    with pytest.raises(VerificationFailed, match=text):
        verify_successor(genesis_header(GENESIS, EMPTY_ROOT), header, CREATED_MS + 1_000)


def test_a_header_follows_by_hash() -> None:
    first: Header = sample_block().header
    second = msgspec.structs.replace(
        bare_header(2, first.timestamp_ms + 1), previous_hash=header_hash(first)
    )
    verify_successor(first, second, CREATED_MS)


def bundle_with(**changes: object) -> bytes:
    fields = {
        "chain_id": CHAIN_ID,
        "epoch": 0,
        "validator": 2,
        "sequence": 1,
        "transactions": (sample_transaction().encoded,),
    }
    return sign_bundle(Bundle(**{**fields, **changes}), consensus_signer(2))  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("changes", "text"),
    [
        ({"chain_id": bytes(32)}, "another chain or epoch"),
        ({"epoch": 1}, "another chain or epoch"),
        ({"validator": 4}, "no such validator"),
        ({"validator": 1}, "signature"),
    ],
)
def test_a_bundle_of_somebody_else_is_refused(changes: dict[str, object], text: str) -> None:
    with pytest.raises(VerificationFailed, match=text):
        verify_bundle(decode_bundle(bundle_with(**changes)), EPOCH)


def test_a_bundle_with_a_transaction_that_nobody_signed_is_refused() -> None:
    good = sample_transaction().encoded
    forged = good[:-1] + bytes((good[-1] ^ 1,))
    with pytest.raises(VerificationFailed, match="authorisation"):
        verify_bundle(decode_bundle(bundle_with(transactions=(good, forged))), EPOCH)


@pytest.mark.parametrize(
    ("limits", "text"),
    [
        (Limits(bundle_bytes_max=1_024), "bundle: it is larger"),
        (Limits(transaction_bytes_max=1_024), "transaction is larger"),
    ],
    ids=["bundle", "transaction"],
)
def test_the_limits_of_the_membership_hold(limits: Limits, text: str) -> None:
    record = msgspec.structs.replace(EPOCH.record, limits=limits)
    large = sample_transaction(operations=(bytes(1_500),))
    with pytest.raises(VerificationFailed, match=text):
        verify_bundle(decode_bundle(sample_bundle([large])), Epoch(record, EPOCH.membership))
