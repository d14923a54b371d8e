"""Using a home as the node does, and comparing all that is read with the truth.

Everything of the home is read: each row of each store, each record of both logs, each key by
signing with it, the configuration, the audit log. What differs from the truth must have been said:
by what lies aside, by the vote given up, by a line of the log. Else it is silent.
"""

import hashlib
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path

import structlog
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import load_pem_private_key

from ledgerd.clock import SystemClock
from ledgerd.config import HomePaths, load_config
from ledgerd.errors import ConfigError, StorageError
from ledgerd.keys.institution_keys import InstitutionKeys
from ledgerd.keys.keyring import KeyRing
from ledgerd.keys.roles import OperatorRole
from ledgerd.node.audit import AuditLog
from ledgerd.node.config_memory import compare_with_last_start
from ledgerd.node.failures import FailureBook, book_of, cause_of
from ledgerd.node.starting import OpenedHome, open_home
from ledgerd.rpc.access import read_cookie, write_cookie
from ledgerd.storage import schema
from ledgerd.storage.kv import EVERYTHING, KeyValueStore, iterate

HARMLESS = "harmless"
STOPPED = "clean stop"
REPAIRED = "repaired"
OBSERVES = "observer"
RESTARTED = "stop, then repaired"
SAID = "said"
SILENT = "silent"
CRASHED = "crashed"  # by an error that nobody meant to raise
REFUSED = "refused:"
OF_ONE_NODE = (b"s", schema.SEALED_KEY, schema.BATCHES_KEY)
OUTCOMES = (HARMLESS, REPAIRED, RESTARTED, OBSERVES, SAID, STOPPED, SILENT, CRASHED)

Seen = dict[str, str]  # part of the home -> digest of all that was read of it


@dataclass(frozen=True)
class Outcome:
    """What became of using a home; ``words`` is what an operator reads."""

    kind: str
    words: str = ""


def look(path: Path) -> tuple[Seen, list[str]]:
    """Use a home; give what was read, and the words of the log.

    Raises:
        StorageError, ConfigError: a clean stop.
    """
    with structlog.testing.capture_logs() as lines:
        config = load_config(path, {})
        write_cookie(path)
        opened = open_home(HomePaths(path), config.institution, now_ms=SystemClock().wall_ms())
        try:
            compare_with_last_start(opened.paths, config)
            seen = dict(_parts(opened))
            audit = AuditLog(opened.paths.audit_log, SystemClock())
            audit.close()
        finally:
            opened.close()
        seen["config"] = _digest(repr(config))
        seen["audit"] = _digest(opened.paths.audit_log.read_bytes())
        seen["cookie"] = str(len(read_cookie(path) or ""))
        seen["failures"] = str(FailureBook(opened.paths).doubt(SystemClock().wall_ms()))
    return seen, [str(line["event"]) for line in lines]


def judge(path: Path, truth: Seen) -> Outcome:
    """Use a damaged home, start it again after a stop, and say what kind of end it came to."""
    try:
        return _judge(path, truth)
    except Exception as error:
        return Outcome(CRASHED, f"{type(error).__name__}: {error}")


def _judge(path: Path, truth: Seen) -> Outcome:
    try:
        return _compare(truth, *look(path))
    except ConfigError as error:
        return Outcome(STOPPED, _words(error, path))
    except StorageError as error:
        words = _words(error, path)
        book_of(path).note(SystemClock().wall_ms(), cause_of(error))
    try:
        again = _compare(truth, *look(path))
    except (StorageError, ConfigError) as error:
        return Outcome(STOPPED, f"{words}; then {_words(error, path)}")
    if again.kind in (SILENT, HARMLESS):
        return replace(again, words=f"{words}; then {again.words}")
    return Outcome(RESTARTED, f"{words}; then {again.words}")


def _words(error: Exception, path: Path) -> str:
    return str(error).replace(str(path), "HOME")


def _compare(truth: Seen, seen: Seen, words: list[str]) -> Outcome:
    differing = {part for part in truth if truth[part] != seen[part]}
    if not differing:
        return Outcome(HARMLESS)
    said = {part: _why(part, seen[part], words) for part in differing}
    if not all(said.values()):
        silent = ", ".join(sorted(part for part, kind in said.items() if not kind))
        return Outcome(SILENT, silent)
    return Outcome(max(said.values(), key=OUTCOMES.index), "; ".join(words))


def _why(part: str, seen: str, words: list[str]) -> str:
    """Say by which words a difference is covered; empty when by none."""
    if seen.startswith(REFUSED):  # a key that is asked for and not there: said at each use
        return SAID
    by_part = {
        "chain": ("store damaged; moved aside", REPAIRED),
        "sidecars": ("store damaged; moved aside", REPAIRED),
        "votes": ("vote log not usable", OBSERVES),
        "bundles": ("vote log not usable", OBSERVES),
        "config": ("configuration is not that of the last start", SAID),
        "audit": ("audit log is not what was written; moved aside", SAID),
    }
    event, outcome = by_part.get(part, ("", ""))
    return outcome if event in words else ""


def _parts(opened: OpenedHome) -> Iterator[tuple[str, str]]:
    yield "genesis", _digest(repr(opened.genesis))
    yield "keys", _digest(*_key_material(opened.keys))
    for owner in (opened.keys.institution_id, *opened.keys.hosted_ids):
        yield from _institution_material(opened.keys.keys_of(owner))
    yield "chain", _rows(opened.chain.database)
    yield "sidecars", _rows(opened.sidecar_database)
    yield "offices", _rows(opened.office_database)
    yield "votes", _digest(repr(opened.records), repr(opened.is_log_damaged))
    durable = opened.logs.durable
    yield "bundles", _digest(*(repr(durable.bundle(d)) + str(d) for d in opened.logs.saved))
    yield "self", str(opened.self_id)


def _rows(store: KeyValueStore) -> str:
    """Digest all rows but those in which two nodes of one network may differ and both be right.

    Which members' signatures make up a seal, and how often a store was written, are not the same
    everywhere: another node's log with the same blocks in it is as good as the own one.
    """
    rows = ((k, v) for k, v in iterate(store, EVERYTHING) if not k.startswith(OF_ONE_NODE))
    return _digest(*(key + b"=" + value for key, value in rows))


def _key_material(keys: KeyRing) -> Iterator[bytes]:
    yield from (keys.consensus.sign(b"sample"), keys.storage_key, keys.certificate)
    transport = load_pem_private_key(keys.transport_key_path.read_bytes(), password=None)
    assert isinstance(transport, Ed25519PrivateKey)
    yield transport.private_bytes_raw()


def _institution_material(keys: InstitutionKeys) -> Iterator[tuple[str, str]]:
    """Sign with each key that an institution may have; a refusal names the key and what to do."""
    for role in OperatorRole:
        try:
            used = _digest(keys.signer(role).sign(b"sample"))
        except ConfigError as error:
            used = f"{REFUSED} {str(error).rpartition('/')[2]}"
        yield f"{role} of {keys.institution_id}", used
    numbered = ((key.number, key.public_key) for key in keys.encryption_keys())
    yield f"encryption of {keys.institution_id}", _digest(*(repr(key) for key in numbered))


def _digest(*parts: str | bytes) -> str:
    joined = hashlib.sha256()
    for part in parts:
        data = part.encode() if isinstance(part, str) else part
        joined.update(len(data).to_bytes(4, "big") + data)
    return joined.hexdigest()
