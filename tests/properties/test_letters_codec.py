"""Every decoder of letters and chain: an exact value or `DecodeError`, whatever the bytes."""

import msgpack
import pytest
from hypothesis import given, strategies as st

from ledgerd.chain.block import Block, Header, TransactionReceipts
from ledgerd.chain.bundle import Bundle, BundlePackage, SignedBundle
from ledgerd.chain.genesis import Genesis, decode_genesis, encode_genesis
from ledgerd.chain.light import ProofFile
from ledgerd.chain.membership import MembershipRecord
from ledgerd.chain.params import Params, example_params
from ledgerd.chain.transaction import (
    AccountAuthor,
    InstitutionAuthor,
    SignedTransaction,
    Transaction,
)
from ledgerd.chain.trust import SealedHeader
from ledgerd.errors import DecodeError, VerificationFailed
from ledgerd.primitives.canonical import decode, encode
from ledgerd.primitives.sealing import FieldProof, PartContent, Sidecar
from ledgerd.primitives.tree_nodes import decode_node, decode_stored
from tests.unit.ledgerd.chain.samples import GENESIS, bare_header, sample_transaction

TYPES = (
    Block,
    Bundle,
    BundlePackage,
    FieldProof,
    Genesis,
    Header,
    MembershipRecord,
    Params,
    PartContent,
    ProofFile,
    SealedHeader,
    Sidecar,
    SignedBundle,
    SignedTransaction,
    Transaction,
    TransactionReceipts,
)
SCALARS = (
    st.none()
    | st.booleans()
    | st.integers(-(2**63), 2**64 - 1)
    | st.floats(allow_nan=False)
    | st.text(max_size=20)
    | st.binary(max_size=70)
)
TREES = st.recursive(
    SCALARS,
    lambda inner: st.lists(inner, max_size=15) | st.dictionaries(st.text(max_size=3), inner),
    max_leaves=30,
)
SAMPLES = (
    encode(bare_header()),
    sample_transaction().encoded,
    encode(sample_transaction().transaction),
    encode(GENESIS),
    encode(example_params("00")),
)
HASHES = st.binary(min_size=32, max_size=32)
TIMES = st.integers(0, 253_402_300_799_999)
AUTHORS = st.binary(min_size=16, max_size=16).map(AccountAuthor) | st.text(
    "0123456789ABCDEFGHJKLMNPQRTUWXY", min_size=18, max_size=18
).map(InstitutionAuthor)
TRANSACTIONS = st.builds(
    Transaction,
    version=st.just(1),
    chain_id=HASHES,
    author=AUTHORS,
    scheme=st.just(1),
    public_key=HASHES,
    valid_until_ms=TIMES,
    atomic=st.booleans(),
    operations=st.lists(st.binary(min_size=1, max_size=9), min_size=1, max_size=3).map(tuple),
)
HEADERS = st.builds(
    Header,
    version=st.just(1),
    protocol_version=st.integers(0, 2**16 - 1),
    chain_id=HASHES,
    height=st.integers(0, 2**63 - 1),
    epoch=st.integers(0, 2**32 - 1),
    previous_hash=HASHES,
    batch_digest=HASHES,
    timestamp_ms=TIMES,
    transaction_root=HASHES,
    receipt_root=HASHES,
    state_root=HASHES,
    membership_hash=HASHES,
    next_membership_hash=HASHES,
)


def check(data: bytes, type_: type) -> None:
    try:
        value = decode(data, type_, bytes_max=100_000)
    except DecodeError:
        return
    assert encode(value) == data


@given(TRANSACTIONS)
def test_transactions_go_round(transaction: Transaction) -> None:
    assert decode(encode(transaction), Transaction, bytes_max=100_000) == transaction


@given(HEADERS)
def test_headers_go_round(header: Header) -> None:
    assert decode(encode(header), Header, bytes_max=100_000) == header


@given(st.sampled_from(TYPES), st.binary(max_size=300))
def test_any_bytes_are_a_value_or_a_decode_error(type_: type, data: bytes) -> None:
    check(data, type_)


@given(st.sampled_from(TYPES), TREES)
def test_any_messagepack_is_a_value_or_a_decode_error(type_: type, tree: object) -> None:
    check(msgpack.packb(tree, use_bin_type=True), type_)


@given(
    st.sampled_from(TYPES),
    st.sampled_from(SAMPLES),
    st.integers(0, 10_000),
    st.binary(max_size=6),
    st.integers(0, 6),
)
def test_any_change_of_a_good_value_is_a_value_or_a_decode_error(
    type_: type, sample: bytes, place: int, new: bytes, drop: int
) -> None:
    place %= len(sample)
    check(sample[:place] + new + sample[place + drop :], type_)


@given(st.binary(max_size=400))
def test_any_bytes_are_a_tree_node_or_a_decode_error(data: bytes) -> None:
    try:
        node = decode_node(data)
    except DecodeError:
        return
    assert node.preimage() == data


@given(st.binary(max_size=200))
def test_any_bytes_behind_an_empty_node_are_refused(locations: bytes) -> None:
    if locations:
        with pytest.raises(DecodeError):
            decode_stored(bytes(18) + locations)


@given(st.integers(0, 100_000), st.binary(max_size=6), st.integers(0, 6))
def test_any_change_of_the_genesis_file_is_refused_or_another_value(
    place: int, new: bytes, drop: int
) -> None:
    text = encode_genesis(GENESIS)
    place %= len(text)
    changed = text[:place] + new + text[place + drop :]
    try:
        genesis = decode_genesis(changed)
    except (DecodeError, VerificationFailed):
        return
    assert encode_genesis(genesis) == changed
