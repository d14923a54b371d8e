"""Who may ask: the cookie file, bearer credentials, Host and Origin.

Rules: the cookie is fresh at each start and readable by its owner alone; whoever can read it has
every scope. Comparison takes the same time for every wrong value. A browser page of another origin
gets nothing, whatever it sends: a request with a foreign Host or an Origin is refused before its
body is read. The unix socket is guarded by its file mode and asks for the cookie all the same.
"""

import hashlib
import hmac
import os
import secrets
from dataclasses import dataclass, field
from pathlib import Path

from ledgerd.errors import StorageWriteFailed
from ledgerd.rpc.registry import ALL_SCOPES, Caller, Scope

COOKIE_FILE = ".cookie"
COOKIE_BYTES = 32
LOOPBACK_NAMES = frozenset({"localhost", "127.0.0.1", "[::1]"})
SOCKET_HOST = "ledgerd"  # what our client says in Host over the unix socket


def write_cookie(home: Path) -> str:
    """Write a fresh cookie into the home, 0600, and return it.

    Raises:
        StorageWriteFailed: the disk refuses, or something else stands in its place.
    """
    cookie = secrets.token_hex(COOKIE_BYTES)
    path = home / COOKIE_FILE
    fresh = home / f"{COOKIE_FILE}.new"
    try:
        fresh.unlink(missing_ok=True)
        descriptor = os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(descriptor, "w") as file:
            file.write(cookie)
        fresh.replace(path)
    except OSError as error:
        raise StorageWriteFailed(f"{path}: cannot be written: {error.strerror}") from error
    return cookie


def read_cookie(home: Path) -> str | None:
    """Read the cookie of a running node; None when there is none to read."""
    try:
        return (home / COOKIE_FILE).read_text(encoding="ascii").strip()
    except (OSError, UnicodeDecodeError):
        return None


@dataclass(frozen=True, slots=True)
class Credential:
    """A secret by its digest, and what it allows."""

    name: str
    digest: bytes = field(repr=False)
    scopes: frozenset[Scope] = ALL_SCOPES


def credential_of(name: str, secret: str, scopes: frozenset[Scope] = ALL_SCOPES) -> Credential:
    """Make the stored form of a secret."""
    return Credential(name, _digest(secret), scopes)


@dataclass(frozen=True, slots=True)
class Gate:
    """Decides who a request comes from.

    Attributes:
        hosts: values of Host that are ours, without the port.
    """

    credentials: tuple[Credential, ...]
    hosts: frozenset[str] = LOOPBACK_NAMES | {SOCKET_HOST}

    def caller(self, authorization: str | None, origin: int = 0) -> Caller | None:
        """Find the bearer of ``Authorization: Bearer SECRET``; None when it is nobody's."""
        scheme, _, secret = (authorization or "").partition(" ")
        if scheme.lower() != "bearer":
            return None
        digest = _digest(secret.strip())
        found: Caller | None = None
        for credential in self.credentials:  # all of them: the time must not tell which was near
            if hmac.compare_digest(credential.digest, digest):
                found = Caller(credential.name, credential.scopes, origin)
        return found

    def is_ours(self, host: str | None, origin: str | None) -> bool:
        """Whether the request was made for this server by no foreign page."""
        if host is None or _without_port(host) not in self.hosts:
            return False
        if origin is None:
            return True
        scheme, separator, rest = origin.partition("://")
        return bool(separator) and scheme in {"http", "https"} and rest == host


def _digest(secret: str) -> bytes:
    return hashlib.sha256(b"ledgerd-rpc-cred" + secret.encode()).digest()


def _without_port(host: str) -> str:
    name, separator, port = host.rpartition(":")
    return name if separator and port.isdigit() else host
