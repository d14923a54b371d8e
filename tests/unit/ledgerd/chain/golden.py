"""Values whose bytes are kept for ever in tests/data/golden."""

from pathlib import Path

import consensus
from consensus.codec import encode_batch, encode_seal
from ledgerd.chain.block import Block, Header, TransactionReceipts
from ledgerd.chain.bundle import Bundle, BundlePackage, SignedBundle
from ledgerd.chain.evidence import EvidenceFile, SignedDigest, encode_evidence
from ledgerd.chain.genesis import (
    EncryptionKey,
    Genesis,
    Institution,
    OperatorKey,
    Validator,
    encode_genesis,
    genesis_hash,
)
from ledgerd.chain.light import ProofFile, StateStatement, TransactionStatement
from ledgerd.chain.membership import Limits, Member, MembershipRecord
from ledgerd.chain.params import example_params
from ledgerd.chain.transaction import (
    AccountAuthor,
    InstitutionAuthor,
    SignedTransaction,
    Transaction,
)
from ledgerd.chain.trust import EpochChange, SealedHeader
from ledgerd.primitives import merkle
from ledgerd.primitives.canonical import Canonical, encode
from ledgerd.primitives.sealing import (
    EncryptedPart,
    FieldProof,
    PartCommitment,
    PartContent,
    PartLeaf,
    Sidecar,
)
from ledgerd.primitives.tree_nodes import INNER, Leaf, Node, encode_leaf, node_id
from ledgerd.primitives.tree_proof import TreeProof
from ledgerd.primitives.wrapping import DeviceWrap, InstitutionWrap
from tests.unit.ledgerd.chain.convicting import convict
from tests.unit.ledgerd.chain.samples import GENESIS, consensus_signer, sample_block, seal
from tests.unit.ledgerd.primitives.trees import tree_of

FOLDER = Path(__file__).resolve().parents[3] / "data" / "golden"
NAME = "1233000047000000K0"


def fill(byte: int, count: int = 32) -> bytes:
    return bytes((byte,)) * count


HEADER = Header(
    protocol_version=1,
    chain_id=fill(0x01),
    height=7,
    epoch=0,
    previous_hash=fill(0x02),
    batch_digest=fill(0x03),
    timestamp_ms=1_700_000_000_000,
    transaction_root=fill(0x04),
    receipt_root=fill(0x05),
    state_root=fill(0x06),
    membership_hash=fill(0x07),
    next_membership_hash=fill(0x07),
)
TRANSACTION = Transaction(
    chain_id=fill(0x01),
    author=InstitutionAuthor(NAME),
    public_key=fill(0x08),
    valid_until_ms=1_700_000_060_000,
    operations=(b"\x01\x02", b"\x03"),
)
ACCOUNT_TRANSACTION = Transaction(
    chain_id=fill(0x01),
    author=AccountAuthor(fill(0x09, 16)),
    public_key=fill(0x08),
    valid_until_ms=1_700_000_060_000,
    atomic=True,
    operations=(b"\x01",),
)
SIGNED_TRANSACTION = SignedTransaction(
    body=encode(ACCOUNT_TRANSACTION), authorisation=fill(0xAA, 64)
)
BUNDLE = Bundle(
    chain_id=fill(0x01), epoch=0, validator=2, sequence=300, transactions=(b"\x10", b"\x11\x12")
)
SIGNED_BUNDLE = SignedBundle(body=b"\x20\x21", signature=fill(0xAB, 64))
BATCH = consensus.Batch(
    epoch=0,
    sequence=consensus.SequenceNumber(7),
    parent_digest=consensus.Digest(fill(0x0A)),
    proposed_in_view=consensus.View(1),
    proposer=consensus.ReplicaId(2),
    timestamp_ms=1_700_000_000_000,
    bundle_digests=(consensus.Digest(fill(0x0B)),),
)
SEAL = consensus.StableCertificate(
    0,
    consensus.SequenceNumber(7),
    consensus.Digest(fill(0x0C)),
    tuple((consensus.ReplicaId(n), fill(0xA0 + n, 64)) for n in (0, 1, 3)),
)
WAY = merkle.MerkleProof(index=1, leaf_count=3, siblings=(fill(0x0D), fill(0x0E)))
MEMBERSHIP = MembershipRecord(
    epoch=1,
    root_sequence=128,
    members=(
        Member(
            institution_id=NAME, consensus_key=fill(0x0F), transport_certificate=b"\x30\x31\x32"
        ),
    ),
    limits=Limits(),
)
SMALL_GENESIS = Genesis(
    chain_name="sample",
    created_ms=1_700_000_000_000,
    params=example_params("00"),
    limits=Limits(),
    institutions=(
        Institution(
            institution_id=NAME,
            kind="finance",
            name="Sample finance bureau",
            area="000000",
            operator_keys=(OperatorKey(role="clerk", public_key=fill(0x13)),),
            encryption_keys=(EncryptionKey(number=1, public_key=fill(0x14)),),
            addresses=("127.0.0.1:7000",),
        ),
    ),
    validators=(
        Validator(
            institution_id=NAME, consensus_key=fill(0x0F), transport_certificate=b"\x30\x31\x32"
        ),
    ),
)
SIDECAR = Sidecar(
    parts=(EncryptedPart(fill(0x15, 24), fill(0x16, 40)),),
    wraps=(
        InstitutionWrap(
            reader=NAME,
            issuer_key=1,
            reader_key=2,
            parts=3,
            nonce=fill(0x17, 24),
            wrapped=fill(0x18, 80),
        ),
        DeviceWrap(parts=1, box=fill(0x19, 80)),
    ),
)
SEALED_HEADER = SealedHeader(header=HEADER, seal=encode_seal(SEAL))

