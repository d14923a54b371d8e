"""A patient's device as a file: the account and its keys, or the mandate to act for it.

Rules: mode 0600, made once, never shown; institutions never hold it. ``repr`` shows the account
only. A passkey in a file is a software authenticator: it makes the same bytes as a phone, and
protects no better than the file. The wallet of a proxy names the other account and keeps the
holder's own keys; with that of a counter a clerk's key signs, never its own.
"""

import os
import secrets
from dataclasses import dataclass, field, replace
from pathlib import Path

import msgspec

from ledgerd.errors import ConfigError
from ledgerd.keys.signers import SEED_BYTES, Ed25519Key, EncryptionKey
from ledgerd.keys.soft_passkey import SoftPasskey

WALLET_BYTES_MAX = 4 << 20  # a counter's wallet holds the form that the person signed


class Mandate(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Why this wallet acts for an account that is not its own.

    Attributes:
        holder: account of the proxy, with ``proxy``, its id.
        presence: id of the attested presence, with ``form``, the signed form as hex.
    """

    holder: str = ""
    proxy: str = ""
    presence: str = ""
    form: str = ""

    def __repr__(self) -> str:
        return f"Mandate(proxy={self.proxy!r}, presence={self.presence!r})"


class _File(msgspec.Struct, frozen=True, forbid_unknown_fields=True, omit_defaults=True):
    account: str
    signing_seed: str
    sealing_secret: str
    relying_party: str = ""
    mandate: Mandate | None = None


@dataclass(frozen=True, slots=True)
class Wallet:
    """Keys of one device; ``account`` is empty until the enrolment is committed.

    Attributes:
        relying_party: of a passkey; empty when the device signs with Ed25519.
        mandate: why it acts for ``account``; None for the account's own device.
    """

    account: str
    signing: Ed25519Key | SoftPasskey = field(repr=False, compare=False)
    sealing: EncryptionKey = field(repr=False)
    seed: bytes = field(repr=False)
    relying_party: str = field(default="", repr=False)
    mandate: Mandate | None = field(default=None, repr=False)

    @property
    def public_key(self) -> bytes:
        return self.signing.public_key

    @property
    def author(self) -> str:
        """The account whose device signs: its own, or the proxy's."""
        return self.account if self.mandate is None else self.mandate.holder

    @property
    def is_counter(self) -> bool:
        """Whether a clerk's key signs, before whom the person stands."""
        return self.mandate is not None and bool(self.mandate.presence)

    def sign(self, payload: bytes) -> bytes:
        """Return the authorisation of ``payload``: a signature, or an assertion."""
        return self.signing.sign(payload)


def new_wallet(relying_party: str = "") -> Wallet:
    """Make the keys of a new device; a passkey when a relying party is named."""
    seeds = secrets.token_bytes(SEED_BYTES), secrets.token_bytes(SEED_BYTES)
    return _wallet("", seeds, relying_party)


def with_account(wallet: Wallet, account: str) -> Wallet:
    """The same device, now of an account."""
    return replace(wallet, account=account)


def with_mandate(wallet: Wallet, account: str, mandate: Mandate) -> Wallet:
    """The same device, acting for an account by a mandate."""
    return replace(wallet, account=account, mandate=mandate)


def write_wallet(path: Path, wallet: Wallet) -> None:
    """Write a wallet in place, 0600, synced.

    Raises:
        ConfigError: it cannot be written.
    """
    fresh = path.with_name(path.name + ".new")
    try:
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        fresh.unlink(missing_ok=True)
        descriptor = os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(descriptor, "wb") as stream:
            stream.write(msgspec.json.encode(_file_of(wallet)))
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
        file.relying_party.encode("ascii")
    except (msgspec.MsgspecError, ValueError):
        raise ConfigError(f"{path}: is not a wallet") from None
    if [len(seed) for seed in seeds] != [SEED_BYTES, SEED_BYTES]:
        raise ConfigError(f"{path}: is not a wallet")
    wallet = _wallet(file.account, seeds, file.relying_party)
    return wallet if file.mandate is None else with_mandate(wallet, file.account, file.mandate)


def _file_of(wallet: Wallet) -> _File:
    return _File(
        wallet.account,
        wallet.seed.hex(),
        wallet.sealing.secret.hex(),
        wallet.relying_party,
        wallet.mandate,
    )


def _wallet(account: str, seeds: tuple[bytes, bytes], relying_party: str) -> Wallet:
    seed, sealing_secret = seeds
    sealing = EncryptionKey.from_secret(1, sealing_secret)
    signing = SoftPasskey(seed, relying_party) if relying_party else Ed25519Key.from_seed(seed)
    return Wallet(account, signing, sealing, seed, relying_party)
