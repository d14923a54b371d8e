"""The ``keys/`` folder of a home: every key of a node, and those of the institutions it hosts.

::

    keys/consensus.json            Ed25519, votes and hellos
    keys/transport.pem             Ed25519, TLS; keys/certificate.pem is its certificate
    keys/encryption-1.json         X25519, numbered, highest = present one
    keys/operator-office.json ...  Ed25519, one file per role
    keys/storage.json              32 bytes, seals what the offices store
    keys/hosted/<institution id>/  encryption-*.json and operator-*.json of a hosted institution

Source: reliability.md section 6, domain.md section 1.
"""

from collections.abc import Callable, Iterable
from pathlib import Path
from typing import TypeAlias

from ledgerd.keys.roles import OperatorRole
from ledgerd.keys.signers import ConsensusSigner, EncryptionKey, OperatorSigner

PassphraseSource: TypeAlias = Callable[[], bytes]
"""Gives the passphrase of protected keys when one is met: from a file or a prompt."""


class HostedKeys:
    """Operator and encryption keys of one institution; its own are those of the ring."""

    institution_id: str

    @property
    def roles(self) -> tuple[OperatorRole, ...]:
        """The roles a key is there for, in the order of the enum."""
        raise NotImplementedError

    def signer(self, role: OperatorRole) -> OperatorSigner:
        """Return the signer of this role. ``.public_key``, ``.sign(payload) -> 64 bytes``.

        Raises:
            ConfigError: no key of this role here, or it is protected and the passphrase is wrong.
        """
        raise NotImplementedError

    @property
    def encryption_keys(self) -> tuple[EncryptionKey, ...]:
        """All encryption keys by rising number; the last one is the present one."""
        raise NotImplementedError


class KeyRing:
    """All keys of one home."""

    institution_id: str
    consensus: ConsensusSigner
    storage_key: bytes
    certificate: bytes  # DER
    certificate_path: Path  # PEM
    transport_key_path: Path  # PEM
    own: HostedKeys

    @classmethod
    def create(
        cls, directory: Path, institution_id: str, passphrase: bytes | None = None
    ) -> "KeyRing":
        """Make a new ``keys`` folder with one key of every kind and an operator key per role.

        Args:
            passphrase: protects operator (except office, terminal) and encryption keys.

        Raises:
            ConfigError: the folder is there already, or cannot be written.
        """
        raise NotImplementedError

    @classmethod
    def open(cls, directory: Path, passphrase: PassphraseSource | None = None) -> "KeyRing":
        """Read and check every key file.

        Raises:
            ConfigError: a file is missing, damaged, too open, or not what its name says.
        """
        raise NotImplementedError

    def signer(self, role: OperatorRole) -> OperatorSigner:
        """Return the own institution's signer of this role (``own.signer``)."""
        raise NotImplementedError

    def host(self, institution_id: str, roles: Iterable[OperatorRole]) -> HostedKeys:
        """Make and store keys for a hosted institution: these roles and encryption key 1."""
        raise NotImplementedError

    def hosted(self, institution_id: str) -> HostedKeys:
        """Return the keys of the own or of a hosted institution.

        Raises:
            ConfigError: none of that institution are here.
        """
        raise NotImplementedError

    @property
    def hosted_ids(self) -> tuple[str, ...]:
        """Hosted institutions, sorted."""
        raise NotImplementedError
