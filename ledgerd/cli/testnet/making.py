"""Making a network: homes, keys, genesis, configuration.

Rules: nothing that exists is touched; the folder appears whole or not at all. Ports are free
ephemeral ones of loopback, held together while they are chosen so that none is given twice.
"""

import os
import shutil
import socket
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import msgspec

from ledgerd.chain.genesis import (
    EncryptionKey,
    Genesis,
    Institution,
    OperatorKey,
    Validator,
    encode_genesis,
    genesis_hash,
    validate_genesis,
)
from ledgerd.chain.membership import Limits
from ledgerd.chain.params import example_params
from ledgerd.cli.homes import GENESIS_FILE, KEYS_FOLDER, NETWORK_FILE, NetworkFile, NodeEntry
from ledgerd.cli.testnet.layout import AREA, REGION, Place
from ledgerd.config import CONFIG_FILE, HomePaths
from ledgerd.errors import ConfigError
from ledgerd.keys.keyring import KeyRing
from ledgerd.storage.bundle_log import create_bundle_log
from ledgerd.storage.disk import RealDirectory
from ledgerd.storage.vote_log import create_vote_log

MIB: Final = 1 << 20
FREE_BYTES_MIN: Final = 256 * MIB  # a network for trying out runs on small disks, too
FREE_BYTES_STOP: Final = 64 * MIB


@dataclass(frozen=True, slots=True)
class Ports:
    """Where one node listens on loopback: for peers and for RPC."""

    peers: int
    rpc: int


def make_network(folder: Path, places: tuple[Place, ...], created_ms: int) -> NetworkFile:
    """Make a network in a folder that does not exist yet.

    Raises:
        ConfigError: the folder exists, or cannot be written.
    """
    if folder.exists():
        raise ConfigError(f"{folder}: exists already; choose another folder or remove it")
    building = folder.with_name(f".{folder.name}.new")
    shutil.rmtree(building, ignore_errors=True)
    previous_umask = os.umask(0o077)
    try:
        building.mkdir(parents=True)
        network = _fill(building, places, created_ms)
        building.replace(folder)
    except OSError as error:
        raise ConfigError(f"{folder}: cannot be made: {error.strerror}") from error
    finally:
        os.umask(previous_umask)
        shutil.rmtree(building, ignore_errors=True)
    return network


def _fill(folder: Path, places: tuple[Place, ...], created_ms: int) -> NetworkFile:
    rings: dict[str, KeyRing] = {}
    for place in places:
        home = folder / place.name
        home.mkdir()
        rings[place.name] = KeyRing.create(home / KEYS_FOLDER, place.institution)
    ports = dict(zip((place.name for place in places), free_ports(len(places)), strict=True))
    genesis = _genesis(folder.name.strip("."), places, rings, ports, created_ms)
    for place in places:
        (folder / place.name / GENESIS_FILE).write_bytes(encode_genesis(genesis))
        text = config_text(place, places, ports)
        (folder / place.name / CONFIG_FILE).write_text(text, encoding="utf-8")
        _create_logs(HomePaths(folder / place.name), genesis_hash(genesis), rings[place.name])
    network = NetworkFile(
        chain_id=genesis_hash(genesis).hex(),
        nodes=tuple(NodeEntry(p.name, p.institution, p.kind) for p in places),
    )
    (folder / NETWORK_FILE).write_bytes(msgspec.json.format(msgspec.json.encode(network)))
    return network


def _create_logs(paths: HomePaths, chain_id: bytes, ring: KeyRing) -> None:
    """Make the logs of a new consensus key, once: a node never makes them for a key it finds."""
    owner = {"chain_id": chain_id, "public_key": ring.consensus.public_key}
    create_vote_log(RealDirectory.make(paths.votes), **owner).close()
    create_bundle_log(RealDirectory.make(paths.bundles), **owner).close()


def free_ports(node_count: int) -> list[Ports]:
    """Choose two free ports a node."""
    with ExitStack() as held:
        numbers = []
        for _ in range(2 * node_count):
            listening = held.enter_context(socket.create_server(("127.0.0.1", 0)))
            numbers.append(listening.getsockname()[1])
    return [Ports(numbers[2 * i], numbers[2 * i + 1]) for i in range(node_count)]


def config_text(place: Place, places: tuple[Place, ...], ports: dict[str, Ports]) -> str:
    """Write one node's ``config.toml``."""
    lines = [
        f"# {place.title}: made by ledgerctl testnet init.",
        f'institution = "{place.institution}"',
        "",
        "[network]",
        f'listen = ["127.0.0.1:{ports[place.name].peers}"]',
        "",
        "[rpc]",
        f'listen = "127.0.0.1:{ports[place.name].rpc}"',
        "",
        "[storage]",
        f"free_bytes_min = {FREE_BYTES_MIN}",
        f"free_bytes_stop = {FREE_BYTES_STOP}",
    ]
    for other in places:
        if other is not place:
            lines += ["", f'[network.peers."{other.institution}"]']
            lines.append(f'address = "127.0.0.1:{ports[other.name].peers}"')
    return "\n".join(lines) + "\n"


def _genesis(
    name: str,
    places: tuple[Place, ...],
    rings: dict[str, KeyRing],
    ports: dict[str, Ports],
    created_ms: int,
) -> Genesis:
    ordered = sorted(places, key=lambda place: place.institution)
    genesis = Genesis(
        chain_name=_chain_name(name),
        created_ms=created_ms,
        params=example_params(REGION),
        limits=Limits(),
        institutions=tuple(
            _institution(place, rings[place.name], ports[place.name]) for place in ordered
        ),
        validators=tuple(_validator(rings[place.name]) for place in ordered),
    )
    validate_genesis(genesis)
    return genesis


def _chain_name(folder: str) -> str:
    kept = "".join(c if c.isascii() and c.isalnum() else "-" for c in folder.lower())
    return kept.removesuffix("new").strip("-")[:64].strip("-") or "testnet"


def _institution(place: Place, ring: KeyRing, ports: Ports) -> Institution:
    own = ring.own
    operators = [
        OperatorKey(role=role.value, public_key=own.operator_public_key(role)) for role in own.roles
    ]
    numbered = enumerate(own.encryption_public_keys(), start=1)
    return Institution(
        institution_id=place.institution,
        kind=place.kind,
        name=place.title,
        area=AREA,
        operator_keys=tuple(sorted(operators, key=lambda key: (key.role, key.public_key))),
        encryption_keys=tuple(EncryptionKey(number=n, public_key=key) for n, key in numbered),
        addresses=(f"127.0.0.1:{ports.peers}",),
    )


def _validator(ring: KeyRing) -> Validator:
    return Validator(
        institution_id=ring.institution_id,
        consensus_key=ring.consensus.public_key,
        transport_certificate=ring.certificate,
    )