VALUES: dict[str, Canonical] = {
    "transaction": TRANSACTION,
    "transaction_of_account": ACCOUNT_TRANSACTION,
    "signed_transaction": SIGNED_TRANSACTION,
    "bundle": BUNDLE,
    "signed_bundle": SIGNED_BUNDLE,
    "bundle_package": BundlePackage(bundle=b"\x20\x21", sidecars=(b"\x22", b"\x23\x24")),
    "header": HEADER,
    "block": Block(header=HEADER, batch=b"\x25", bundles=(b"\x26", b"\x27")),
    "transaction_receipts": TransactionReceipts(transaction_id=fill(0x1A), receipts=(b"\x28",)),
    "membership_record": MEMBERSHIP,
    "params": example_params("00"),
    "genesis": SMALL_GENESIS,
    "sealed_header": SEALED_HEADER,
    "epoch_change": EpochChange(last=SEALED_HEADER, record=MEMBERSHIP),
    "merkle_proof": WAY,
    "tree_proof": TreeProof(value=b"\x29", nodes=(bytes(18),)),
    "proof_of_state": ProofFile(
        sealed=SEALED_HEADER,
        statement=StateStatement(key=b"\x2a", proof=TreeProof(value=None, nodes=(bytes(18),))),
    ),
    "proof_of_transaction": ProofFile(
        sealed=SEALED_HEADER,
        statement=TransactionStatement(
            transaction=b"\x2b", transaction_way=WAY, receipts=b"\x2c", receipts_way=WAY
        ),
    ),
    "evidence": EvidenceFile(
        chain_id=fill(0x01),
        replica=2,
        kind=1,
        epoch=0,
        view=3,
        sequence=300,
        first=SignedDigest(digest=fill(0x20), signature=fill(0xAC, 64)),
        second=SignedDigest(digest=fill(0x21), signature=fill(0xAD, 64)),
    ),
    "part_content": PartContent(
        seed=fill(0x1B), leaves=(PartLeaf("area", b"\xa6000000"), PartLeaf("total", b"\x05"))
    ),
    "part_commitment": PartCommitment(fill(0x1C), fill(0x1D)),
    "sidecar": SIDECAR,
    "field_proof": FieldProof(path="total", value=b"\x05", salt=fill(0x1E), way=WAY),
}


def tree_node() -> Node:
    """Give a node with every kind of entry."""
    node = Node("abc", (fill(0x11), node_id(3, 5)))
    node.entries[2] = INNER + fill(0x12)
    node.child_ids[2] = node_id(1, 1)
    node.entries[15] = encode_leaf(Leaf("12", fill(0x1F), b""))
    node.child_ids[15] = node_id(2, 2)
    return node


def live_proofs() -> dict[str, bytes]:
    """Give a genesis file and proofs that really verify with it."""
    tree, _ = tree_of({b"b000000000000000000\x00": b"a bill", b"c": b"another object"})
    block = sample_block(tree.root)
    sealed = seal(block.header)
    encoded = [read.encoded for read in block.transactions]
    state = StateStatement(key=b"c", proof=tree.prove(b"c"))
    transaction = TransactionStatement(
        transaction=encoded[1],
        transaction_way=merkle.prove(encoded, 1),
        receipts=block.receipts[1],
        receipts_way=merkle.prove(block.receipts, 1),
    )
    return {
        "live_genesis.json": encode_genesis(GENESIS),
        "live_proof_of_state": encode(ProofFile(sealed=sealed, statement=state)),
        "live_proof_of_transaction": encode(ProofFile(sealed=sealed, statement=transaction)),
        "live_block": encode(block.block),
        "live_evidence": encode_evidence(
            convict(GENESIS, consensus_signer(2), 2), genesis_hash(GENESIS)
        ),
    }


def all_golden() -> dict[str, bytes]:
    """Give the bytes of every golden file, by its name."""
    node = tree_node()
    return {
        **{name: encode(value) for name, value in VALUES.items()},
        "batch": encode_batch(BATCH),
        "seal": encode_seal(SEAL),
        "tree_node": node.preimage() + node.locations(),
        "genesis.json": encode_genesis(SMALL_GENESIS),
        **live_proofs(),
    }


def golden_path(name: str) -> Path:
    return FOLDER / (name if name.endswith(".json") else f"{name}.hex")


def read_golden(name: str) -> bytes:
    """Read a golden file; those that are not text hold hex."""
    data = golden_path(name).read_bytes()
    return data if name.endswith(".json") else bytes.fromhex(data.decode())


def write_golden(name: str, data: bytes) -> None:
    """Write a golden file that is not there yet; what is there stays for ever."""
    path = golden_path(name)
    if not path.exists():
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(data if name.endswith(".json") else _hex_lines(data))


def _hex_lines(data: bytes) -> bytes:
    text = data.hex()
    return ("\n".join(text[i : i + 96] for i in range(0, len(text), 96)) + "\n").encode()
