"""Cookie, credentials, Host and Origin."""

from pathlib import Path

import pytest

from ledgerd.errors import StorageWriteFailed
from ledgerd.rpc.access import Gate, credential_of, read_cookie, write_cookie
from ledgerd.rpc.registry import ALL_SCOPES, Caller, Scope

GATE = Gate(
    (credential_of("cookie", "secret"), credential_of("reader", "other", frozenset({Scope.READ})))
)


def test_the_cookie_is_fresh_each_time_and_for_its_owner_only(tmp_path: Path) -> None:
    first = write_cookie(tmp_path)
    second = write_cookie(tmp_path)

    assert first != second
    assert read_cookie(tmp_path) == second
    assert (tmp_path / ".cookie").stat().st_mode & 0o777 == 0o600


def test_without_a_running_node_there_is_no_cookie(tmp_path: Path) -> None:
    assert read_cookie(tmp_path) is None


def test_the_bearer_of_a_secret_is_known_by_its_name_and_scopes() -> None:
    assert GATE.caller("Bearer secret") == Caller("cookie", ALL_SCOPES)
    assert GATE.caller("bearer other") == Caller("reader", frozenset({Scope.READ}))
    assert GATE.caller("Bearer secret", 7) == Caller("cookie", ALL_SCOPES, 7)


@pytest.mark.parametrize("value", [None, "", "Bearer", "Bearer wrong", "Basic secret", "secret"])
def test_everybody_else_is_nobody(value: str | None) -> None:
    assert GATE.caller(value) is None


def test_a_credential_does_not_show_its_secret() -> None:
    assert "secret" not in repr(credential_of("name", "secret"))
    assert "digest" not in repr(credential_of("name", "secret"))


@pytest.mark.parametrize(
    "host", ["localhost", "localhost:7500", "127.0.0.1:1", "[::1]:80", "ledgerd"]
)
def test_our_own_names_are_ours(host: str) -> None:
    assert GATE.is_ours(host, None)
    assert GATE.is_ours(host, f"http://{host}")


@pytest.mark.parametrize(
    ("host", "origin"),
    [
        (None, None),
        ("", None),
        ("example.org", None),
        ("localhost.example.org", None),
        ("localhost:x", None),
        ("localhost", "http://example.org"),
        ("localhost", "null"),
        ("localhost", ""),
        ("localhost:7500", "http://localhost:80"),
        ("localhost", "file://localhost"),
    ],
)
def test_a_foreign_page_gets_nothing(host: str | None, origin: str | None) -> None:
    assert not GATE.is_ours(host, origin)


def test_a_cookie_that_cannot_be_written_says_where(tmp_path: Path) -> None:
    (tmp_path / ".cookie").mkdir()

    with pytest.raises(StorageWriteFailed, match=r"\.cookie: cannot be written"):
        write_cookie(tmp_path)
