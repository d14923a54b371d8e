"""What stands in one key file: JSON with the public part, and the secret in plain or sealed.

::

    {"format": "ledgerd-key", "version": 1, "kind": "operator", "institution": "...",
     "role": "clerk", "number": null, "public": "<hex>", "secret": "<hex>" or {
        "kdf": "argon2id13", "passes": 3, "memory_kib": 65536, "salt": "<hex>", "box": "<hex>"}}

Rules: unknown fields are errors; the public part must belong to the secret; a passphrase never
stands here; no error names a secret. Source: reliability.md section 6.
"""

import enum
import hashlib
from dataclasses import dataclass
from typing import Annotated, Final, Literal

import msgspec
import nacl.bindings
import nacl.exceptions
import nacl.utils
from msgspec import Meta

from ledgerd.errors import ConfigError
from ledgerd.keys.roles import OperatorRole
from ledgerd.keys.signers import Ed25519Key, EncryptionKey

SECRET_BYTES: Final = 32
PASSPHRASE_BYTES_MIN: Final = 8
PASSPHRASE_BYTES_MAX: Final = 1024
_SALT_BYTES: Final = 16

Hex32 = Annotated[str, Meta(pattern=r"\A[0-9a-f]{64}\Z", max_length=64)]


class KeyKind(enum.StrEnum):
    """What a key is for."""

    CONSENSUS = "consensus"
    ENCRYPTION = "encryption"
    OPERATOR = "operator"
    STORAGE = "storage"


@dataclass(frozen=True, slots=True)
class Stretching:
    """Cost of one guess at a passphrase: Argon2id passes over so much memory."""

    passes: int = 3
    memory_kib: int = 64 << 10  # about 0.15 s here; a graphics card does a few hundred a second


USUAL_STRETCHING: Final = Stretching()


