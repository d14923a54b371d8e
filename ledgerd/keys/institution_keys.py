"""Operator and encryption keys of one institution, as they lie in one folder.

Rules: the file name, the file's label and the folder's owner must agree; an operator key has one
role; encryption keys are numbered from 1 and kept, for old payloads stay sealed to old keys.
Source: domain.md section 1.
"""

from collections.abc import Sequence
from pathlib import Path
from typing import Final

from ledgerd.errors import ConfigError
from ledgerd.keys import folder
from ledgerd.keys.key_file import (
    KeyFile,
    KeyKind,
    KeyLabel,
    decode_key,
    encode_key,
    new_secret,
    open_secret,
)
from ledgerd.keys.passphrase import PassphraseSource
from ledgerd.keys.roles import OperatorRole
from ledgerd.keys.signers import Ed25519Key, EncryptionKey, OperatorSigner

ENCRYPTION_COUNT_MAX: Final = 1_000  # one a year; more is a mistake


class InstitutionKeys:
    """The keys with which one institution signs transactions and opens what is sealed to it."""

    def __init__(self, directory: Path, institution_id: str, passphrase: PassphraseSource) -> None:
        """Read and check the files of ``directory``.

        Raises:
            ConfigError: a file is damaged, too open, or not what its name says.
        """
        folder.verify_folder(directory)
        self.institution_id = institution_id
        self._passphrase = passphrase
        self._directory = directory
        self._files: dict[KeyLabel, KeyFile] = {}
        self._secrets: dict[KeyLabel, bytes] = {}
        for path in sorted(directory.glob("operator-*.json")):
            self._read(path, KeyKind.OPERATOR)
        for path in sorted(directory.glob("encryption-*.json")):
            self._read(path, KeyKind.ENCRYPTION)
        numbers = sorted(label.number or 0 for label in self._files if label.number)
        if numbers != list(range(1, len(numbers) + 1)) or len(numbers) > ENCRYPTION_COUNT_MAX:
            raise ConfigError(f"{directory}: encryption keys are not numbered 1, 2, ...")
        if not numbers:
            raise ConfigError(
                f"{directory / 'encryption-1.json'}: missing; what was sealed to "
                f"{institution_id} cannot be opened without it. Put it back from a backup"
            )

    def __repr__(self) -> str:
        return f"InstitutionKeys({self.institution_id})"

    @property
    def roles(self) -> tuple[OperatorRole, ...]:
        """The roles that a key is here for, in the order of the enum."""
        there = {label.role for label in self._files}
        return tuple(role for role in OperatorRole if role in there)

    @property
    def is_protected(self) -> bool:
        """Whether any key here needs a passphrase."""
        return any(file.is_protected for file in self._files.values())

    def operator_public_key(self, role: OperatorRole) -> bytes:
        """Return the 32-byte public key of a role; needs no passphrase.

        Raises:
            ConfigError: no key of this role is here.
        """
        return bytes.fromhex(self._file(self._operator(role)).public)

    def encryption_public_keys(self) -> tuple[bytes, ...]:
        """Return the public encryption keys, number 1 first; needs no passphrase."""
        return tuple(bytes.fromhex(self._files[label].public) for label in self._encryption())

    def signer(self, role: OperatorRole) -> OperatorSigner:
        """Return the signer of one role.

        Raises:
            ConfigError: no key of this role is here, or its passphrase is missing or wrong.
        """
        seed = self._secret(self._operator(role))
        return OperatorSigner(self.institution_id, role, Ed25519Key.from_seed(seed))

    def encryption_keys(self) -> tuple[EncryptionKey, ...]:
        """Return all encryption keys, number 1 first; the last one is the present one.

        Raises:
            ConfigError: the passphrase is missing or wrong.
        """
        return tuple(
            EncryptionKey.from_secret(label.number or 0, self._secret(label))
            for label in self._encryption()
        )

    def prepare(self, role: OperatorRole) -> Ed25519Key:
        """Return the key that is to follow the present one of a role; made at the first call.

        Raises:
            ConfigError: it cannot be written or read, or the passphrase is missing or wrong.
        """
        label, path = self._operator(role), self._next_path(role)
        if not path.exists():
            folder.write_new(path, encode_key(label, new_secret(), self._passphrase_of_new()))
            folder.sync_folder(self._directory)
        file = decode_key(folder.read(path), str(path))
        passphrase = self._passphrase() if file.is_protected else None
        return Ed25519Key.from_seed(open_secret(file, str(path), passphrase))

    def adopt(self, role: OperatorRole) -> bytes:
        """Put the prepared key of a role in the place of the present one; give its public key.

        Raises:
            ConfigError: none is prepared, or the disk refuses.
        """
        path, label = self._next_path(role), self._operator(role)
        if not path.exists():
            raise ConfigError(f"{path}: no key is prepared for this role")
        folder.replace(path, self._directory / _name(label))
        self._secrets.pop(label, None)
        self._read(self._directory / _name(label), KeyKind.OPERATOR)
        return self.operator_public_key(role)

    def add_encryption_key(self) -> int:
        """Write the next encryption key; give its number.

        Raises:
            ConfigError: it cannot be written, or the passphrase is missing.
        """
        number = len(self._encryption()) + 1
        label = KeyLabel(KeyKind.ENCRYPTION, self.institution_id, number=number)
        data = encode_key(label, new_secret(), self._passphrase_of_new())
        folder.write_new(self._directory / _name(label), data)
        folder.sync_folder(self._directory)
        self._read(self._directory / _name(label), KeyKind.ENCRYPTION)
        return number

    def _passphrase_of_new(self) -> bytes | None:
        return self._passphrase() if self.is_protected else None

    def _next_path(self, role: OperatorRole) -> Path:
        return self._directory / f"next-{_name(self._operator(role))}"

    def _operator(self, role: OperatorRole) -> KeyLabel:
        return KeyLabel(KeyKind.OPERATOR, self.institution_id, role=role)

    def _encryption(self) -> list[KeyLabel]:
        labels = [label for label in self._files if label.kind is KeyKind.ENCRYPTION]
        return sorted(labels, key=lambda label: label.number or 0)

    def _file(self, label: KeyLabel) -> KeyFile:
        file = self._files.get(label)
        if file is None:
            raise ConfigError(f"{self._directory}: no {label.role} key of {self.institution_id}")
        return file

    def _secret(self, label: KeyLabel) -> bytes:
        if label not in self._secrets:
            file = self._file(label)
            passphrase = self._passphrase() if file.is_protected else None
            self._secrets[label] = open_secret(
                file, str(self._directory / _name(label)), passphrase
            )
        return self._secrets[label]

    def _read(self, path: Path, kind: KeyKind) -> None:
        file = decode_key(folder.read(path), str(path))
        label = KeyLabel(file.kind, file.institution, file.role, file.number)
        if file.kind is not kind or path.name != _name(label):
            raise ConfigError(f"{path}: holds another key than its name says")
        if file.institution != self.institution_id:
            raise ConfigError(f"{path}: belongs to {file.institution}, not {self.institution_id}")
        self._files[label] = file
        if not file.is_protected:
            self._secret(label)


def create_institution_keys(
    directory: Path,
    institution_id: str,
    roles: Sequence[OperatorRole],
    passphrase: bytes | None,
) -> None:
    """Write a new key for each role and encryption key 1.

    Raises:
        ConfigError: a file is there already or cannot be written, or the passphrase is too short.
    """
    labels = [KeyLabel(KeyKind.OPERATOR, institution_id, role=role) for role in roles]
    labels.append(KeyLabel(KeyKind.ENCRYPTION, institution_id, number=1))
    for label in labels:
        folder.write_new(directory / _name(label), encode_key(label, new_secret(), passphrase))
    folder.sync_folder(directory)


def _name(label: KeyLabel) -> str:
    part = label.role if label.number is None else label.number
    return f"{label.kind}-{part}.json"
