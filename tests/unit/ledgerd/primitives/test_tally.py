"""The tally: the work of this process is counted where it is done."""

from pathlib import Path

from ledgerd.chain.transaction import are_valid_authorisations
from ledgerd.primitives.signatures import Ed25519Signer, is_valid_signature
from ledgerd.primitives.tally import TALLY
from ledgerd.storage.disk import RealDirectory

SIGNER = Ed25519Signer(bytes(32))
SIGNED = (SIGNER.public_key, b"payload", SIGNER.sign(b"payload"))


def test_a_verified_signature_is_counted_whether_it_holds_or_not() -> None:
    before = TALLY.signatures

    is_valid_signature(*SIGNED)
    is_valid_signature(SIGNED[0], b"another", SIGNED[2])

    assert TALLY.signatures == before + 2


def test_an_authorisation_is_counted_once_and_as_a_signature_too() -> None:
    before = (TALLY.signatures, TALLY.authorisations)

    are_valid_authorisations([SIGNED, SIGNED])

    assert (TALLY.signatures, TALLY.authorisations) == (before[0] + 2, before[1] + 2)


def test_a_sync_of_a_file_is_counted(tmp_path: Path) -> None:
    file = RealDirectory(tmp_path).create("log")
    before = TALLY.file_syncs

    file.write_at(0, b"record")
    file.sync()
    file.close()

    assert TALLY.file_syncs == before + 1
