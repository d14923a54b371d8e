"""Making a network: homes, keys, genesis, configuration.

Rules: nothing that exists is touched; the folder appears whole or not at all.
"""

import os
import shutil
from pathlib import Path

import msgspec

from ledgerd.chain.genesis import encode_genesis, genesis_hash
from ledgerd.cli.homes import GENESIS_FILE, KEYS_FOLDER, NETWORK_FILE, NetworkFile, NodeEntry
from ledgerd.cli.testnet.founding import TERM, Beginning, found
from ledgerd.cli.testnet.layout import Place
from ledgerd.cli.testnet.ports import config_text, free_ports
from ledgerd.config import CONFIG_FILE, HomePaths
from ledgerd.errors import ConfigError
from ledgerd.keys.keyring import KeyRing
from ledgerd.storage.bundle_log import create_bundle_log
from ledgerd.storage.disk import RealDirectory
from ledgerd.storage.vote_log import create_vote_log


def make_network(
    folder: Path, places: tuple[Place, ...], created_ms: int, term: int = TERM
) -> NetworkFile:
    """Make a network in a folder that does not exist yet; the primary moves every ``term`` blocks.

    Raises:
        ConfigError: the folder exists, or cannot be written.
    """
    if folder.exists():
        raise ConfigError(f"{folder}: exists already; choose another folder or remove it")
    building = folder.with_name(f".{folder.name}.new")
    shutil.rmtree(building, ignore_errors=True)
    beginning = Beginning(created_ms, term)
    previous_umask = os.umask(0o077)
    try:
        building.mkdir(parents=True)
        network = _fill(building, places, beginning)
        building.replace(folder)
    except OSError as error:
        raise ConfigError(f"{folder}: cannot be made: {error.strerror}") from error
    finally:
        os.umask(previous_umask)
        shutil.rmtree(building, ignore_errors=True)
    return network


def _fill(folder: Path, places: tuple[Place, ...], beginning: Beginning) -> NetworkFile:
    rings: dict[str, KeyRing] = {}
    for place in places:
        home = folder / place.name
        home.mkdir()
        rings[place.name] = KeyRing.create(home / KEYS_FOLDER, place.institution)
    ports = dict(zip((place.name for place in places), free_ports(len(places)), strict=True))
    genesis = found(folder.name, places, rings, ports, beginning)
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
