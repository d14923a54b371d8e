"""Every decoder of bytes from outside: how it is called, what it may raise, bytes that it reads.

Rules: one entry a decoder, and an entry for every decoder (a test looks). ``reencode`` gives the
bytes of a value where each value has one form only: then what is read must come out as it went in.
"""

import io
import tempfile
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

from consensus import DecodeError as MessageError
from consensus.codec import (
    decode_batch,
    decode_message,
    decode_record,
    decode_seal,
    encode_batch,
    encode_message,
    encode_record,
    encode_seal,
)
from ledgerd.chain.block import TransactionReceipts, decode_block, decode_header
from ledgerd.chain.bundle import BundlePackage, decode_bundle
from ledgerd.chain.evidence import verify_evidence_file
from ledgerd.chain.genesis import decode_genesis, encode_genesis
from ledgerd.chain.light import ProofFile, verify_proof
from ledgerd.chain.membership import MembershipRecord
from ledgerd.chain.params import Params
from ledgerd.chain.transaction import decode_transaction
from ledgerd.cli.envelopes import read_envelope
from ledgerd.cli.exits import CommandFailed
from ledgerd.cli.wallet import read_wallet
from ledgerd.config import load_config
from ledgerd.errors import (
    ConfigError,
    DecodeError,
    LinkError,
    StorageCorrupted,
    VerificationFailed,
)
from ledgerd.keys.key_file import KeyKind, KeyLabel, decode_key, encode_key, open_secret
from ledgerd.keys.soft_passkey import SoftPasskey
from ledgerd.ledger.operations import decode_operation, encode_operation
from ledgerd.ledger.receipts import Receipt, decode_receipt, encode_receipt
from ledgerd.ledger.reject_codes import RejectCode
from ledgerd.network.frames import FrameKind, FrameReader, encode_frame
from ledgerd.node.executor import decode_receipts
from ledgerd.node.sync_messages import decode_sync, encode_sync
from ledgerd.primitives.canonical import decode, encode
from ledgerd.primitives.der_signature import decode_der, encode_der
from ledgerd.primitives.passkeys import decode_assertion
from ledgerd.primitives.sealing import FieldProof, PartContent, decode_sidecar
from ledgerd.primitives.tree_nodes import decode_node, decode_stored
from ledgerd.rpc import strict_json
from ledgerd.rpc.dispatch import read_call
from ledgerd.rpc.outcomes import RpcFailure
from ledgerd.storage.envelope import unwrap, wrap
from ledgerd.storage.segment_format import read_records
from tests.unit.consensus.builders import A, seal
from tests.unit.consensus.test_codec import MESSAGES, RECORDS
from tests.unit.ledgerd.chain.golden import read_golden
from tests.unit.ledgerd.chain.samples import sample_bundle, sample_transaction
from tests.unit.ledgerd.ledger.samples import SAMPLES
from tests.unit.ledgerd.primitives.test_tree_nodes import PREIMAGE

FOLDER = Path(__file__).resolve().parents[1] / "data"
GENESIS_JSON = (FOLDER / "golden" / "live_genesis.json").read_bytes()
LIVE_GENESIS = decode_genesis(GENESIS_JSON)
BYTES_MAX = 1 << 20
KEY = KeyLabel(KeyKind.CONSENSUS, "1233000047000000K0")


@dataclass(frozen=True, slots=True)
class Decoder:
    """One way in.

    Attributes:
        read: gives a value, or raises one of ``errors`` and nothing else, whatever the bytes.
        samples: bytes that it reads.
        reencode: the bytes of a value, where it has one form.
    """

    read: Callable[[bytes], Any]
    errors: tuple[type[Exception], ...]
    samples: tuple[bytes, ...]
    reencode: Callable[[Any], bytes] | None = None

    def run(self, data: bytes) -> bool:
        """Read bytes; say whether they are a value, which must then have exactly these bytes."""
        try:
            value = self.read(data)
        except self.errors:
            return False
        if self.reencode is not None:
            assert self.reencode(value) == data, "two forms of one value"
        return True


def _canonical(type_: type, *names: str) -> Decoder:
    read = partial(decode, type_=type_, bytes_max=BYTES_MAX)
    return Decoder(read, (DecodeError,), tuple(map(read_golden, names)), encode)


def _golden(read: Callable[[bytes], Any], *names: str, **rest: Any) -> Decoder:
    return Decoder(read, (DecodeError,), tuple(map(read_golden, names)), **rest)


def _read_frames(data: bytes) -> list[bytes]:
    frames = FrameReader().feed(data)
    whole = [encode_frame(frame.kind, frame.body) for frame in frames]
    assert data.startswith(b"".join(whole))
    return whole


def _read_segment(data: bytes) -> int:
    count = 0
    for record in read_records(data):
        assert record.stop <= len(data)
        count += 1
    return count


def _read_key(data: bytes) -> bytes:
    return open_secret(decode_key(data, "key"), "key", None)


def _read_call(data: bytes) -> object:
    return read_call(strict_json.decode(data))


def _from_file(read: Callable[[Path], Any], name: str) -> Callable[[bytes], Any]:
    """Give a reader of bytes that puts them into a file of this name first."""
    folder = tempfile.TemporaryDirectory()
    path = Path(folder.name) / name

    def read_bytes(data: bytes, _keep: object = folder) -> Any:
        path.write_bytes(data)
        path.chmod(0o600)
        return read(path)

    return read_bytes


