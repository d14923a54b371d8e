"""Sealed documents."""

from ledgerd.offices.documents import enclose
from ledgerd.primitives.sealing import PartCommitment, decode_sidecar, open_document, sidecar_hash
from ledgerd.primitives.wrapping import DeviceReader, encryption_public_key, unwrap_for_device
from tests.unit.ledgerd.offices.town import Entropy

SECRET = b"s" * 32


def test_a_reader_opens_what_the_operation_commits_to() -> None:
    reader = DeviceReader(encryption_public_key(SECRET))

    enclosed = enclose(b"content", [reader], Entropy("x"))

    document = enclosed.document
    sidecar = decode_sidecar(enclosed.sidecar)
    key = unwrap_for_device(sidecar.wraps, SECRET)[0]
    commitment = PartCommitment(document.root, document.key)
    assert open_document(sidecar, key, commitment) == b"content"
    assert document.sidecar.sidecar_hash == sidecar_hash(enclosed.sidecar)
    assert document.sidecar.sidecar_bytes == len(enclosed.sidecar)
