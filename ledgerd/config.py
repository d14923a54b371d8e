"""The configuration of one node: ``config.toml`` in its home, ``LEDGERD_*`` variables over it.

Rules of this file:
  * Nothing here may change what a replica votes for: those constants lie in the membership record.
  * An unknown key is an error that names the nearest known one; a typing error never passes.
  * Every key has a default except ``institution``; a limit carries its reason.

The environment names a key as ``LEDGERD_<SECTION>_<KEY>`` (``LEDGERD_RPC_LISTEN``), top-level
keys as ``LEDGERD_<KEY>``. Lists are comma-separated. ``network.peers`` has no variable.
"""

import difflib
import tomllib
from collections.abc import Mapping
from pathlib import Path
from typing import Any, get_args, get_origin

import msgspec

from ledgerd.errors import ConfigError

CONFIG_FILE = "config.toml"
ENVIRONMENT_PREFIX = "LEDGERD_"
CONFIG_BYTES_MAX = 1 << 20  # a thousand peers fit into a tenth of it

GIB = 1 << 30
MIB = 1 << 20


class Peer(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """How one other institution is reached.

    Attributes:
        address: ``host:port``.
        certificate: hex of the pinned certificate; only for the first contact of a node whose
            genesis does not name that peer.
    """

    address: str
    certificate: str | None = None


class NetworkConfig(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Section ``[network]``: links between nodes; peers by institution id."""

    listen: list[str] = msgspec.field(default_factory=lambda: ["127.0.0.1:7400"])
    peers: dict[str, Peer] = msgspec.field(default_factory=dict)


class RpcConfig(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Section ``[rpc]``: where systems and people ask. An empty ``listen`` switches TCP off."""

    listen: str = "127.0.0.1:7500"
    socket: str = "rpc.sock"
    connections_max: int = 256  # ten thousand idle connections must not eat the file limit
    body_bytes_max: int = 4 * MIB


class StorageConfig(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Section ``[storage]``: sizes on disk and in memory."""

    free_bytes_min: int = 2 * GIB  # below it the node accepts no new transactions
    free_bytes_stop: int = 512 * MIB  # below it the node stops before a write can fail
    cache_bytes: int = 64 * MIB  # values of the state kept in memory


class PoolConfig(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Section ``[pool]``: transactions that wait for their block."""

    bytes_max: int = 64 * MIB  # transactions and sidecars that were not yet bundled
    bundles_bytes_max: int = 128 * MIB  # bundles of everybody that no block holds yet
    bundle_interval_ms: int = 10  # a bundle goes at once when the pool was empty, else this apart


class ConsensusConfig(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Section ``[consensus]``: local timing; nothing that decides a vote."""

    status_ms: int = 200
    wait_for_peers_ms: int = 2_000
    batch_interval_ms: int = 50  # while blocks are at work; a first one goes at once
    disconnected_ms: int = 50  # a link that is down for less is not held against its other end
    slow_floor_ms: int = 300  # bundles that wait for less never make a primary slow (ADR 0206)
    probe_ms: int = 50  # at least, for a primary that ended its last two turns with nothing


class LogConfig(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Section ``[log]``."""

    level: str = "info"


class OfficesConfig(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Section ``[offices]``: what this institution runs on top of the chain."""

    enabled: bool = True
    decides_claims: bool = False  # a payer's node decides and pays within its office key's limits
    share_permille: int = 1_000  # of what is asked for and left, when it decides by itself


class Config(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Everything that one node is told from outside.

    Attributes:
        institution: the unified social credit code of the institution whose node this is.
    """

    institution: str
    network: NetworkConfig = NetworkConfig()
    rpc: RpcConfig = RpcConfig()
    storage: StorageConfig = StorageConfig()
    pool: PoolConfig = PoolConfig()
    consensus: ConsensusConfig = ConsensusConfig()
    log: LogConfig = LogConfig()
    offices: OfficesConfig = OfficesConfig()


def load_config(home: Path, environment: Mapping[str, str]) -> Config:
    """Read ``config.toml`` of a home and put the environment over it.

    Raises:
        ConfigError: no file, not TOML, an unknown key, a wrong type or an impossible value.
    """
    path = home / CONFIG_FILE
    try:
        raw = path.read_bytes()
    except OSError as error:
        raise ConfigError(f"{path}: cannot be read: {error.strerror}") from error
    if len(raw) > CONFIG_BYTES_MAX:
        raise ConfigError(f"{path}: {len(raw)} bytes, at most {CONFIG_BYTES_MAX} are allowed")
    try:
        table = tomllib.loads(raw.decode())
    except (tomllib.TOMLDecodeError, UnicodeDecodeError, RecursionError) as error:
        raise ConfigError(f"{path}: not a TOML file: {error}") from error
    return parse_config(table, environment, source=str(path))


def parse_config(table: dict[str, Any], environment: Mapping[str, str], source: str) -> Config:
    """Check a configuration table with the environment put over it.

    Raises:
        ConfigError: says file, key, what was found and what is allowed.
    """
    _check_keys(table, Config, source, prefix="")
    merged = _with_environment(table, environment)
    try:
        config = msgspec.convert(merged, Config)
    except msgspec.ValidationError as error:
        raise ConfigError(f"{source}: {error}") from error
    _check_values(config, source)
    return config


def _check_keys(table: dict[str, Any], struct: type, source: str, prefix: str) -> None:
    known = {field.name: field.type for field in msgspec.structs.fields(struct)}
    for key, value in table.items():
        if key not in known:
            raise ConfigError(f"{source}: unknown key '{prefix}{key}'{_nearest(key, known)}")
        kind = known[key]
        if isinstance(value, dict) and isinstance(kind, type) and issubclass(kind, msgspec.Struct):
            _check_keys(value, kind, source, prefix=f"{prefix}{key}.")
        elif isinstance(value, dict) and get_origin(kind) is dict:
            for name, entry in value.items():
                if isinstance(entry, dict):
                    _check_keys(entry, get_args(kind)[1], source, f"{prefix}{key}.{name}.")


def _nearest(key: str, known: Mapping[str, object]) -> str:
    near = difflib.get_close_matches(key, known, n=1, cutoff=0.0)
    return f"; did you mean '{near[0]}'?" if near else ""


def _with_environment(table: dict[str, Any], environment: Mapping[str, str]) -> dict[str, Any]:
    names = _environment_names()
    merged = {
        key: dict(value) if isinstance(value, dict) else value for key, value in table.items()
    }
    for variable, text in sorted(environment.items()):
        if not variable.startswith(ENVIRONMENT_PREFIX):
            continue
        if variable not in names:
            raise ConfigError(
                f"environment: unknown variable {variable}{_nearest(variable, names)}"
            )
        section, key, kind = names[variable]
        target = merged.setdefault(section, {}) if section else merged
        target[key] = _parse_variable(variable, text, kind)
    return merged


def _environment_names() -> dict[str, tuple[str, str, Any]]:
    names: dict[str, tuple[str, str, Any]] = {}
    for field in msgspec.structs.fields(Config):
        if isinstance(field.type, type) and issubclass(field.type, msgspec.Struct):
            for inner in msgspec.structs.fields(field.type):
                if get_origin(inner.type) is not dict:
                    name = f"{ENVIRONMENT_PREFIX}{field.name}_{inner.name}".upper()
                    names[name] = (field.name, inner.name, inner.type)
        else:
            names[f"{ENVIRONMENT_PREFIX}{field.name}".upper()] = ("", field.name, field.type)
    return names


def _parse_variable(variable: str, text: str, kind: object) -> object:
    if get_origin(kind) is list:
        return [part.strip() for part in text.split(",") if part.strip()]
    if kind is bool:
        if text not in {"true", "false"}:
            raise ConfigError(f"environment: {variable}: found '{text}', allowed: true, false")
        return text == "true"
    if kind is int:
        if not (text.isascii() and text.isdigit()):
            raise ConfigError(f"environment: {variable}: found '{text}', allowed: a whole number")
        return int(text)
    return text


LOG_LEVELS = ("debug", "info", "warning", "error")


def _check_values(config: Config, source: str) -> None:
    for address in [*config.network.listen, *([config.rpc.listen] if config.rpc.listen else [])]:
        split_address(address, source)
    for peer in config.network.peers.values():
        split_address(peer.address, source)
    if config.log.level not in LOG_LEVELS:
        allowed = ", ".join(LOG_LEVELS)
        raise ConfigError(f"{source}: log.level: found '{config.log.level}', allowed: {allowed}")
    for name, low, value, high in _ranges(config):
        if not low <= value <= high:
            raise ConfigError(f"{source}: {name}: found {value}, allowed: {low} to {high}")


def _ranges(config: Config) -> tuple[tuple[str, int, int, int], ...]:
    storage, pool, consensus = config.storage, config.pool, config.consensus
    return (
        ("storage.free_bytes_stop", 1, storage.free_bytes_stop, 1 << 50),
        ("storage.free_bytes_min", storage.free_bytes_stop, storage.free_bytes_min, 1 << 50),
        ("storage.cache_bytes", MIB, storage.cache_bytes, 64 * GIB),
        ("pool.bytes_max", MIB, pool.bytes_max, 64 * GIB),
        ("pool.bundles_bytes_max", MIB, pool.bundles_bytes_max, 64 * GIB),
        ("pool.bundle_interval_ms", 1, pool.bundle_interval_ms, 1_000),
        ("consensus.status_ms", 20, consensus.status_ms, 10_000),
        ("consensus.wait_for_peers_ms", 0, consensus.wait_for_peers_ms, 600_000),
        ("consensus.batch_interval_ms", 1, consensus.batch_interval_ms, 1_000),
        ("consensus.disconnected_ms", 10, consensus.disconnected_ms, 10_000),
        ("consensus.slow_floor_ms", 10, consensus.slow_floor_ms, 60_000),
        ("consensus.probe_ms", 10, consensus.probe_ms, 60_000),
        ("offices.share_permille", 0, config.offices.share_permille, 1_000),
        ("rpc.connections_max", 1, config.rpc.connections_max, 65_536),
        ("rpc.body_bytes_max", 1 << 10, config.rpc.body_bytes_max, 64 * MIB),
    )


def split_address(address: str, source: str) -> tuple[str, int]:
    """Split ``host:port``.

    Raises:
        ConfigError: no port, or one outside 0 to 65535.
    """
    host, colon, port = address.rpartition(":")
    if not (colon and host and port.isascii() and port.isdigit() and int(port) <= 65_535):
        raise ConfigError(f"{source}: found address '{address}', expected host:port")
    return host.strip("[]"), int(port)


class HomePaths(msgspec.Struct, frozen=True):
    """Where everything of one node lies below its home."""

    home: Path

    @property
    def genesis(self) -> Path:
        return self.home / "genesis.json"

    @property
    def keys(self) -> Path:
        return self.home / "keys"

    @property
    def votes(self) -> Path:
        """The vote log; made once, together with the consensus key, never again for that key."""
        return self.home / "data" / "votes"

    @property
    def bundles(self) -> Path:
        """The bundle log; made together with the vote log."""
        return self.home / "data" / "bundles"

    @property
    def chain(self) -> Path:
        return self.home / "data" / "chain"

    @property
    def sidecars(self) -> Path:
        return self.home / "data" / "sidecars"

    @property
    def offices(self) -> Path:
        return self.home / "data" / "offices"

    @property
    def evidence(self) -> Path:
        """Proofs against validators that signed two different things, a file each."""
        return self.home / "data" / "evidence"

    @property
    def audit_log(self) -> Path:
        return self.home / "audit.log"

    @property
    def cookie(self) -> Path:
        return self.home / ".cookie"
