"""Objects that sign and agree."""

import nacl.bindings

from ledgerd.keys.roles import OperatorRole
from ledgerd.keys.signers import ConsensusSigner, Ed25519Key, EncryptionKey, OperatorSigner

SEED = bytes(range(32))


def test_a_consensus_signature_verifies_under_its_public_key() -> None:
    signer = ConsensusSigner(Ed25519Key.from_seed(SEED))

    signature = signer.sign(b"vote")

    assert len(signature) == 64
    assert nacl.bindings.crypto_sign_open(signature + b"vote", signer.public_key) == b"vote"


def test_an_operator_signs_with_the_key_of_its_role() -> None:
    key = Ed25519Key.from_seed(SEED)
    signer = OperatorSigner("A" * 18, OperatorRole.CLERK, key)

    assert signer.public_key == key.public_key
    assert signer.sign(b"x") == key.sign(b"x")


def test_two_encryption_keys_agree_on_one_secret() -> None:
    ours = EncryptionKey.from_secret(1, SEED)
    theirs = EncryptionKey.from_secret(2, bytes(reversed(SEED)))

    left = nacl.bindings.crypto_scalarmult(ours.secret, theirs.public_key)
    right = nacl.bindings.crypto_scalarmult(theirs.secret, ours.public_key)

    assert left == right


def test_no_repr_shows_a_secret() -> None:
    key = Ed25519Key.from_seed(SEED)
    shown = [
        repr(key),
        repr(ConsensusSigner(key)),
        repr(OperatorSigner("A" * 18, OperatorRole.CLERK, key)),
        repr(EncryptionKey.from_secret(1, SEED)),
    ]

    assert not any(repr(SEED[:8])[2:-1] in text or SEED.hex() in text for text in shown)
