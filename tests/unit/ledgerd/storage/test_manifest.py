"""The list of tables that a store must have: that one, and no shorter."""

from dataclasses import replace
from pathlib import Path

import pytest

from ledgerd.errors import StorageCorrupted
from ledgerd.storage.manifest import (
    PROMISE_BYTES,
    check_manifest,
    decode_manifest,
    encode_manifest,
    find_manifest,
    grown_manifest,
)


@pytest.fixture
def store(tmp_path: Path) -> Path:
    (tmp_path / "CURRENT").write_text("MANIFEST-000007\n")
    (tmp_path / "MANIFEST-000007").write_bytes(b"tables 1 and 2")
    return tmp_path


def test_a_list_that_has_grown_is_the_same_list(store: Path) -> None:
    begun = find_manifest(store)
    with (store / "MANIFEST-000007").open("ab") as file:
        file.write(b", and 3")

    check_manifest(store, begun)
    grown = grown_manifest(store, begun)
    assert grown == replace(begun, byte_count=21)
    assert grown_manifest(store, grown) is grown
    check_manifest(store, grown)


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("MANIFEST-000007", b"tables 1 and 3"),
        ("MANIFEST-000007", b"tables 1"),
        ("MANIFEST-000007", b""),
        ("CURRENT", b"MANIFEST-000008\n"),
        ("CURRENT", b"MANIFEST-000009\n"),
        ("CURRENT", b"../other/MANIFEST-000007\n"),
        ("CURRENT", b"\xff\n"),
        ("CURRENT", b"MANIFEST-00000\x00\n"),
        ("CURRENT", b""),
    ],
)
def test_another_list_in_its_place_is_damage(store: Path, name: str, content: bytes) -> None:
    promised = find_manifest(store)
    (store / "MANIFEST-000008").write_bytes(b"tables of another store")
    (store / name).write_bytes(content)

    with pytest.raises(StorageCorrupted):
        check_manifest(store, promised)


def test_what_was_promised_comes_back(store: Path) -> None:
    promised = replace(find_manifest(store), byte_count=1 << 40)

    assert len(encode_manifest(promised)) == PROMISE_BYTES
    assert decode_manifest(encode_manifest(promised)) == promised