MESSAGE_SAMPLES = tuple(encode_message(message) for message in MESSAGES)
RECORD_SAMPLES = tuple(encode_record(record) for record in RECORDS)
OPERATION_SAMPLES = tuple(encode_operation(operation) for operation in SAMPLES)
SYNC_SAMPLES = tuple(
    bytes.fromhex("".join(path.read_text().split()))
    for path in sorted((FOLDER / "sync").glob("*.hex"))
)
FRAMES = encode_frame(FrameKind.VOTE, b"vote") + encode_frame(FrameKind.SYNC, b"sync")
RECEIPT = encode_receipt(
    Receipt(operation=0, code=RejectCode.OK, object_key=b"bill", first=None, events=())
)
RECEIPTS = encode(TransactionReceipts(transaction_id=bytes(32), receipts=(RECEIPT,)))
BUNDLE = sample_bundle((sample_transaction(0), sample_transaction(1)))
CALL = b'{"jsonrpc":"2.0","method":"chain_status","params":{"height":1},"id":"a"}'
CONFIG = b'institution = "1233000047000000K0"\n[network]\nlisten = ["127.0.0.1:7001"]\n'
WALLET = b'{"account":"%s","signing_seed":"%s","sealing_secret":"%s"}' % (
    b"0a" * 16,
    b"0b" * 32,
    b"0c" * 32,
)

ASSERTIONS = (SoftPasskey(bytes(32), "ledger.invalid").sign(bytes(32)),)

DECODERS = {
    "message": Decoder(decode_message, (MessageError,), MESSAGE_SAMPLES, encode_message),
    "record": Decoder(decode_record, (MessageError,), RECORD_SAMPLES, encode_record),
    "batch": Decoder(decode_batch, (MessageError,), (encode_batch(A),), encode_batch),
    "seal": Decoder(decode_seal, (MessageError,), (encode_seal(seal(A)),), encode_seal),
    "header": _golden(decode_header, "header", reencode=encode),
    "block": _golden(decode_block, "block", "live_block", reencode=encode),
    "transaction": _golden(
        decode_transaction, "signed_transaction", reencode=lambda read: read.encoded
    ),
    "assertion": Decoder(decode_assertion, (DecodeError,), ASSERTIONS, encode),
    "der_signature": Decoder(
        decode_der, (DecodeError,), (encode_der(1, 128),), lambda numbers: encode_der(*numbers)
    ),
    "bundle": Decoder(decode_bundle, (DecodeError,), (BUNDLE,), lambda read: read.encoded),
    "package": _canonical(BundlePackage, "bundle_package"),
    "membership": _canonical(MembershipRecord, "membership_record"),
    "params": _canonical(Params, "params"),
    "field_proof": _canonical(FieldProof, "field_proof"),
    "part": _canonical(PartContent, "part_content"),
    "sidecar": _golden(decode_sidecar, "sidecar", reencode=encode),
    "proof_file": _canonical(ProofFile, "proof_of_state", "proof_of_transaction"),  # decode_proof
    "proof": Decoder(
        partial(verify_proof, genesis=LIVE_GENESIS),
        (DecodeError, VerificationFailed),
        (read_golden("live_proof_of_state"), read_golden("live_proof_of_transaction")),
    ),
    "evidence": Decoder(
        partial(verify_evidence_file, genesis=LIVE_GENESIS),
        (DecodeError, VerificationFailed),
        (read_golden("live_evidence"),),
    ),
    "genesis": Decoder(decode_genesis, (DecodeError,), (GENESIS_JSON,), encode_genesis),
    "operation": Decoder(decode_operation, (DecodeError,), OPERATION_SAMPLES, encode_operation),
    "receipt": Decoder(decode_receipt, (DecodeError,), (RECEIPT,), encode_receipt),
    "receipts": Decoder(decode_receipts, (DecodeError,), (RECEIPTS,)),
    "tree_node": Decoder(decode_node, (DecodeError,), (PREIMAGE,)),
    "tree_stored": Decoder(decode_stored, (DecodeError,), (read_golden("tree_node"),)),
    "sync": Decoder(decode_sync, (DecodeError,), SYNC_SAMPLES, encode_sync),
    "frames": Decoder(_read_frames, (LinkError,), (FRAMES,)),
    "segment": Decoder(_read_segment, (), (bytes(200),)),
    "stored_value": Decoder(
        partial(unwrap, b"key"),
        (StorageCorrupted,),
        (wrap(b"key", b"value"),),
        partial(wrap, b"key"),
    ),
    "key_file": Decoder(_read_key, (ConfigError,), (encode_key(KEY, bytes(range(32))),)),
    "config": Decoder(
        _from_file(lambda path: load_config(path.parent, {}), "config.toml"),
        (ConfigError,),
        (CONFIG,),
    ),
    "json": Decoder(strict_json.decode, (strict_json.JsonRefused,), (CALL,)),
    "call": Decoder(_read_call, (strict_json.JsonRefused, RpcFailure), (CALL,)),
    "wallet": Decoder(_from_file(read_wallet, "wallet"), (ConfigError,), (WALLET,)),
    "envelope": Decoder(
        lambda data: read_envelope(io.BytesIO(data)), (CommandFailed,), (b'{"transaction":"00"}',)
    ),
}
