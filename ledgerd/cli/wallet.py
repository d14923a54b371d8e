"""A patient's device as a file: the account and its keys.

Rules: mode 0600, made once, never shown; institutions never hold it. ``repr`` shows the account
only.
"""

import os
import secrets
from dataclasses import dataclass, field
from pathlib import Path

import msgspec

from ledgerd.errors import ConfigError
from ledgerd.keys.signers import SEED_BYTES, Ed25519Key, EncryptionKey

WALLET_BYTES_MAX = 4_096


class _File(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    account: str
    signing_seed: str
    sealing_secret: str


@dataclass(frozen=True, slots=True)
class Wallet:
    """Keys of one device; ``account`` is empty until the enrolment is committed."""

    account: str
    signing: Ed25519Key = field(repr=False)
    sealing: EncryptionKey = field(repr=False)
    seed: bytes = field(repr=False)

    @property
    def public_key(self) -> bytes:
        return self.signing.public_key

    def sign(self, payload: bytes) -> bytes:
        """Return the 64-byte signature of ``payload``."""
        return self.signing.sign(payload)


def new_wallet() -> Wallet:
    """Make the keys of a new device."""
    return _wallet("", secrets.token_bytes(SEED_BYTES), secrets.token_bytes(SEED_BYTES))


def with_account(wallet: Wallet, account: str) -> Wallet:
    """The same device, now of an account."""
    return _wallet(account, wallet.seed, wallet.sealing.secret)


def write_wallet(path: Path, wallet: Wallet) -> None:
    """Write a wallet in place, 0600, synced.

    Raises:
        ConfigError: it cannot be written.
    """
    file = _File(wallet.account, wallet.seed.hex(), wallet.sealing.secret.hex())
    fresh = path.with_name(path.name + ".new")
    try:
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        fresh.unlink(missing_ok=True)
        descriptor = os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(descriptor, "wb") as stream:
            stream.write(msgspec.json.encode(file))
            stream.flush()
            os.fsync(stream.fileno())
        fresh.replace(path)
    except OSError as error:
        raise ConfigError(f"{path}: cannot be written: {error.strerror}") from error


def read_wallet(path: Path) -> Wallet:
    """Read a wallet.

    Raises:
        ConfigError: there is none, others can read it, or it is damaged.
    """
    try:
        mode = path.stat().st_mode & 0o777
        data = path.read_bytes()[: WALLET_BYTES_MAX + 1]
    except OSError as error:
        raise ConfigError(f"{path}: cannot be read: {error.strerror}") from error
    if mode & 0o077:
        raise ConfigError(f"{path}: mode {mode:o}, expected 600")
    try:
        file = msgspec.json.decode(data, type=_File)
        seeds = bytes.fromhex(file.signing_seed), bytes.fromhex(file.sealing_secret)
    except (msgspec.MsgspecError, ValueError):
        raise ConfigError(f"{path}: is not a wallet") from None
    if [len(seed) for seed in seeds] != [SEED_BYTES, SEED_BYTES]:
        raise ConfigError(f"{path}: is not a wallet")
    return _wallet(file.account, *seeds)


def _wallet(account: str, seed: bytes, sealing_secret: bytes) -> Wallet:
    sealing = EncryptionKey.from_secret(1, sealing_secret)
    return Wallet(account, Ed25519Key.from_seed(seed), sealing, seed)