class SealedSecret(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A secret under a passphrase. The limits keep a foreign file from eating the machine."""

    kdf: Literal["argon2id13"]
    passes: Annotated[int, Meta(ge=1, le=16)]
    memory_kib: Annotated[int, Meta(ge=8, le=1 << 20)]
    salt: Annotated[str, Meta(pattern=r"\A[0-9a-f]{32}\Z", max_length=32)]
    box: Annotated[str, Meta(pattern=r"\A[0-9a-f]{144}\Z", max_length=144)]  # nonce 24, tag 16

    def __repr__(self) -> str:
        return f"SealedSecret({self.kdf})"


class KeyFile(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """One key file.

    Attributes:
        public: public key in hex; of a storage key a check value that shows nothing.
        secret: Ed25519 seed, X25519 scalar or storage key in hex; or sealed.
        number: of encryption keys only.
        role: of operator keys only.
    """

    format: Literal["ledgerd-key"] = "ledgerd-key"
    version: Literal[1] = 1
    kind: KeyKind
    institution: Annotated[str, Meta(min_length=1, max_length=64)]
    role: OperatorRole | None = None
    number: Annotated[int, Meta(ge=1, le=2**31)] | None = None
    public: Hex32
    secret: Hex32 | SealedSecret

    def __repr__(self) -> str:
        return f"KeyFile({self.kind}, {self.institution}, {self.role}, {self.number})"

    @property
    def is_protected(self) -> bool:
        """Whether a passphrase is needed."""
        return isinstance(self.secret, SealedSecret)


@dataclass(frozen=True, slots=True)
class KeyLabel:
    """Whose key of which kind a file holds."""

    kind: KeyKind
    institution_id: str
    role: OperatorRole | None = None
    number: int | None = None


def new_secret() -> bytes:
    """Return 32 bytes from the system's generator."""
    return nacl.utils.random(SECRET_BYTES)


def public_part(label: KeyLabel, secret: bytes) -> bytes:
    """Return the 32 bytes that a file shows of its secret."""
    match label.kind:
        case KeyKind.ENCRYPTION:
            return EncryptionKey.from_secret(label.number or 1, secret).public_key
        case KeyKind.STORAGE:
            return hashlib.blake2b(b"storage key check", key=secret, digest_size=32).digest()
        case KeyKind.CONSENSUS | KeyKind.OPERATOR:
            return Ed25519Key.from_seed(secret).public_key


def encode_key(
    label: KeyLabel,
    secret: bytes,
    passphrase: bytes | None = None,
    stretching: Stretching = USUAL_STRETCHING,
) -> bytes:
    """Return the bytes of a key file, sealed when a passphrase is given.

    Raises:
        ConfigError: the passphrase is too short or too long.
    """
    assert len(secret) == SECRET_BYTES
    assert (label.role is not None) == (label.kind is KeyKind.OPERATOR)
    assert (label.number is not None) == (label.kind is KeyKind.ENCRYPTION)
    file = KeyFile(
        kind=label.kind,
        institution=label.institution_id,
        role=label.role,
        number=label.number,
        public=public_part(label, secret).hex(),
        secret=secret.hex() if passphrase is None else _seal(secret, passphrase, stretching),
    )
    return msgspec.json.format(msgspec.json.encode(file)) + b"\n"


def decode_key(data: bytes, where: str) -> KeyFile:
    """Read a key file.

    Raises:
        ConfigError: not the format, or fields that its kind does not have; says ``where``.
    """
    try:
        file = msgspec.json.decode(data, type=KeyFile)
    except (msgspec.DecodeError, UnicodeDecodeError) as error:
        raise ConfigError(f"{where}: is no key file of this version") from error
    if (file.role is not None) != (file.kind is KeyKind.OPERATOR):
        raise ConfigError(f"{where}: a role belongs to operator keys, and to each of them")
    if (file.number is not None) != (file.kind is KeyKind.ENCRYPTION):
        raise ConfigError(f"{where}: a number belongs to encryption keys, and to each of them")
    return file


def open_secret(file: KeyFile, where: str, passphrase: bytes | None) -> bytes:
    """Return the secret of a key file, once it is sure that the public part belongs to it.

    Raises:
        ConfigError: a passphrase is missing or wrong, or the file was changed.
    """
    if isinstance(file.secret, str):
        secret = bytes.fromhex(file.secret)
    elif passphrase is None:
        raise ConfigError(f"{where}: is protected, and no passphrase is at hand")
    else:
        secret = _unseal(file.secret, where, passphrase)
    label = KeyLabel(file.kind, file.institution, file.role, file.number)
    if public_part(label, secret).hex() != file.public:
        raise ConfigError(f"{where}: the public part does not belong to the secret")
    return secret


def _seal(secret: bytes, passphrase: bytes, stretching: Stretching) -> SealedSecret:
    salt = nacl.utils.random(_SALT_BYTES)
    nonce = nacl.utils.random(nacl.bindings.crypto_secretbox_NONCEBYTES)
    key = _stretch(passphrase, salt, stretching)
    box = nonce + nacl.bindings.crypto_secretbox(secret, nonce, key)
    return SealedSecret(
        "argon2id13", stretching.passes, stretching.memory_kib, salt.hex(), box.hex()
    )


def _unseal(sealed: SealedSecret, where: str, passphrase: bytes) -> bytes:
    stretching = Stretching(sealed.passes, sealed.memory_kib)
    key = _stretch(passphrase, bytes.fromhex(sealed.salt), stretching)
    nonce_bytes = nacl.bindings.crypto_secretbox_NONCEBYTES
    box = bytes.fromhex(sealed.box)
    try:
        return nacl.bindings.crypto_secretbox_open(box[nonce_bytes:], box[:nonce_bytes], key)
    except nacl.exceptions.CryptoError as error:
        raise ConfigError(f"{where}: the passphrase is wrong, or the file was changed") from error


def _stretch(passphrase: bytes, salt: bytes, stretching: Stretching) -> bytes:
    if not PASSPHRASE_BYTES_MIN <= len(passphrase) <= PASSPHRASE_BYTES_MAX:
        raise ConfigError(
            f"a passphrase has {PASSPHRASE_BYTES_MIN} to {PASSPHRASE_BYTES_MAX} bytes, "
            f"found {len(passphrase)}"
        )
    return nacl.bindings.crypto_pwhash_alg(
        nacl.bindings.crypto_secretbox_KEYBYTES,
        passphrase,
        salt,
        stretching.passes,
        stretching.memory_kib << 10,
        nacl.bindings.crypto_pwhash_ALG_ARGON2ID13,
    )
