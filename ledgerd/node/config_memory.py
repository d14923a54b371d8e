"""What the node was told at its last start: a changed configuration is said, also one by damage.

Rules: ``config.toml`` is edited by people and carries no checksum, so a flipped digit in it reads
like a decision. Each start names the keys whose values are not those of the start before.

Source: architecture.md section 8, *found before a value is used*.
"""

import msgspec
import structlog

from ledgerd.config import Config, HomePaths
from ledgerd.errors import StorageError
from ledgerd.storage.disk import RealDirectory

SEEN_NAME = "config.seen"
SEEN_BYTES_MAX = 4 << 20  # a configuration has less than a quarter of that

log = structlog.get_logger()


def compare_with_last_start(paths: HomePaths, config: Config) -> None:
    """Say which values are not those of the last start, and remember these.

    Raises:
        StorageWriteFailed: they cannot be remembered.
    """
    folder = RealDirectory(paths.chain.parent)
    now = msgspec.json.encode(config, order="deterministic")
    before = _remembered(folder)
    if before == now:
        return
    if before is not None:
        keys = _changed_keys(before, now)
        log.warning("configuration is not that of the last start", changed=keys)
    fresh = f"{SEEN_NAME}.new"
    if fresh in folder.names():
        folder.remove(fresh)
    file = folder.create(fresh)
    file.write_at(0, now)
    file.sync()
    file.close()
    folder.rename(fresh, SEEN_NAME)
    folder.sync()


def _remembered(folder: RealDirectory) -> bytes | None:
    if SEEN_NAME not in folder.names():
        return None
    try:
        file = folder.open(SEEN_NAME)
        data = file.read_at(0, SEEN_BYTES_MAX)
        file.close()
    except StorageError:  # a folder in its place, say: it decides nothing
        return b""
    return data


def _changed_keys(before: bytes, now: bytes) -> list[str]:
    try:
        values = _flat(msgspec.json.decode(before), "")
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        return ["what it was is not readable"]
    current = _flat(msgspec.json.decode(now), "")
    return sorted(k for k in {*values, *current} if values.get(k) != current.get(k))


def _flat(value: object, name: str) -> dict[str, object]:
    """Give each value under its dotted name."""
    if not isinstance(value, dict):
        return {name: value}
    return {
        key: inner
        for part, table in value.items()
        for key, inner in _flat(table, f"{name}.{part}" if name else part).items()
    }
