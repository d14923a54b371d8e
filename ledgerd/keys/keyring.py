"""The ``keys/`` folder of a home: every key of a node, and those of the institutions it hosts.

::

    keys/consensus.json            Ed25519, votes and hellos
    keys/transport.pem             Ed25519, TLS; keys/certificate.pem is its certificate
    keys/storage.json              32 bytes, seals what the offices store
    keys/encryption-1.json         X25519, numbered, highest = present one
    keys/operator-office.json ...  Ed25519, one file per role
    keys/hosted/<institution id>/  encryption-*.json and operator-*.json of a hosted institution

Rules: everything is read and checked at ``open`` but what is under a passphrase, which is opened at
its first use. Source: reliability.md section 6, domain.md section 1.
"""

from collections.abc import Iterable
from pathlib import Path
from typing import Final

from ledgerd.errors import ConfigError
from ledgerd.keys import folder
from ledgerd.keys.certificates import (
    certificate_from_pem,
    certificate_key,
    certificate_to_pem,
    make_certificate,
    private_key_to_pem,
    public_key_of_pem,
)
from ledgerd.keys.institution_keys import InstitutionKeys, create_institution_keys
from ledgerd.keys.key_file import (
    KeyKind,
    KeyLabel,
    decode_key,
    encode_key,
    new_secret,
    open_secret,
)
from ledgerd.keys.passphrase import PassphraseSource, no_passphrase
from ledgerd.keys.roles import OperatorRole
from ledgerd.keys.signers import ConsensusSigner, Ed25519Key, OperatorSigner

CONSENSUS_FILE: Final = "consensus.json"
STORAGE_FILE: Final = "storage.json"
TRANSPORT_FILE: Final = "transport.pem"
CERTIFICATE_FILE: Final = "certificate.pem"
HOSTED_FOLDER: Final = "hosted"
HOSTED_COUNT_MAX: Final = 10_000  # institutions on one node; a folder with more is a mistake


