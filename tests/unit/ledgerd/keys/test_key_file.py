"""One key file: plain, sealed, damaged."""

import json

import pytest

from ledgerd.errors import ConfigError
from ledgerd.keys.key_file import (
    KeyKind,
    KeyLabel,
    Stretching,
    decode_key,
    encode_key,
    new_secret,
    open_secret,
)
from ledgerd.keys.roles import OperatorRole

OWNER = "A" * 18
SECRET = bytes(range(32))
CHEAP = Stretching(passes=1, memory_kib=8)
CLERK = KeyLabel(KeyKind.OPERATOR, OWNER, role=OperatorRole.CLERK)
LABELS = [
    KeyLabel(KeyKind.CONSENSUS, OWNER),
    KeyLabel(KeyKind.STORAGE, OWNER),
    KeyLabel(KeyKind.ENCRYPTION, OWNER, number=3),
    CLERK,
]


def changed(data: bytes, **fields: object) -> bytes:
    return json.dumps({**json.loads(data), **fields}).encode()


@pytest.mark.parametrize("label", LABELS, ids=lambda label: label.kind)
def test_a_plain_key_comes_back(label: KeyLabel) -> None:
    file = decode_key(encode_key(label, SECRET), "here")

    assert not file.is_protected
    assert open_secret(file, "here", None) == SECRET
    assert KeyLabel(file.kind, file.institution, file.role, file.number) == label


@pytest.mark.parametrize("label", LABELS, ids=lambda label: label.kind)
def test_a_sealed_key_comes_back_with_its_passphrase(label: KeyLabel) -> None:
    data = encode_key(label, SECRET, b"correct horse", CHEAP)
    file = decode_key(data, "here")

    assert file.is_protected
    assert SECRET.hex().encode() not in data
    assert open_secret(file, "here", b"correct horse") == SECRET


def test_a_wrong_passphrase_opens_nothing() -> None:
    file = decode_key(encode_key(CLERK, SECRET, b"correct horse", CHEAP), "here")

    with pytest.raises(ConfigError, match="here: the passphrase is wrong"):
        open_secret(file, "here", b"wrong horse")


def test_a_sealed_key_without_passphrase_is_said() -> None:
    file = decode_key(encode_key(CLERK, SECRET, b"correct horse", CHEAP), "here")

    with pytest.raises(ConfigError, match="here: is protected"):
        open_secret(file, "here", None)


@pytest.mark.parametrize("passphrase", [b"", b"short", bytes(1025)])
def test_a_passphrase_has_a_length(passphrase: bytes) -> None:
    with pytest.raises(ConfigError, match="8 to 1024 bytes"):
        encode_key(CLERK, SECRET, passphrase, CHEAP)


def test_two_new_secrets_differ() -> None:
    assert new_secret() != new_secret()
    assert len(new_secret()) == 32


def test_a_public_part_of_another_secret_is_found() -> None:
    other = json.loads(encode_key(CLERK, bytes(32)))["public"]
    file = decode_key(changed(encode_key(CLERK, SECRET), public=other), "here")

    with pytest.raises(ConfigError, match="does not belong to the secret"):
        open_secret(file, "here", None)


@pytest.mark.parametrize(
    "fields",
    [
        {"format": "other"},
        {"version": 2},
        {"version": True},
        {"kind": "other"},
        {"role": None},
        {"role": "emperor"},
        {"number": 1},
        {"institution": ""},
        {"institution": "A" * 65},
        {"public": "00"},
        {"public": "G" * 64},
        {"secret": "AA" * 32},
        {"secret": None},
        {"secret": {}},
        {"extra": 1},
        {"kind": "encryption"},
    ],
    ids=str,
)
def test_a_file_with_a_wrong_field_is_refused(fields: dict[str, object]) -> None:
    with pytest.raises(ConfigError, match="here"):
        decode_key(changed(encode_key(CLERK, SECRET), **fields), "here")


@pytest.mark.parametrize("memory_kib", [0, 7, (1 << 20) + 1, 2**40])
def test_a_foreign_file_cannot_ask_for_all_memory(memory_kib: int) -> None:
    data = encode_key(CLERK, SECRET, b"correct horse", CHEAP)
    sealed = {**json.loads(data)["secret"], "memory_kib": memory_kib}

    with pytest.raises(ConfigError, match="here"):
        decode_key(changed(data, secret=sealed), "here")


def is_refused(data: bytes) -> bool:
    try:
        decode_key(data, "here")
    except ConfigError:
        return True
    return False


def test_cut_anywhere_a_file_is_refused() -> None:
    data = encode_key(CLERK, SECRET).rstrip()

    accepted = [end for end in range(len(data)) if not is_refused(data[:end])]

    assert accepted == []


def test_no_repr_and_no_error_shows_a_secret() -> None:
    plain = decode_key(encode_key(CLERK, SECRET), "here")
    sealed = decode_key(encode_key(CLERK, SECRET, b"correct horse", CHEAP), "here")

    assert SECRET.hex() not in repr(plain)
    assert "box" not in repr(sealed) + repr(sealed.secret)
    with pytest.raises(ConfigError) as caught:
        decode_key(changed(encode_key(CLERK, SECRET), secret=SECRET.hex().upper()), "here")
    assert SECRET.hex().upper() not in str(caught.value)
