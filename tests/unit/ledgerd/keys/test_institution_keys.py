"""Operator and encryption keys of one institution."""

from pathlib import Path

import pytest

from ledgerd.errors import ConfigError
from ledgerd.keys import folder
from ledgerd.keys.institution_keys import InstitutionKeys, create_institution_keys
from ledgerd.keys.key_file import KeyKind, KeyLabel, encode_key
from ledgerd.keys.keyring import KeyRing
from ledgerd.keys.passphrase import no_passphrase
from ledgerd.keys.roles import OperatorRole

OWNER = "A" * 18
ROLES = (OperatorRole.CLERK, OperatorRole.OFFICE)


@pytest.fixture
def keys(tmp_path: Path) -> Path:
    folder.create_folder(tmp_path / "keys")
    create_institution_keys(tmp_path / "keys", OWNER, ROLES, None)
    return tmp_path / "keys"


def test_each_role_has_its_own_key(keys: Path) -> None:
    opened = InstitutionKeys(keys, OWNER, no_passphrase)

    assert opened.roles == (OperatorRole.OFFICE, OperatorRole.CLERK)
    clerk = opened.signer(OperatorRole.CLERK)
    assert clerk.role is OperatorRole.CLERK
    assert clerk.public_key == opened.operator_public_key(OperatorRole.CLERK)
    assert clerk.public_key != opened.signer(OperatorRole.OFFICE).public_key


def test_a_role_without_key_is_said(keys: Path) -> None:
    opened = InstitutionKeys(keys, OWNER, no_passphrase)

    with pytest.raises(ConfigError, match="no admin key"):
        opened.signer(OperatorRole.ADMIN)


def test_old_encryption_keys_stay_beside_the_new_one(keys: Path) -> None:
    label = KeyLabel(KeyKind.ENCRYPTION, OWNER, number=2)
    folder.write_new(keys / "encryption-2.json", encode_key(label, bytes(range(32))))

    opened = InstitutionKeys(keys, OWNER, no_passphrase)

    assert [key.number for key in opened.encryption_keys()] == [1, 2]
    public_keys = tuple(key.public_key for key in opened.encryption_keys())
    assert opened.encryption_public_keys() == public_keys


def test_a_gap_in_the_numbers_is_found(keys: Path) -> None:
    label = KeyLabel(KeyKind.ENCRYPTION, OWNER, number=3)
    folder.write_new(keys / "encryption-3.json", encode_key(label, bytes(32)))

    with pytest.raises(ConfigError, match="not numbered"):
        InstitutionKeys(keys, OWNER, no_passphrase)


def test_a_key_under_another_keys_name_is_found(keys: Path) -> None:
    (keys / "operator-clerk.json").rename(keys / "operator-cashier.json")

    with pytest.raises(ConfigError, match="another key than its name says"):
        InstitutionKeys(keys, OWNER, no_passphrase)


def test_a_key_of_somebody_else_is_found(keys: Path) -> None:
    with pytest.raises(ConfigError, match="belongs to"):
        InstitutionKeys(keys, "B" * 18, no_passphrase)


def test_a_key_file_that_others_could_read_is_found(keys: Path) -> None:
    (keys / "operator-clerk.json").chmod(0o644)

    with pytest.raises(ConfigError, match="0644"):
        InstitutionKeys(keys, OWNER, no_passphrase)


def test_a_folder_without_any_encryption_key_is_refused(keys: Path) -> None:
    """Nobody could send this institution anything that it can open, and it would not know."""
    (keys / "encryption-1.json").unlink()

    with pytest.raises(ConfigError, match=r"encryption-1\.json: missing.*backup"):
        InstitutionKeys(keys, OWNER, no_passphrase)


def test_a_prepared_key_takes_the_place_of_the_present_one(tmp_path: Path) -> None:
    ring = KeyRing.create(tmp_path / "keys", OWNER)
    before = ring.own.operator_public_key(OperatorRole.CLERK)
    prepared = ring.own.prepare(OperatorRole.CLERK)
    again = ring.own.prepare(OperatorRole.CLERK)
    unchanged = ring.own.operator_public_key(OperatorRole.CLERK)
    adopted = ring.own.adopt(OperatorRole.CLERK)
    reopened = KeyRing.open(tmp_path / "keys").own

    assert prepared.public_key == again.public_key == adopted != before
    assert unchanged == before
    assert reopened.signer(OperatorRole.CLERK).public_key == adopted
    with pytest.raises(ConfigError):
        ring.own.adopt(OperatorRole.CLERK)


def test_encryption_keys_are_added_and_the_old_ones_stay(tmp_path: Path) -> None:
    ring = KeyRing.create(tmp_path / "keys", OWNER)
    first = ring.own.encryption_public_keys()

    number = ring.own.add_encryption_key()

    known = KeyRing.open(tmp_path / "keys").own.encryption_public_keys()
    assert number == 2
    assert known[:1] == first
    assert len(known) == 2
