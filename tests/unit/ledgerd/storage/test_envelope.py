"""The digest around every value."""

import pytest

from ledgerd.errors import StorageCorrupted
from ledgerd.storage.envelope import DIGEST_BYTES, unwrap, wrap


def test_a_value_comes_back() -> None:
    assert unwrap(b"key", wrap(b"key", b"value")) == b"value"
    assert len(wrap(b"key", b"value")) == len(b"value") + DIGEST_BYTES


def test_a_value_under_another_key_is_damage() -> None:
    with pytest.raises(StorageCorrupted):
        unwrap(b"other", wrap(b"key", b"value"))


def test_key_and_value_do_not_run_into_each_other() -> None:
    with pytest.raises(StorageCorrupted):
        unwrap(b"ke", wrap(b"key", b"")[:DIGEST_BYTES] + b"y")


@pytest.mark.parametrize("stored", [b"", b"short", bytes(DIGEST_BYTES)])
def test_what_is_too_short_is_damage(stored: bytes) -> None:
    with pytest.raises(StorageCorrupted):
        unwrap(b"key", stored)


def test_damage_does_not_show_the_value_or_the_whole_key() -> None:
    with pytest.raises(StorageCorrupted) as caught:
        unwrap(b"bill of somebody", b"12345678secret content")
    assert "secret" not in str(caught.value)
    assert "somebody" not in str(caught.value)
