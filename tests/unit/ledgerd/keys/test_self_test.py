"""The start-up test of the signature library."""

import nacl.bindings
import pytest

from ledgerd.errors import ConfigError
from ledgerd.keys.self_test import verify_ed25519


def test_this_machine_passes() -> None:
    verify_ed25519()


def test_a_library_that_accepts_everything_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(nacl.bindings, "crypto_sign_open", lambda signed, _key: signed[64:])

    with pytest.raises(ConfigError, match="another message"):
        verify_ed25519()


def test_a_library_that_forgets_the_odd_signatures_is_refused(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    strict = nacl.bindings.crypto_sign_open

    def lax(signed: bytes, public_key: bytes) -> bytes:
        small_order = public_key == bytes((1,)) + bytes(31)
        return signed[64:] if small_order else strict(signed, public_key)

    monkeypatch.setattr(nacl.bindings, "crypto_sign_open", lax)

    with pytest.raises(ConfigError, match="odd signature 1 is accepted"):
        verify_ed25519()


def test_a_library_that_signs_otherwise_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(nacl.bindings, "crypto_sign", lambda message, _secret: bytes(64) + message)

    with pytest.raises(ConfigError, match="RFC 8032"):
        verify_ed25519()
