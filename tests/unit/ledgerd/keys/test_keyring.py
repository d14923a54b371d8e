"""The keys folder of a home."""

import ssl
from pathlib import Path

import pytest

from ledgerd.errors import ConfigError
from ledgerd.keys.keyring import KeyRing
from ledgerd.keys.roles import OperatorRole

OWNER = "A" * 18
HOSTED = "B" * 18
PLAIN_FILES = ["certificate.pem", "consensus.json", "storage.json", "transport.pem"]


@pytest.fixture
def keys(tmp_path: Path) -> Path:
    KeyRing.create(tmp_path / "keys", OWNER)
    return tmp_path / "keys"


def test_what_was_made_is_what_is_opened(tmp_path: Path) -> None:
    made = KeyRing.create(tmp_path / "keys", OWNER)

    opened = KeyRing.open(tmp_path / "keys")

    assert opened.institution_id == OWNER
    assert opened.consensus == made.consensus
    assert opened.storage_key == made.storage_key
    assert opened.certificate == made.certificate
    assert opened.signer(OperatorRole.CLERK) == made.signer(OperatorRole.CLERK)
    assert opened.own.encryption_keys() == made.own.encryption_keys()
    assert opened.own.roles == tuple(OperatorRole)


def test_no_two_keys_are_the_same(keys: Path) -> None:
    ring = KeyRing.open(keys)

    secrets = [ring.signer(role).key.secret for role in OperatorRole]
    secrets += [ring.consensus.key.secret, ring.storage_key, ring.own.encryption_keys()[0].secret]

    assert len(set(secrets)) == 9


def test_every_file_is_closed_to_others(keys: Path) -> None:
    modes = {path.stat().st_mode & 0o777 for path in keys.rglob("*") if path.is_file()}

    assert modes == {0o600}
    assert keys.stat().st_mode & 0o777 == 0o700


def test_ssl_loads_certificate_and_key(keys: Path) -> None:
    ring = KeyRing.open(keys)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)

    context.load_cert_chain(ring.certificate_path, ring.transport_key_path)


def test_the_folder_is_not_made_over_an_old_one(keys: Path) -> None:
    with pytest.raises(ConfigError, match="cannot be created"):
        KeyRing.create(keys, OWNER)


@pytest.mark.parametrize("name", PLAIN_FILES)
def test_a_missing_file_stops_the_start(keys: Path, name: str) -> None:
    (keys / name).unlink()

    with pytest.raises(ConfigError, match=name):
        KeyRing.open(keys)


@pytest.mark.parametrize("name", PLAIN_FILES)
def test_a_damaged_file_stops_the_start(keys: Path, name: str) -> None:
    (keys / name).write_bytes((keys / name).read_bytes()[:-40])

    with pytest.raises(ConfigError, match=name):
        KeyRing.open(keys)


@pytest.mark.parametrize("name", PLAIN_FILES)
def test_a_file_that_others_could_read_stops_the_start(keys: Path, name: str) -> None:
    (keys / name).chmod(0o640)

    with pytest.raises(ConfigError, match="0640"):
        KeyRing.open(keys)


def test_a_folder_that_others_could_enter_stops_the_start(keys: Path) -> None:
    keys.chmod(0o755)

    with pytest.raises(ConfigError, match="0755"):
        KeyRing.open(keys)


@pytest.mark.parametrize("name", ["consensus.json", "storage.json", "certificate.pem"])
def test_a_file_of_another_home_is_found(keys: Path, tmp_path: Path, name: str) -> None:
    KeyRing.create(tmp_path / "other", "C" * 18)
    (keys / name).write_bytes((tmp_path / "other" / name).read_bytes())

    with pytest.raises(ConfigError):
        KeyRing.open(keys)


def test_a_storage_key_is_no_consensus_key(keys: Path) -> None:
    (keys / "consensus.json").write_bytes((keys / "storage.json").read_bytes())

    with pytest.raises(ConfigError, match="expected a consensus key, found storage"):
        KeyRing.open(keys)


def test_a_hosted_institution_has_keys_of_its_own(keys: Path) -> None:
    ring = KeyRing.open(keys)
    made = ring.host(HOSTED, [OperatorRole.CLERK])

    reopened = KeyRing.open(keys)

    assert reopened.hosted_ids == (HOSTED,)
    clerk = reopened.keys_of(HOSTED).signer(OperatorRole.CLERK)
    assert clerk == made.signer(OperatorRole.CLERK) == ring.keys_of(HOSTED).signer(clerk.role)
    assert clerk.institution_id == HOSTED
    assert clerk.public_key != reopened.signer(OperatorRole.CLERK).public_key
    assert reopened.keys_of(OWNER) is reopened.own


def test_an_open_ring_sees_institutions_that_were_added_since(keys: Path) -> None:
    running = KeyRing.open(keys)

    made = KeyRing.open(keys).host(HOSTED, [OperatorRole.OFFICE])

    assert running.keys_of(HOSTED).signer(OperatorRole.OFFICE) == made.signer(OperatorRole.OFFICE)
    assert running.hosted_ids == (HOSTED,)


def test_a_folder_that_is_still_being_filled_is_not_seen(keys: Path) -> None:
    (keys / "hosted" / f".{HOSTED}.new").mkdir(mode=0o700)

    assert KeyRing.open(keys).hosted_ids == ()
    KeyRing.open(keys).host(HOSTED, [OperatorRole.OFFICE])
    assert [path.name for path in (keys / "hosted").iterdir()] == [HOSTED]


def test_keys_of_a_hosted_institution_are_made_once(keys: Path) -> None:
    ring = KeyRing.open(keys)
    ring.host(HOSTED, [OperatorRole.OFFICE])

    with pytest.raises(ConfigError, match="already"):
        ring.host(HOSTED, [OperatorRole.OFFICE])


@pytest.mark.parametrize("institution_id", [OWNER, "../escape", "", "a/b", "é" * 18])
def test_only_another_institution_with_a_plain_id_is_hosted(
    keys: Path, institution_id: str
) -> None:
    with pytest.raises(ConfigError):
        KeyRing.open(keys).host(institution_id, [OperatorRole.CLERK])


def test_an_institution_without_keys_here_is_said(keys: Path) -> None:
    with pytest.raises(ConfigError, match="no keys of"):
        KeyRing.open(keys).keys_of(HOSTED)


def test_protected_keys_open_with_the_passphrase_only(tmp_path: Path) -> None:
    KeyRing.create(tmp_path / "keys", OWNER, b"correct horse")

    closed = KeyRing.open(tmp_path / "keys")
    opened = KeyRing.open(tmp_path / "keys", lambda: b"correct horse")

    assert closed.own.is_protected
    with pytest.raises(ConfigError, match="protected"):
        closed.signer(OperatorRole.CLERK)
    public_key = opened.signer(OperatorRole.CLERK).public_key
    assert public_key == closed.own.operator_public_key(OperatorRole.CLERK)


def test_no_repr_shows_a_secret(keys: Path) -> None:
    ring = KeyRing.open(keys)

    assert repr(ring) == f"KeyRing({OWNER})"
    assert repr(ring.own) == f"InstitutionKeys({OWNER})"