class KeyRing:
    """All keys of one home.

    Attributes:
        consensus: signs votes and hellos.
        storage_key: 32 bytes; seals what the offices store. Never shown.
        certificate: DER bytes of the transport certificate.
        own: operator and encryption keys of the institution that runs the node.
    """

    def __init__(self, directory: Path, passphrase: PassphraseSource) -> None:
        """Read a folder; for callers outside: ``KeyRing.open``."""
        folder.verify_folder(directory)
        institution_id, seed = _read_single(directory / CONSENSUS_FILE, KeyKind.CONSENSUS)
        storage_owner, self.storage_key = _read_single(directory / STORAGE_FILE, KeyKind.STORAGE)
        if storage_owner != institution_id:
            raise ConfigError(f"{directory / STORAGE_FILE}: belongs to {storage_owner}")
        self.consensus = ConsensusSigner(Ed25519Key.from_seed(seed))
        self.certificate = _read_certificate(directory)
        self.own = InstitutionKeys(directory, institution_id, passphrase)
        self._directory = directory
        self._passphrase = passphrase
        self._hosted: dict[str, InstitutionKeys] = {}
        self._look_for_hosted()

    def __repr__(self) -> str:
        return f"KeyRing({self.institution_id})"

    @classmethod
    def create(
        cls, directory: Path, institution_id: str, passphrase: bytes | None = None
    ) -> "KeyRing":
        """Make a new ``keys`` folder with one key of every kind and an operator key per role.

        A passphrase protects the operator and encryption keys.

        Raises:
            ConfigError: the folder is there already or cannot be written, or the passphrase is too
                short.
        """
        folder.create_folder(directory)
        folder.create_folder(directory / HOSTED_FOLDER)
        for kind, name in ((KeyKind.CONSENSUS, CONSENSUS_FILE), (KeyKind.STORAGE, STORAGE_FILE)):
            label = KeyLabel(kind, institution_id)
            folder.write_new(directory / name, encode_key(label, new_secret()))
        seed = new_secret()
        certificate = make_certificate(seed, institution_id)
        folder.write_new(directory / TRANSPORT_FILE, private_key_to_pem(seed))
        folder.write_new(directory / CERTIFICATE_FILE, certificate_to_pem(certificate))
        create_institution_keys(directory, institution_id, tuple(OperatorRole), passphrase)
        return cls.open(directory, None if passphrase is None else lambda: passphrase)

    @classmethod
    def open(cls, directory: Path, passphrase: PassphraseSource | None = None) -> "KeyRing":
        """Read and check every key file.

        Raises:
            ConfigError: a file is missing, damaged, too open, or not what its name says.
        """
        return cls(directory, passphrase or no_passphrase)

    @property
    def institution_id(self) -> str:
        """Who runs this node."""
        return self.own.institution_id

    @property
    def certificate_path(self) -> Path:
        """The certificate in PEM, as ``ssl`` reads it."""
        return self._directory / CERTIFICATE_FILE

    @property
    def transport_key_path(self) -> Path:
        """The transport key in PEM, as ``ssl`` reads it."""
        return self._directory / TRANSPORT_FILE

    @property
    def hosted_ids(self) -> tuple[str, ...]:
        """Hosted institutions, sorted; also those that were added while this ring was open."""
        self._look_for_hosted()
        return tuple(sorted(self._hosted))

    def signer(self, role: OperatorRole) -> OperatorSigner:
        """Return the own institution's signer of this role.

        Raises:
            ConfigError: no key of this role is here, or its passphrase is missing or wrong.
        """
        return self.own.signer(role)

    def keys_of(self, institution_id: str) -> InstitutionKeys:
        """Return the keys of the own or of a hosted institution.

        Raises:
            ConfigError: none of that institution are here.
        """
        if institution_id == self.institution_id:
            return self.own
        if institution_id not in self._hosted:
            self._look_for_hosted()
        hosted = self._hosted.get(institution_id)
        if hosted is None:
            raise ConfigError(f"{self._directory}: no keys of {institution_id}")
        return hosted

    def host(
        self, institution_id: str, roles: Iterable[OperatorRole], passphrase: bytes | None = None
    ) -> InstitutionKeys:
        """Make and store keys for a hosted institution: these roles and encryption key 1.

        Raises:
            ConfigError: keys of that institution are here already, or cannot be written.
        """
        if institution_id == self.institution_id:
            raise ConfigError(f"{institution_id} runs this node and is not hosted on it")
        if not (institution_id.isascii() and institution_id.isalnum()):
            raise ConfigError("an institution id has letters and digits only")
        path = self._directory / HOSTED_FOLDER / institution_id
        draft = path.with_name(f".{institution_id}.new")  # a running node sees all keys or none
        if path.exists():
            raise ConfigError(f"{path}: is there already")
        folder.remove_draft(draft)
        folder.create_folder(draft)
        create_institution_keys(draft, institution_id, tuple(roles), passphrase)
        folder.put_in_place(draft, path)
        source = self._passphrase if passphrase is None else lambda: passphrase
        self._hosted[institution_id] = InstitutionKeys(path, institution_id, source)
        return self._hosted[institution_id]

    def _look_for_hosted(self) -> None:
        """Read folders that were not there before: ``ledgerctl`` adds them beside a running node.

        Raises:
            ConfigError: one is damaged, too open, or not what its name says.
        """
        for path in _hosted_folders(self._directory):
            if path.name not in self._hosted:
                keys = InstitutionKeys(path, path.name, self._passphrase)
                self._hosted[path.name] = keys


def _read_single(path: Path, kind: KeyKind) -> tuple[str, bytes]:
    """Return owner and secret of a key that a node has one of; it is never protected."""
    file = decode_key(folder.read(path), str(path))
    if file.kind is not kind:
        raise ConfigError(f"{path}: expected a {kind} key, found {file.kind}")
    return file.institution, open_secret(file, str(path), None)


def _read_certificate(directory: Path) -> bytes:
    key_path, path = directory / TRANSPORT_FILE, directory / CERTIFICATE_FILE
    public_key = public_key_of_pem(folder.read(key_path), str(key_path))
    certificate = certificate_from_pem(folder.read(path), str(path))
    if certificate_key(certificate) != public_key:
        raise ConfigError(f"{path}: is not the certificate of {key_path.name}")
    return certificate


def _hosted_folders(directory: Path) -> list[Path]:
    hosted = directory / HOSTED_FOLDER
    if not hosted.exists():
        return []
    folder.verify_folder(hosted)
    found = sorted(path for path in hosted.iterdir() if not path.name.startswith("."))
    if len(found) > HOSTED_COUNT_MAX:
        raise ConfigError(f"{hosted}: {len(found)} entries, at most {HOSTED_COUNT_MAX}")
    return found
